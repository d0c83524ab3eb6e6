import { useCallback, useEffect, useState } from "react";
import { useKey } from "../keys";
import type { Journey } from "./journey";

export const PACES = [10, 30, 60, 120, 300, 600];

export interface Playback {
  moment: number;
  seek: (moment: number) => void;
  isPlaying: boolean;
  toggle: () => void;
  pace: number;
  setPace: (pace: number) => void;
  skips: boolean;
  setSkips: (skips: boolean) => void;
}

/** The moment of the day that is shown, and its running on. */
export function usePlayback(journey: Journey | null, start: number | null): Playback {
  const [moment, setMoment] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [pace, setPace] = useState(60);
  const [skips, setSkips] = useState(true);

  useEffect(() => {
    setPlaying(false);
    if (journey) setMoment(start === null ? journey.from : Math.min(journey.to, Math.max(journey.from, start)));
  }, [journey, start]);
  useEffect(() => {
    if (!isPlaying || !journey) return;
    let frame = 0;
    let last: number | null = null;
    const stops = journey.parts.filter((part) => part.kind === "stop");
    const run = (now: number) => {
      const passed = last === null ? 0 : Math.min(200, now - last);
      last = now;
      setMoment((old) => {
        const next = old + passed * pace;
        const stop = skips ? stops.find((part) => part.from < next && next < part.to) : undefined;
        return Math.min(journey.to, stop ? stop.to : next);
      });
      frame = requestAnimationFrame(run);
    };
    frame = requestAnimationFrame(run);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, journey, pace, skips]);
  useEffect(() => {
    if (journey && moment >= journey.to) setPlaying(false);
  }, [moment, journey]);

  const seek = useCallback((to: number) => journey && setMoment(Math.min(journey.to, Math.max(journey.from, to))), [journey]);
  const toggle = useCallback(() => {
    if (!journey) return;
    if (!isPlaying && moment >= journey.to) setMoment(journey.from);
    setPlaying(!isPlaying);
  }, [journey, isPlaying, moment]);
  const step = (by: number) => setPace(PACES[Math.min(PACES.length - 1, Math.max(0, PACES.indexOf(pace) + by))]!);
  useKey("p", toggle);
  useKey("[", () => step(-1));
  useKey("]", () => step(1));
  return { moment, seek, isPlaying, toggle, pace, setPace, skips, setSkips };
}
