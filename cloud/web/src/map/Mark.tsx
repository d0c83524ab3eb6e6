import { usePreferences } from "../preferences";
import { colourOf } from "./colours";
import { MARKS } from "./marks";
import type { Condition } from "./wire";

/** A condition's mark, as the map draws it. */
export function Mark({ condition }: { condition: Condition }) {
  const { palette } = usePreferences();
  const colour = colourOf(condition, palette);
  const isHollow = condition === "unknown";
  return (
    <svg className="mark" viewBox="-9 -10 18 19" width="15" height="16" aria-hidden="true">
      <path d={MARKS[condition]} fill={isHollow ? "none" : colour} stroke={isHollow ? colour : "none"} strokeWidth="1.75" />
    </svg>
  );
}
