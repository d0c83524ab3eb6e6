import { type RefObject, useEffect, useRef } from "react";
import { usePreferences } from "../preferences";
import { GROUND } from "./colours";
import type { Size, View } from "./geometry";
import type { Painter } from "./stage";

const LIGHT_MS = 24; // a frame that takes longer is not painted with every move
const REST = 3; // after a heavy frame the browser gets so many times as long for everything else
const LONGEST_REST_MS = 250;

/** Paints what has changed; while heavy frames wait their turn, the last picture is moved and stretched instead. */
export function usePainting(canvas: RefObject<HTMLCanvasElement | null>, painters: Painter[], view: View | null, size: Size) {
  const { dark, language, palette } = usePreferences();
  const last = useRef<{ view: View; at: number; took: number } | null>(null);

  useEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext("2d");
    if (!element || !pen || !view || size.width === 0) return;
    let frame = 0;
    const paint = () => {
      const began = performance.now();
      const ratio = window.devicePixelRatio || 1;
      const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
      if (element.width !== width || element.height !== height) [element.width, element.height] = [width, height];
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      const stage = { pen, view, size, palette, ground: GROUND[dark ? "dark" : "light"], zh: language === "zh", written: [] };
      for (const each of painters) each(stage);
      element.style.transform = "";
      const painted = { view, at: began, took: performance.now() - began };
      last.current = painted;
      // What the browser does with it is only known when it comes to the next frame.
      requestAnimationFrame(() => (painted.took = performance.now() - began));
    };
    const { current: before } = last;
    const rest = before && before.took > LIGHT_MS ? Math.min(LONGEST_REST_MS, before.took * REST) - (performance.now() - before.at) : 0;
    if (before && rest > 0) element.style.transform = moved(before.view, view);
    const timer = window.setTimeout(() => (frame = requestAnimationFrame(paint)), Math.max(0, rest));
    return () => {
      window.clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [canvas, painters, view, size, palette, dark, language]);
}

function moved(from: View, to: View): string {
  return `translate(${(from.x - to.x) * to.k}px, ${(from.y - to.y) * to.k}px) scale(${to.k / from.k})`;
}
