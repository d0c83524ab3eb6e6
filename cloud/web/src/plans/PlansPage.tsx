import { Button, Skeleton } from "antd";
import { useEffect, useMemo, useState } from "react";
import type { Plan, PlanRoom } from "../api";
import { type Problem, request, RequestError, useResource } from "../client";
import { exact } from "../format";
import { FileButton } from "../parts/FileButton";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import { type Address, addressOf, visit, withQuery } from "../records/address";
import { useKinds, useNamed } from "../records/kinds";
import { STATES } from "../tokens";
import { BookIndex, PLANS } from "./Book";
import { FloorPlan } from "./FloorPlan";
import { overlap, type Point } from "./geometry";
import { meaningOf, meaningsOf, type Way, WAYS } from "./meanings";
import { useOutline } from "./outline";
import { OutlineLayer } from "./OutlineLayer";
import { OutlinePanel } from "./OutlinePanel";
import { PrintPlan } from "./PrintPlan";
import { RoomCard } from "./RoomCard";
import { RoomList, roomsFound } from "./Rooms";
import { Swatch } from "./Shapes";

const ROOMS = "housing/rooms";
export const PICTURES = ".png,.jpg,.jpeg,.webp";

export const wayOf = (query: URLSearchParams): Way => WAYS.find((one) => one === query.get("by")) ?? "state";

/** The floor-plan book: yards, buildings and floors, and the rooms of one floor on its picture and in a list. */
export function PlansPage({ address }: { address: Address }) {
  const t = useTexts();
  const floor = typeof address.record === "number" ? address.record : null;
  const plan = useResource<Plan>(floor === null ? null : `housing/floors/${floor}/plan`);
  const [index, setIndex] = useState(false);
  const begin = (first: number) => visit({ kind: PLANS, record: first, query: address.query }, true);
  if (address.query.has("print") && plan.data) return <PrintPlan plan={plan.data} address={address} />;
  return (
    <div className={index ? "plans with-index" : "plans"}>
      <h1 className="only-read">{t("plan_book")}</h1>
      <nav className="card book-index" aria-label={t("yards")} onClick={(event) => (event.target as Element).closest("a") && setIndex(false)}>
        <BookIndex floor={floor} yard={plan.data?.yard_id ?? null} query={address.query} onFirst={begin} />
      </nav>
      {floor === null && <p className="card empty plan-none">{t("choose_floor")}</p>}
      {floor !== null && plan.data === null && (
        <section className="card plan-none">{plan.problem ? <ProblemPanel problem={plan.problem} onRetry={plan.problem.status === 404 ? undefined : plan.retry} /> : <Skeleton active paragraph={{ rows: 10 }} />}</section>
      )}
      {plan.data && (
        <Floor key={plan.data.floor_id} plan={plan.data} address={address} stale={plan.problem} onChanged={plan.retry} onIndex={() => setIndex(!index)} isIndexOpen={index} />
      )}
    </div>
  );
}

interface FloorProps {
  plan: Plan;
  address: Address;
  stale: Problem | null;
  onChanged: () => void;
  onIndex: () => void;
  isIndexOpen: boolean;
}

interface Notice {
  text: string;
  room: number;
  before: Point[];
}

