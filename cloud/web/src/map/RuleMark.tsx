import { usePreferences } from "../preferences";
import { colourOfRule, DASHES } from "./paintShapes";

/** A short piece of a fence's line, as the map draws it. */
export function RuleMark({ rule }: { rule: string }) {
  const { palette } = usePreferences();
  return (
    <svg className="mark" viewBox="0 0 22 12" width="22" height="12" aria-hidden="true">
      <line x1="2" x2="20" y1="6" y2="6" stroke={colourOfRule(rule, palette.primary)} strokeWidth="2.5" strokeLinecap="round" strokeDasharray={(DASHES[rule] ?? []).join(" ")} />
    </svg>
  );
}
