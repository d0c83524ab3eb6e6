import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { useTexts } from "../preferences";
import { directionOf, type Point, rectangle, snapped, within } from "./geometry";
import type { Size } from "./FloorPlan";
import type { OutlineEditor } from "./outline";
import { pathOf, scaled } from "./Shapes";

const REACH_PX = 8;
const FAR_PX = 5; // less is a click, not a drag
const COARSE = 0.01;
const FINE = 0.001;

interface Props {
  size: Size;
  outline: OutlineEditor;
  /** the corners of the other rooms: outlines that share a wall share its corners */
  others: Point[];
  chosen: number | null;
  onChoose: (corner: number | null) => void;
}

const percent = (share: number) => (share * 100).toFixed(1);

/** The outline over the picture: drawn and corrected by mouse, finger or keyboard. */
export function OutlineLayer({ size, outline, others, chosen, onChoose }: Props) {
  const t = useTexts();
  const layer = useRef<SVGSVGElement>(null);
  const { points, closed } = outline;
  const [cursor, setCursor] = useState<Point>([0.5, 0.5]);
  const [begun, setBegun] = useState<Point | null>(null);
  const [moved, setMoved] = useState<Point | null>(null);
  const [held, setHeld] = useState<number | null>(null);
  const [byKeys, setByKeys] = useState(false);
  const corners = useRef(new Map<number, SVGCircleElement>());
  useEffect(() => layer.current?.focus({ preventScroll: true }), []);

  const at = (event: PointerEvent): Point => {
    const box = layer.current!.getBoundingClientRect();
    const raw: Point = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    const near = held === null ? [...others, ...points] : [...others, ...points.filter((_, index) => index !== held)];
    return within(event.altKey ? raw : snapped(raw, near, [size.width, size.height], REACH_PX));
  };
  const isFar = (a: Point, b: Point) => Math.hypot((a[0] - b[0]) * size.width, (a[1] - b[1]) * size.height) > FAR_PX;
  const isFirst = (point: Point) => points.length > 2 && !isFar(point, points[0]!);
  const put = (point: Point) => {
    if (isFirst(point)) outline.set(points, true);
    else outline.set([...points, point], false);
  };

  const down = (event: PointerEvent<SVGSVGElement>) => {
    if (event.button !== 0 || closed || held !== null) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setByKeys(false);
    setBegun(at(event));
    setMoved(at(event));
  };
  const move = (event: PointerEvent<SVGSVGElement>) => {
    const point = at(event);
    if (held !== null) {
      const next = [...points];
      next[held] = point;
      outline.set(next, true, true);
    } else if (!closed) setMoved(point);
  };
  const up = (event: PointerEvent<SVGSVGElement>) => {
    if (held !== null) return setHeld(null);
    if (begun === null) return;
    const point = at(event);
    if (points.length === 0 && isFar(begun, point)) outline.set(rectangle(begun, point), true);
    else put(points.length === 0 ? begun : point);
    setBegun(null);
  };
  const hold = (event: PointerEvent, corner: number, inserted?: Point) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    layer.current!.setPointerCapture(event.pointerId);
    outline.set(inserted ? [...points.slice(0, corner), inserted, ...points.slice(corner)] : points, true);
    setHeld(corner);
    onChoose(corner);
  };
  const remove = (corner: number) => {
    if (points.length <= 3) return;
    outline.set(points.filter((_, index) => index !== corner), true);
    onChoose(Math.min(corner, points.length - 2));
  };
  const nudge = ([x, y]: Point, key: string, fine: boolean): Point | null => {
    const direction = directionOf(key);
    const by = fine ? FINE : COARSE;
    return direction ? within([x + direction[0] * by, y + direction[1] * by]) : null;
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== layer.current || closed) return;
    const next = nudge(cursor, event.key, event.shiftKey);
    setByKeys(true);
    if (next) setCursor(next), setMoved(next);
    else if (event.key === " ") put(cursor);
    else if (event.key === "Enter" && points.length > 2) outline.set(points, true);
    else if (event.key === "Backspace" && points.length > 0) outline.set(points.slice(0, -1), false);
    else return;
    event.preventDefault();
  };
  const pressCorner = (event: KeyboardEvent, corner: number) => {
    const next = nudge(points[corner]!, event.key, event.shiftKey);
    if (next) outline.set(points.map((point, index) => (index === corner ? next : point)), true, event.repeat);
    else if (event.key === "Delete" || event.key === "Backspace") remove(corner);
    else if (event.key === "+" || event.key === "Insert") insert(corner + 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const middle = (corner: number): Point => {
    const [a, b] = [points[corner - 1]!, points[corner % points.length]!];
    return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  };
  const insert = (corner: number) => {
    outline.set([...points.slice(0, corner), middle(corner), ...points.slice(corner)], true);
    onChoose(corner);
  };
  useEffect(() => {
    if (chosen !== null && closed) corners.current.get(chosen)?.focus({ preventScroll: true });
  }, [chosen, closed]);

  const shown = scaled(points, size.width, size.height);
  const scale = ([x, y]: Point): Point => [x * size.width, y * size.height];
  const ghost = !closed && begun && moved && points.length === 0 && isFar(begun, moved) ? scaled(rectangle(begun, moved), size.width, size.height) : null;
  const tail = !closed && moved && points.length > 0 ? [shown.at(-1)!, scale(moved)] : null;
  return (
    <svg
      ref={layer}
      className={closed ? "outline-layer" : "outline-layer open"}
      width={size.width}
      height={size.height}
      viewBox={`0 0 ${size.width} ${size.height}`}
      role="application"
      aria-label={t("draw_area")}
      tabIndex={0}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onKeyDown={press}
    >
      {closed ? <polygon className={outline.fault ? "drawn wrong" : "drawn"} points={pathOf(shown)} /> : <polyline className="drawn" points={pathOf(shown)} />}
      {ghost && <polygon className="drawn ghost" points={pathOf(ghost)} />}
      {tail && <polyline className="drawn ghost" points={pathOf(tail)} />}
      {!closed && byKeys && <Cross at={scale(cursor)} size={size} />}
      {closed &&
        shown.map((_, index) => {
          const [x, y] = scale(middle(index + 1));
          return (
            <circle
              key={`side${index}`}
              className="side"
              cx={x}
              cy={y}
              r="5"
              role="button"
              aria-label={t("corner_between", { n: index + 1 })}
              onPointerDown={(event) => hold(event, index + 1, middle(index + 1))}
            />
          );
        })}
      {shown.map(([x, y], index) => (
        <circle
          key={index}
          ref={(element) => void (element ? corners.current.set(index, element) : corners.current.delete(index))}
          className={index === chosen ? "corner chosen" : "corner"}
          cx={x}
          cy={y}
          r="7"
          role="button"
          tabIndex={closed ? 0 : -1}
          aria-label={t("corner_at", { n: index + 1, x: percent(points[index]![0]), y: percent(points[index]![1]) })}
          onFocus={() => onChoose(index)}
          onPointerDown={closed ? (event) => hold(event, index) : undefined}
          onKeyDown={(event) => pressCorner(event, index)}
        />
      ))}
      <foreignObject width="1" height="1">
        <span className="only-read" role="status">
          {byKeys && !closed ? t("draw_cursor", { x: percent(cursor[0]), y: percent(cursor[1]) }) : ""}
        </span>
      </foreignObject>
    </svg>
  );
}

function Cross({ at: [x, y], size }: { at: Point; size: Size }) {
  return <path className="cross" d={`M${x} 0V${size.height}M0 ${y}H${size.width}`} />;
}
