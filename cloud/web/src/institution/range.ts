import type { Step } from "../api";
import { addDays } from "../format";

export const RANGES = ["today", "week", "month", "year"] as const;
export type RangeKey = (typeof RANGES)[number];

/** From and (exclusive) to of a range that ends with today, and the step its curve is drawn in. */
export function rangeOf(key: RangeKey, today: string): { from: string; to: string; step: Step } {
  const to = addDays(today, 1);
  if (key === "today") return { from: today, to, step: "hour" };
  if (key === "week") return { from: addDays(today, -6), to, step: "hour" };
  if (key === "month") return { from: addDays(today, -29), to, step: "day" };
  return { from: `${today.slice(0, 4)}-01-01`, to, step: "month" };
}
