import type { EndUse } from "../api";
import { useTexts } from "../preferences";
import { COLOURS } from "../tokens";

export function EndUseMark({ endUse }: { endUse: EndUse }) {
  const t = useTexts();
  return (
    <span className="end-use">
      <span className="swatch" style={{ background: COLOURS[endUse] }} aria-hidden="true" />
      {t(`end_use_${endUse}`)}
    </span>
  );
}
