import { Button } from "antd";
import { useEffect, useRef, useState } from "react";
import type { Attachment, FieldMeta, Plan, PlanRoom, Rule } from "../api";
import { useResource } from "../client";
import { exact } from "../format";
import { useTexts } from "../preferences";
import { addressOf } from "../records/address";
import { useKinds, useNamed } from "../records/kinds";
import { STATES } from "../tokens";

const PICTURE = /\.(png|jpe?g|webp)$/i;
const ROOMS = "housing/rooms";
const TICKETS = "upkeep/tickets";

interface Props {
  plan: Plan;
  room: PlanRoom;
  onDraw: () => void;
  onErase: () => void;
  onClose: () => void;
}

/** One room: what it is, who is in it, whether that is within the standard, and what can be done about it. */
export function RoomCard({ plan, room, onDraw, onErase, onClose }: Props) {
  const t = useTexts();
  const named = useNamed();
  const { kinds } = useKinds();
  const [sure, setSure] = useState(false);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    void card.current?.scrollIntoView({ block: "nearest" });
  }, [room.id]);
  const kind = kinds.get(ROOMS);
  const word = (field: keyof PlanRoom & string, value: string) => {
    const choice = kind?.fields.find((one: FieldMeta) => one.key === field)?.choices.find((one) => one.key === value);
    return choice ? named(choice) : value;
  };
  const place = `${plan.building} ${plan.name} ${room.number}`;
  const ticket = new URLSearchParams({ owner_id: String(room.owner_id), title: `${place}：` });
  const facts = [
    [t("room_use"), word("kind", room.kind)],
    [t("room_state"), word("state", room.state)],
    [t("room_owner"), room.owner],
    [t("room_people"), room.people.join(t("list_comma")) || t("room_nobody")],
  ];
  const measure = (value: string) => (
    <span className="figure">
      {exact(value)}
      <span className="unit">m²</span>
    </span>
  );
  return (
    <section ref={card} className="room-card" aria-labelledby="room-card-title">
      <header>
        <h2 id="room-card-title">{t("room_of", { number: room.number })}</h2>
        <span className="spring" />
        <Button size="small" onClick={onClose}>
          {t("close_card")}
        </Button>
      </header>
      <dl className="facts">
        {facts.slice(0, 2).map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>{t("room_area")}</dt>
          <dd>{measure(room.use_area)}</dd>
        </div>
        {room.gross_share && (
          <div>
            <dt>{t("room_share")}</dt>
            <dd>{measure(room.gross_share)}</dd>
          </div>
        )}
        {facts.slice(2).map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {room.people.length > 0 && (
          <div>
            <dt>{t("room_standard")}</dt>
            <dd>
              {room.over.length === 0 ? (
                <span className="state">
                  <span aria-hidden="true" style={{ color: STATES.good.colour }}>
                    {STATES.good.sign}
                  </span>
                  {t("within_standard")}
                </span>
              ) : (
                room.over.map((one) => (
                  <p key={one.person_id} className="finding">
                    <span aria-hidden="true" style={{ color: STATES.bad.colour }}>
                      {STATES.bad.sign}
                    </span>
                    <span>
                      {one.percent === null
                        ? t("over_without_claim", { name: one.name, area: exact(one.area) })
                        : t("over_by", { name: `${one.name}（${one.rank}）`, area: exact(one.area), limit: exact(one.limit), over: exact(one.over), percent: exact(one.percent) })}
                      {one.percent !== null && <RuleRow reference={one.rule} />}
                    </span>
                  </p>
                ))
              )}
            </dd>
          </div>
        )}
      </dl>
      <Pictures room={room} />
      <div className="buttons">
        {kind && (
          <Button size="small" href={addressOf({ kind: ROOMS, record: room.id })}>
            {t("room_record")}
          </Button>
        )}
        {kinds.get(TICKETS)?.can_write && (
          <Button size="small" href={addressOf({ kind: TICKETS, record: "new", query: ticket })}>
            {t("room_report")}
          </Button>
        )}
        <Button size="small" href={`/api/v1/${ROOMS}/labels?id=${room.id}`} download={`${room.number}.pdf`}>
          {t("room_label")}
        </Button>
        {plan.can_draw && plan.attachment_id !== null && (
          <Button size="small" onClick={onDraw}>
            {t(room.corners.length ? "correct_room" : "draw_room")}
          </Button>
        )}
        {plan.can_draw && room.corners.length > 0 && !sure && (
          <Button size="small" onClick={() => setSure(true)}>
            {t("erase_room")}
          </Button>
        )}
      </div>
      {sure && (
        <div className="buttons notice">
          <span>{t("erase_hint")}</span>
          <Button size="small" danger autoFocus onClick={() => (setSure(false), onErase())}>
            {t("erase_really")}
          </Button>
          <Button size="small" onClick={() => setSure(false)}>
            {t("keep")}
          </Button>
        </div>
      )}
    </section>
  );
}

/** The document and clause behind a limit: its row by name and day. */
function RuleRow({ reference }: { reference: string }) {
  const t = useTexts();
  const { data } = useResource<Rule[]>(`rules/${reference.split(/[/@]/)[0]}`);
  const row = data?.find((one) => one.ref === reference);
  return row ? <span className="caption rule">{t("rule_row", { rule: [row.source, row.clause].filter(Boolean).join(" ") })}</span> : null;
}

function Pictures({ room }: { room: PlanRoom }) {
  const t = useTexts();
  const { data } = useResource<Attachment[]>(`${ROOMS}/${room.id}/files`);
  const pictures = data?.filter((file) => PICTURE.test(file.name)) ?? [];
  if (pictures.length === 0) return null;
  return (
    <ul className="room-pictures" aria-label={t("room_pictures")}>
      {pictures.map((file) => (
        <li key={file.id}>
          <a href={`/api/v1/files/${file.sha256}`} download={file.name}>
            <img src={`/api/v1/files/${file.sha256}?size=thumbnail`} alt={file.name} loading="lazy" />
          </a>
        </li>
      ))}
    </ul>
  );
}
