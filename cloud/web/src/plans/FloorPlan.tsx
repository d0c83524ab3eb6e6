import { Button } from "antd";
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import type { Plan, PlanRoom } from "../api";
import { useKey } from "../keys";
import { usePreferences } from "../preferences";
import { directionOf, labelPoint, nearest, type Point } from "./geometry";
import { type Meaning, meaningOf, type Way } from "./meanings";
import { Outline, Patterns, RoomLabel, scaled } from "./Shapes";

const STEPS = [1, 1.5, 2, 3, 4, 6];
const LABEL_PX = 12;

export interface Size {
  width: number;
  height: number;
}

function useSizeOf(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    if (!element.current) return;
    const watcher = new ResizeObserver(([entry]) => entry && setSize({ width: entry.contentRect.width, height: entry.contentRect.height }));
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, [element]);
  return size;
}

interface Props {
  plan: Plan;
  picture: string;
  way: Way;
  meanings: Meaning[];
  /** null: all of them stand out */
  stressed: Set<number> | null;
  chosen: number | null;
  onChoose: (id: number | null) => void;
  /** stands over the picture instead of the rooms that can be chosen */
  over?: (size: Size) => ReactNode;
}

/** The picture of a floor with its rooms on it: seen, zoomed, walked through with the keyboard. */
export function FloorPlan({ plan, picture, way, meanings, stressed, chosen, onChoose, over }: Props) {
  const { t, dark } = usePreferences();
  const frame = useRef<HTMLDivElement>(null);
  const outer = useSizeOf(frame);
  const [natural, setNatural] = useState<Size | null>(null);
  const [failed, setFailed] = useState(false);
  const [step, setStep] = useState(0);
  const [held, setHeld] = useState<[number, number] | null>(null);
  const id = useId();
  const zoom = (by: number) => setStep((old) => Math.min(STEPS.length - 1, Math.max(0, old + by)));
  useKey("+", () => zoom(1));
  useKey("-", () => zoom(-1));
  useKey("0", () => setStep(0));
  useEffect(() => setStep(0), [picture]);

  const factor = STEPS[step] ?? 1;
  const ratio = natural ? natural.height / natural.width : 0.5;
  const fit = Math.min(outer.width, outer.height > 80 ? outer.height / ratio : outer.width);
  const size = { width: Math.floor(fit * factor), height: Math.floor(fit * factor * ratio) };

  // The chosen room stays in sight when the picture grows.
  useEffect(() => {
    const room = plan.rooms.find((one) => one.id === chosen);
    const box = frame.current;
    if (!room?.corners.length || !box || step === 0) return;
    const [x, y] = labelPoint(room.corners);
    box.scrollTo(x * size.width - box.clientWidth / 2, y * size.height - box.clientHeight / 2);
  }, [step, chosen]);

  const place = `${plan.building} ${plan.name}`;
  return (
    <div className="plan-picture">
      <div className="plan-zoom" role="group" aria-label={t("zoom")}>
        <Button size="small" aria-label={t("zoom_out")} disabled={step === 0} onClick={() => zoom(-1)}>
          −
        </Button>
        <span className="caption">{Math.round(factor * 100)} %</span>
        <Button size="small" aria-label={t("zoom_in")} disabled={step === STEPS.length - 1} onClick={() => zoom(1)}>
          +
        </Button>
        <Button size="small" disabled={step === 0} onClick={() => setStep(0)}>
          {t("zoom_fit")}
        </Button>
      </div>
      <div
        ref={frame}
        className="plan-frame"
        data-held={held !== null || undefined}
        onPointerDown={(event) => {
          if (over || step === 0 || event.pointerType !== "mouse" || (event.target as Element).closest("[role=button]")) return;
          setHeld([event.clientX + event.currentTarget.scrollLeft, event.clientY + event.currentTarget.scrollTop]);
        }}
        onPointerMove={(event) => held && event.currentTarget.scrollTo(held[0] - event.clientX, held[1] - event.clientY)}
        onPointerUp={() => setHeld(null)}
        onPointerLeave={() => setHeld(null)}
      >
        <div className="plan-paper" style={{ width: size.width, height: size.height }}>
          <img
            key={picture}
            className={dark ? "inverted" : undefined}
            src={`/api/v1/files/${picture}`}
            alt={t("plan_of", { place })}
            width={size.width}
            height={size.height}
            draggable={false}
            onLoad={(event) => {
              setFailed(false);
              setNatural({ width: event.currentTarget.naturalWidth, height: event.currentTarget.naturalHeight });
            }}
            onError={() => setFailed(true)}
          />
          {failed ? (
            <p className="empty">{t("picture_failed")}</p>
          ) : (
            natural && (
              <>
                <svg className="plan-rooms" width={size.width} height={size.height} viewBox={`0 0 ${size.width} ${size.height}`} role="group" aria-label={t("plan_keys")}>
                  <Patterns id={id} meanings={meanings} strong={dark} />
                  <Rooms plan={plan} size={size} id={id} way={way} meanings={meanings} stressed={stressed} chosen={chosen} onChoose={onChoose} quiet={over !== undefined} />
                </svg>
                {over?.(size)}
              </>
            )
          )}
        </div>
      </div>
    </div>
  );
}

