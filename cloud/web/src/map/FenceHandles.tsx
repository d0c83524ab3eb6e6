import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { useTexts } from "../preferences";
import { distanceM, eastOf, type Lonlat, type Spot } from "./geometry";
import type { Drawing } from "./FencesView";
import type { Frame } from "./MapCanvas";

const NUDGE_PX = 2;
const FAR_NUDGE_PX = 20;
const MOVES: Record<string, Spot> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

interface HandleProps {
  className: string;
  spot: Spot;
  label: string;
  onMove: (to: Spot) => void;
  onRemove?: () => void;
  onPress?: () => void;
}

/** A dot that is dragged, or nudged with the arrow keys. */
function Handle({ className, spot, label, onMove, onRemove, onPress }: HandleProps) {
  const held = useRef<Spot | null>(null);
  const down = (event: PointerEvent<HTMLButtonElement>) => {
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    held.current = [event.clientX - spot[0], event.clientY - spot[1]];
  };
  const move = (event: PointerEvent) => {
    if (held.current) onMove([event.clientX - held.current[0], event.clientY - held.current[1]]);
  };
  const pressKey = (event: KeyboardEvent) => {
    const way = MOVES[event.key];
    if (way) {
      const far = event.shiftKey ? FAR_NUDGE_PX : NUDGE_PX;
      onMove([spot[0] + way[0] * far, spot[1] + way[1] * far]);
    } else if (event.key === "Delete" || event.key === "Backspace") onRemove?.();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <button
      type="button"
      className={`handle ${className}`}
      style={{ left: spot[0], top: spot[1] }}
      aria-label={label}
      title={label}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => (held.current = null)}
      onPointerCancel={() => (held.current = null)}
      onKeyDown={pressKey}
      onClick={onPress}
    />
  );
}

const told = ([x, y]: Lonlat) => `${x.toFixed(5)}, ${y.toFixed(5)}`;

/** The corners of what is drawn, the places between them where another can be put, and a circle's radius. */
export function FenceHandles({ frame, drawing }: { frame: Frame; drawing: Drawing }) {
  const t = useTexts();
  const { shape, setPlaces, setWidth } = drawing;
  const { places, kind, widthM } = shape;
  const replaced = (i: number, place: Lonlat) => places.map((one, j) => (j === i ? place : one));
  const between = kind === "circle" ? [] : places.flatMap((place, i) => {
    const next = places[i + 1] ?? (kind === "polygon" && places.length > 2 ? places[0] : undefined);
    if (!next) return [];
    const [a, b] = [frame.spot(place), frame.spot(next)];
    return Math.hypot(a[0] - b[0], a[1] - b[1]) < 48 ? [] : [{ i, spot: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] as Spot }];
  });
  const insert = (i: number, spot: Spot) => setPlaces([...places.slice(0, i + 1), frame.place(spot), ...places.slice(i + 1)]);
  const centre = places[0];
  return (
    <>
      {between.map(({ i, spot }) => (
        <Handle key={`between${i}`} className="between" spot={spot} label={t("map_insert_n", { n: i + 1 })} onMove={() => {}} onPress={() => insert(i, spot)} />
      ))}
      {places.map((place, i) => (
        <Handle
          key={i}
          className="corner"
          spot={frame.spot(place)}
          label={t("map_point_n", { n: i + 1, place: told(place) })}
          onMove={(to) => setPlaces(replaced(i, frame.place(to)))}
          onRemove={() => setPlaces(places.filter((_, j) => j !== i))}
        />
      ))}
      {kind === "circle" && centre && widthM > 0 && (
        <Handle
          className="radius"
          spot={frame.spot(eastOf(centre, widthM))}
          label={t("map_radius_handle", { n: Math.round(widthM) })}
          onMove={(to) => setWidth(distanceM(centre, frame.place(to)))}
        />
      )}
    </>
  );
}
