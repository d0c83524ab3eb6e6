import type { Row, Value } from "./record";

export type Typed = Record<string, Value>;

/** What somebody has typed and not saved: what it began from, and when the last key was pressed. */
export interface Draft {
  base: Row | null;
  typed: Typed;
  at: string;
}

const PREFIX = "civicwatt.draft.";

/** The draft that a crash, a closed tab or a lost network left behind. */
export function readDraft(key: string): Draft | null {
  try {
    return JSON.parse(window.localStorage.getItem(PREFIX + key) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}

/** Keeps a draft with every key that is pressed, so that no typing is lost. */
export function keepDraft(key: string, base: Row | null, typed: Typed) {
  const draft: Draft = { base, typed, at: new Date().toISOString() };
  window.localStorage.setItem(PREFIX + key, JSON.stringify(draft));
}

export function dropDraft(key: string) {
  window.localStorage.removeItem(PREFIX + key);
}
