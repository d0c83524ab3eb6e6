import type { Condition } from "./wire";

/** The outline of a condition's mark around 0,0: colour and shape say the same. */
export const MARKS: Record<Condition, string> = {
  alarm: "M-6.5-6.5H6.5V6.5H-6.5Z",
  silent: "M0-7.5 7.5 6H-7.5Z",
  moving: "M0-9 6.5 7.5 0 4-6.5 7.5Z",
  standing: "M5.5 0A5.5 5.5 0 1 1-5.5 0 5.5 5.5 0 1 1 5.5 0Z",
  unknown: "M5 0A5 5 0 1 1-5 0 5 5 0 1 1 5 0Z",
};