interface RoomsProps extends Pick<Props, "plan" | "way" | "meanings" | "stressed" | "chosen" | "onChoose"> {
  size: Size;
  id: string;
  quiet: boolean;
}

/** One stop for the tab key; arrows go to the room that lies that way. */
function Rooms({ plan, size, id, way, meanings, stressed, chosen, onChoose, quiet }: RoomsProps) {
  const { t } = usePreferences();
  const [pointed, setPointed] = useState<number | null>(null);
  const drawn = plan.rooms.filter((room) => room.corners.length > 0).map((room) => ({ room, points: scaled(room.corners, size.width, size.height) }));
  const stop = drawn.find((one) => one.room.id === chosen)?.room.id ?? drawn[0]?.room.id;
  const shapes = useRef(new Map<number, SVGGElement>());
  const meaningOfRoom = (room: PlanRoom) => meanings.find((one) => one.key === meaningOf(way, room));
  const press = (event: KeyboardEvent, index: number) => {
    const room = drawn[index]!.room;
    if (event.key === "Enter" || event.key === " ") onChoose(room.id);
    else if (event.key === "Escape") onChoose(null);
    else {
      const direction = directionOf(event.key);
      if (!direction) return;
      const points = drawn.map((one) => labelPoint(one.points));
      const next = drawn[nearest(points[index]!, direction, points)];
      if (next) shapes.current.get(next.room.id)?.focus();
    }
    event.preventDefault();
  };
  const order = [...drawn].sort((a, b) => Number(a.room.id === chosen) - Number(b.room.id === chosen));
  const said = (room: PlanRoom) =>
    [t("room_of", { number: room.number }), meaningOfRoom(room)?.title, `${Number(room.use_area)} m²`, room.people.join(t("list_comma")), room.is_over && way !== "standard" ? t("standard_over") : ""]
      .filter(Boolean)
      .join(t("list_comma"));
  const shown = drawn.find((one) => one.room.id === pointed);
  return (
    <>
      {order.map(({ room, points }) => {
        const index = drawn.findIndex((one) => one.room.id === room.id);
        const common = { points, room, meaning: meaningOfRoom(room) };
        return (
          <g
            key={room.id}
            ref={(element) => void (element ? shapes.current.set(room.id, element) : shapes.current.delete(room.id))}
            role={quiet ? undefined : "button"}
            className={`room${stressed && !stressed.has(room.id) ? " faint" : ""}`}
            aria-pressed={quiet ? undefined : room.id === chosen}
            aria-label={quiet ? undefined : said(room)}
            tabIndex={quiet ? undefined : room.id === stop ? 0 : -1}
            onClick={quiet ? undefined : () => onChoose(room.id === chosen ? null : room.id)}
            onKeyDown={quiet ? undefined : (event) => press(event, index)}
            onFocus={(event) => event.currentTarget.matches(":focus-visible") && setPointed(room.id)}
            onBlur={() => setPointed(null)}
            onPointerEnter={(event) => event.pointerType === "mouse" && !quiet && setPointed(room.id)}
            onPointerLeave={() => setPointed(null)}
          >
            <Outline id={id} way={way} meanings={meanings} {...common} />
            <RoomLabel size={LABEL_PX} withNames {...common} />
          </g>
        );
      })}
      {shown && <Tip room={shown.room} points={shown.points} said={said(shown.room)} size={size} />}
    </>
  );
}

const TIP = { width: 240, gap: 8 };

/** What hovering says of a room whose label had no place for it. */
function Tip({ room, points, said, size }: { room: PlanRoom; points: Point[]; said: string; size: Size }) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const width = Math.min(TIP.width, size.width);
  const left = Math.min(size.width - width, Math.max(0, (Math.min(...xs) + Math.max(...xs) - width) / 2));
  const above = Math.min(...ys) > 90;
  const style = above ? { bottom: TIP.gap } : { top: TIP.gap };
  return (
    <foreignObject className="room-tip" x={left} y={above ? Math.min(...ys) - 90 : Math.max(...ys)} width={width} height={90} aria-hidden="true">
      <div style={style}>
        <strong>{room.number}</strong>
        <span>{said.slice(said.indexOf(room.number) + room.number.length + 1)}</span>
        <span className="secondary">{room.owner}</span>
      </div>
    </foreignObject>
  );
}
