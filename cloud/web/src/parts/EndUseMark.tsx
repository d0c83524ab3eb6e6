import type { EndUse } from "../api";
import { UNKNOWN } from "../format";
import { useTexts } from "../preferences";
import { COLOURS } from "../tokens";

export function EndUseMark({ endUse }: { endUse: EndUse | null }) {
  const t = useTexts();
  if (endUse === null) return <span className="secondary">{UNKNOWN}</span>;
  return (
    <span className="end-use">
      <span className="swatch" style={{ background: COLOURS[endUse] }} aria-hidden="true" />
      {t(`end_use_${endUse}`)}
    </span>
  );
}
