import { useTexts } from "../preferences";
import { STATES } from "../tokens";
import type { Outcome } from "./sheet";

const SIGNS = { okay: STATES.good, possible: STATES.watch, unchecked: STATES.unknown };

/** What the checks say: a sign and a word. */
export function OutcomeMark({ outcome, count }: { outcome: Outcome; count?: number }) {
  const t = useTexts();
  const { colour, sign } = SIGNS[outcome];
  return (
    <span className="state">
      <span aria-hidden="true" style={{ color: colour }}>
        {sign}
      </span>
      {t(`outcome_${outcome}`)}
      {count === undefined ? "" : ` ${count}`}
    </span>
  );
}
