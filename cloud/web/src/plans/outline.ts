import { useState } from "react";
import { dropDraft, keepDraft, readDraft } from "../records/drafts";
import { type Fault, faultOf, type Point, rectangle, round, within } from "./geometry";

/** An outline as it is being drawn: its corners, and whether the last one leads back to the first. */
interface Drawn {
  points: Point[];
  closed: boolean;
}

export interface OutlineEditor extends Drawn {
  fault: Fault | null;
  isChanged: boolean;
  canUndo: boolean;
  canRedo: boolean;
  /** `still` moves on with what the last change began: one drag is one step back */
  set: (points: Point[], closed: boolean, still?: boolean) => void;
  undo: () => void;
  redo: () => void;
  /** forgets the draft */
  end: () => void;
}

const DEFAULT = rectangle([0.4, 0.4], [0.6, 0.6]);
const same = (a: Point[], b: Point[]) => JSON.stringify(a) === JSON.stringify(b);

export const defaultOutline = () => DEFAULT.map((point): Point => [...point]);

/** What is drawn and has not been saved outlives the tab, as whatever is typed here does. */
export function useOutline(saved: Point[], draft: string): OutlineEditor {
  const first: Drawn = { points: saved, closed: saved.length > 0 };
  const [past, setPast] = useState<Drawn[]>([]);
  const [future, setFuture] = useState<Drawn[]>([]);
  const [now, setNow] = useState<Drawn>(() => {
    const kept = readDraft(draft)?.typed.points;
    return typeof kept === "string" ? (JSON.parse(kept) as Drawn) : first;
  });
  const show = (next: Drawn) => {
    setNow(next);
    keepDraft(draft, null, { points: JSON.stringify(next) });
  };
  const step = (from: Drawn[], to: Drawn[], setFrom: (all: Drawn[]) => void, setTo: (all: Drawn[]) => void) => {
    const next = from.at(-1);
    if (!next) return;
    setFrom(from.slice(0, -1));
    setTo([...to, now]);
    show(next);
  };
  return {
    ...now,
    fault: now.closed ? faultOf(now.points) : "outline_few",
    isChanged: !same(now.points, saved),
    canUndo: past.length > 0,
    canRedo: future.length > 0,
    set: (points, closed, still = false) => {
      if (!still) setPast([...past, now]);
      setFuture([]);
      show({ points: points.map((point) => round(within(point))), closed });
    },
    undo: () => step(past, future, setPast, setFuture),
    redo: () => step(future, past, setFuture, setPast),
    end: () => dropDraft(draft),
  };
}