function Floor({ plan, address, stale, onChanged, onIndex, isIndexOpen }: FloorProps) {
  const t = useTexts();
  const named = useNamed();
  const { kinds } = useKinds();
  const way = wayOf(address.query);
  const meanings = useMemo(() => meaningsOf(way, kinds.get(ROOMS)?.fields ?? [], t, named), [way, kinds, t, named]);
  const [words, setWords] = useState("");
  const [only, setOnly] = useState<string | null>(null);
  const [editing, setEditing] = useState<number | null>(null);
  const [notice, setNotice] = useState<Notice | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [former, setFormer] = useState<PlanRoom[] | null>(null);
  useEffect(() => setOnly(null), [way]);

  const chosen = Number(address.query.get("room")) || null;
  const room = plan.rooms.find((one) => one.id === chosen);
  const found = roomsFound(plan.rooms, words, way, only);
  const stressed = words.trim() || only !== null ? new Set(found.map((one) => one.id)) : null;
  const say = (said: Record<string, string | null>) => visit({ ...address, query: withQuery(address.query, said) }, true);
  const choose = (id: number | null) => say({ room: id === null ? null : String(id) });
  const area = plan.rooms.reduce((sum, one) => sum + Math.round(Number(one.use_area) * 100), 0) / 100;
  const idle = plan.rooms.filter((one) => one.state === "idle").length;
  const over = plan.rooms.filter((one) => one.is_over).length;
  const undrawn = plan.picture ? plan.rooms.filter((one) => one.corners.length === 0).length : 0;
  const covered = useMemo(() => plan.rooms.filter((one) => plan.rooms.some((other) => other !== one && overlap(one.corners, other.corners))), [plan]);
  const edited = plan.rooms.find((one) => one.id === editing);

  const draw = async (one: number, points: Point[]) => {
    const path = `attachments/${plan.attachment_id}/regions/room/${one}`;
    await (points.length ? request("PUT", path, { points }) : request("DELETE", path));
    onChanged();
  };
  const carryOver = async () => {
    setProblem(null);
    try {
      const drawn = former?.map((one) => ({ entity: "room", record_id: one.id, points: one.corners }));
      await request("PUT", `attachments/${plan.attachment_id}/regions`, drawn);
      setFormer(null);
      onChanged();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
    }
  };
  const change = async (one: PlanRoom, points: Point[], text: string | null) => {
    setProblem(null);
    try {
      await draw(one.id, points);
      setNotice(text === null ? null : { text, room: one.id, before: one.corners });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
    }
  };
  const body = (
    <>
      <header className="plan-head">
        <Button className="other-floor" aria-expanded={isIndexOpen} onClick={onIndex}>
          {t("choose_other_floor")}
        </Button>
        <div className="where">
          <p className="caption">
            {plan.yard} · {plan.building}
          </p>
          <h2>{plan.name}</h2>
        </div>
        {plan.rooms.length > 0 && <Button href={addressOf({ ...address, query: withQuery(address.query, { print: "a4", room: null }) })}>{t("print_floor")}</Button>}
        <p className="sums">
          <span>{t("floor_summary", { rooms: plan.rooms.length, area: exact(String(area)) })}</span>
          {idle > 0 && (
            <span>
              <i style={{ color: STATES.watch.colour }}>{STATES.watch.sign}</i> {t("idle_rooms", { n: idle })}
            </span>
          )}
          {over > 0 && (
            <span>
              <i style={{ color: STATES.bad.colour }}>{STATES.bad.sign}</i> {t("over_rooms", { n: over })}
            </span>
          )}
          {covered.length > 0 && (
            <span>
              <i style={{ color: STATES.watch.colour }}>{STATES.watch.sign}</i> {t("overlapping_rooms", { rooms: covered.map((one) => one.number).join(t("list_comma")) })}
            </span>
          )}
          {undrawn > 0 && <span className="secondary">{t("undrawn_rooms", { n: undrawn })}</span>}
          <span className="secondary">{t("as_of", { day: plan.as_of })}</span>
        </p>
      </header>
      {stale && <StaleNote problem={stale} onRetry={onChanged} />}
      <div className="plan-legend">
        <span className="switch" role="group" aria-label={t("colour_by")}>
          {WAYS.map((one) => (
            <button key={one} type="button" aria-pressed={one === way} onClick={() => say({ by: one === "state" ? null : one })}>
              {t(`by_${one}`)}
            </button>
          ))}
        </span>
        <span className="meanings" role="group" aria-label={t("legend")}>
          {meanings
            .map((meaning) => ({ meaning, count: plan.rooms.filter((one) => meaningOf(way, one) === meaning.key).length }))
            .filter(({ count }) => count > 0)
            .map(({ meaning, count }) => (
              <button key={meaning.key} type="button" aria-pressed={only === meaning.key} title={t("only_these", { title: meaning.title })} onClick={() => setOnly(only === meaning.key ? null : meaning.key)}>
                <Swatch meaning={meaning} />
                {meaning.title}
                <span className="caption">{count}</span>
              </button>
            ))}
        </span>
      </div>
    </>
  );
  if (edited && plan.picture)
    return (
      <Editing
        key={edited.id}
        plan={plan}
        picture={plan.picture}
        room={edited}
        way={way}
        meanings={meanings}
        head={body}
        onSave={async (points, next) => {
          await draw(edited.id, points);
          setNotice({ text: t("outline_saved", { number: edited.number }), room: edited.id, before: edited.corners });
          setEditing(next?.id ?? null);
          choose((next ?? edited).id);
        }}
        onGiveUp={() => setEditing(null)}
      />
    );
  return (
    <>
      <section className="card plan-main" aria-label={plan.name}>
        {body}
        {problem && <ProblemPanel problem={problem} />}
        {notice && (
          <div className="notice" role="status">
            <span>{notice.text}</span>
            <Button
              size="small"
              onClick={() => {
                const one = plan.rooms.find((other) => other.id === notice.room);
                if (one) void change(one, notice.before, null);
              }}
            >
              {t("outline_restore")}
            </Button>
          </div>
        )}
        {plan.picture ? (
          <FloorPlan plan={plan} picture={plan.picture} way={way} meanings={meanings} stressed={stressed} chosen={chosen} onChoose={choose} />
        ) : (
          <div className="empty plan-empty">
            <p>{t("empty_plan")}</p>
            {plan.can_draw && <p>{t("empty_plan_how")}</p>}
            <PlanFiles plan={plan} onChanged={onChanged} />
          </div>
        )}
        {plan.picture && plan.rooms.length > 0 && undrawn === plan.rooms.length && <p className="caption plan-note">{t("nothing_drawn")}</p>}
        {former && (
          <div className="notice" role="status">
            <span>{t("outlines_gone", { n: former.length })}</span>
            <Button size="small" onClick={() => void carryOver()}>
              {t("outlines_carry")}
            </Button>
          </div>
        )}
        {plan.picture && <PlanFiles plan={plan} onChanged={onChanged} onReplaced={() => setFormer(plan.rooms.filter((one) => one.corners.length > 0))} />}
      </section>
      <section className="card plan-side" aria-label={t("rooms")}>
        {room && (
          <RoomCard
            key={room.id}
            plan={plan}
            room={room}
            onDraw={() => (setNotice(null), setEditing(room.id))}
            onErase={() => void change(room, [], t("outline_erased", { number: room.number }))}
            onClose={() => choose(null)}
          />
        )}
        <RoomList plan={plan} rooms={found} words={words} onWords={setWords} way={way} meanings={meanings} chosen={chosen} onChoose={choose} />
      </section>
    </>
  );
}

