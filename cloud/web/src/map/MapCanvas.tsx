import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTexts } from "../preferences";
import { type Box, fitted, type Lonlat, onGround, onScreen, pixelsOfMetre, type Size, type Spot, type View, world, zoomed } from "./geometry";
import { MapTools } from "./MapTools";
import type { Painter } from "./stage";
import { usePainting } from "./usePainting";

/** How the part that lies over the canvas turns places into pixels and back. */
export interface Frame {
  view: View;
  size: Size;
  spot: (place: Lonlat) => Spot;
  place: (spot: Spot) => Lonlat;
}

interface Props {
  label: string;
  /** in the order they are painted */
  painters: Painter[];
  /** what is to be seen: whenever `key` changes, the view goes there */
  sight: { key: string; box?: Box | null; middle?: Lonlat | null } | null;
  /** where the key 0 and the button lead */
  whole: Box | null;
  onPress?: (place: Lonlat, pixelsTo: (place: Lonlat) => number) => void;
  overlay?: (frame: Frame) => ReactNode;
  isAiming?: boolean;
  children?: ReactNode;
}

const STEP_PX = 80;
const CLICK_PX = 5;
const NEAR_K = 0.06; // px/m of a single place that is shown
const CHINA: Box = { west: 73.5, south: 18.1, east: 134.8, north: 53.6 }; // while neither ground nor vehicles say where

let kept: View | null = null; // where the last map looked, so that going on to another page of it keeps the place

/** A ground that is moved and brought nearer with mouse, fingers and keys. */
export function MapCanvas({ label, painters, sight, whole, onPress, overlay, isAiming = false, children }: Props) {
  const t = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [view, setView] = useState<View | null>(kept);
  const [aim, setAim] = useState<Lonlat | null>(null);
  const pressed = useRef(new Map<number, Spot>());
  const moved = useRef(0);
  const seen = useRef("");
  const touched = useRef(kept !== null); // since the view went where it was sent
  const now = useRef({ view, size });
  now.current = { view, size };

  const look = (next: View | ((old: View) => View)) => {
    touched.current ||= typeof next === "function";
    setView((old) => {
      kept = typeof next === "function" ? (old ? next(old) : old) : next;
      return kept;
    });
  };

  useLayoutEffect(() => {
    const watcher = new ResizeObserver(() => box.current && setSize({ width: box.current.clientWidth, height: box.current.clientHeight }));
    if (box.current) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  const around = whole && [whole.west, whole.south, whole.east, whole.north].map((degrees) => degrees.toFixed(2)).join();
  useEffect(() => {
    if (size.width === 0) return;
    const isNew = sight !== null && sight.key !== seen.current;
    if (isNew) [seen.current, touched.current] = [sight.key, false];
    if (touched.current) return;
    if (sight?.box) look(fitted(sight.box, size));
    else if (isNew && sight.middle) {
      const [x, y] = world(sight.middle);
      look({ x, y, k: Math.max(view?.k ?? 0, NEAR_K) });
    } else if (seen.current === "") look(fitted(whole ?? CHINA, size));
  }, [size, sight?.key, around]);

  usePainting(canvas, painters, view, size);

  // The browser would scroll the page: only a listener that is not passive may keep it from that.
  useEffect(() => {
    const turned = (event: WheelEvent) => {
      event.preventDefault();
      const area = box.current!.getBoundingClientRect();
      look((old) => zoomed(old, now.current.size, Math.exp(-event.deltaY * 0.0016), [event.clientX - area.left, event.clientY - area.top]));
    };
    const element = box.current;
    element?.addEventListener("wheel", turned, { passive: false });
    return () => element?.removeEventListener("wheel", turned);
  }, []);

  const spotOf = (event: PointerEvent): Spot => {
    const area = box.current!.getBoundingClientRect();
    return [event.clientX - area.left, event.clientY - area.top];
  };
  const pan = (dx: number, dy: number) => look((old) => ({ ...old, x: old.x - dx / old.k, y: old.y - dy / old.k }));
  const zoom = (factor: number) => look((old) => zoomed(old, size, factor, [size.width / 2, size.height / 2]));
  const showAll = () => size.width > 0 && look(fitted(whole ?? CHINA, size));

  const press = ([x, y]: Spot) => {
    if (!view) return;
    const pixelsTo = (place: Lonlat) => {
      const [px, py] = onScreen(view, size, world(place));
      return Math.hypot(px - x, py - y);
    };
    onPress?.(onGround(view, size, [x, y]), pixelsTo);
  };

  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0 || !(event.target as Element).matches("canvas, .map-ground")) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    pressed.current.set(event.pointerId, spotOf(event));
    if (pressed.current.size === 1) moved.current = 0;
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    const here = spotOf(event);
    if (event.pointerType === "mouse" && view) setAim(onGround(view, size, here));
    const before = pressed.current.get(event.pointerId);
    if (!before) return;
    const [dx, dy] = [here[0] - before[0], here[1] - before[1]];
    moved.current += Math.hypot(dx, dy);
    const other = [...pressed.current].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const was = Math.hypot(before[0] - other[0], before[1] - other[1]);
      const is = Math.hypot(here[0] - other[0], here[1] - other[1]);
      look((old) => zoomed(old, size, is / Math.max(1, was), other));
    } else if (moved.current > CLICK_PX) pan(dx, dy);
    pressed.current.set(event.pointerId, here);
  };
  const up = (event: PointerEvent<HTMLDivElement>) => {
    const before = pressed.current.get(event.pointerId);
    if (!before) return;
    pressed.current.delete(event.pointerId);
    if (event.type === "pointerup" && moved.current <= CLICK_PX && pressed.current.size === 0) press(spotOf(event));
  };
  const pressKey = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const acts: Record<string, () => void> = {
      ArrowLeft: () => pan(STEP_PX, 0),
      ArrowRight: () => pan(-STEP_PX, 0),
      ArrowUp: () => pan(0, STEP_PX),
      ArrowDown: () => pan(0, -STEP_PX),
      "+": () => zoom(1.5),
      "=": () => zoom(1.5),
      "-": () => zoom(1 / 1.5),
      "0": showAll,
      Enter: () => press([size.width / 2, size.height / 2]),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const frame: Frame | null = view && {
    view,
    size,
    spot: (place) => onScreen(view, size, world(place)),
    place: (spot) => onGround(view, size, spot),
  };
  return (
    <div className="map-box">
      <div
        ref={box}
        className={isAiming ? "map-ground aiming" : "map-ground"}
        role="application"
        aria-label={label}
        aria-roledescription={t("map")}
        aria-description={t("map_keys")}
        tabIndex={0}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onPointerLeave={() => setAim(null)}
        onKeyDown={pressKey}
      >
        <canvas ref={canvas} aria-hidden="true" />
        {frame && overlay?.(frame)}
      </div>
      {frame && <MapTools metre={pixelsOfMetre(frame.view, onGround(frame.view, size, [0, size.height / 2])[1])} aim={aim} onZoom={zoom} onWhole={showAll} />}
      {children}
    </div>
  );
}