/** The plan's own file: the first one, a newer one, and drawings that no browser shows. */
function PlanFiles({ plan, onChanged, onReplaced }: { plan: Plan; onChanged: () => void; onReplaced?: () => void }) {
  const t = useTexts();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const add = async ([file]: File[]) => {
    if (!file) return;
    setBusy(true);
    setProblem(null);
    try {
      await request("POST", `housing/floors/${plan.floor_id}/files?kind=floor_plan&name=${encodeURIComponent(file.name)}`, file);
      if (PICTURES.includes(`.${file.name.split(".").at(-1)?.toLowerCase()}`)) onReplaced?.();
      onChanged();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
    }
    setBusy(false);
  };
  if (!plan.can_draw && plan.drawings.length === 0) return null;
  return (
    <footer className="plan-files">
      {problem && <ProblemPanel problem={problem} />}
      {plan.drawings.length > 0 && (
        <span>
          {t("drawings")}{" "}
          {plan.drawings.map((one) => (
            <a key={one.sha256} href={`/api/v1/files/${one.sha256}`} download={one.name}>
              {one.name}
            </a>
          ))}
        </span>
      )}
      {plan.can_draw && (
        <>
          <FileButton primary={!plan.picture} title={t(busy ? "uploading" : plan.picture ? "replace_plan" : "upload_plan")} accept={`${PICTURES},.pdf,.dxf`} loading={busy} onFiles={(files) => void add(files)} />
          {plan.picture && <span className="caption">{t("replace_plan_hint")}</span>}
        </>
      )}
    </footer>
  );
}

interface EditingProps {
  plan: Plan;
  picture: string;
  room: PlanRoom;
  way: Way;
  meanings: ReturnType<typeof meaningsOf>;
  head: React.ReactNode;
  onSave: (points: Point[], next: PlanRoom | null) => Promise<void>;
  onGiveUp: () => void;
}

function Editing({ plan, picture, room, way, meanings, head, onSave, onGiveUp }: EditingProps) {
  const { username } = useKinds();
  const outline = useOutline(room.corners, `${username}.plan.${plan.attachment_id}.${room.id}`);
  const [corner, setCorner] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const others = plan.rooms.filter((one) => one.id !== room.id);
  const covered = useMemo(() => (outline.closed ? others.filter((one) => overlap(outline.points, one.corners)) : []), [outline.points, outline.closed, plan]);
  const next = others.find((one) => one.corners.length === 0) ?? null;
  const save = async (then: PlanRoom | null) => {
    setBusy(true);
    setProblem(null);
    try {
      await onSave(outline.points, then);
      outline.end();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
      setBusy(false);
    }
  };
  const giveUp = () => {
    outline.end();
    onGiveUp();
  };
  return (
    <>
      <section className="card plan-main" aria-label={plan.name}>
        {head}
        <FloorPlan
          plan={{ ...plan, rooms: others }}
          picture={picture}
          way={way}
          meanings={meanings}
          stressed={new Set()}
          chosen={null}
          onChoose={() => {}}
          over={(size) => <OutlineLayer size={size} outline={outline} others={others.flatMap((one) => one.corners)} chosen={corner} onChoose={setCorner} />}
        />
      </section>
      <section className="card plan-side">
        <OutlinePanel room={room} next={next} outline={outline} covered={covered} chosen={corner} onChoose={setCorner} busy={busy} problem={problem} onSave={(then) => void save(then)} onGiveUp={giveUp} />
      </section>
    </>
  );
}
