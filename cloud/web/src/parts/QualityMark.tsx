import type { Quality } from "../api";
import { useTexts } from "../preferences";
import { STATES } from "../tokens";

const SIGNS: Record<Quality, (typeof STATES)[keyof typeof STATES]> = {
  measured: STATES.good,
  corrected: STATES.good,
  interpolated: STATES.watch,
  estimated: STATES.watch,
  missing: STATES.unknown,
};

export function QualityMark({ quality }: { quality: Quality }) {
  const t = useTexts();
  const { colour, sign } = SIGNS[quality];
  return (
    <span className="state">
      <span aria-hidden="true" style={{ color: colour }}>
        {sign}
      </span>
      {t(`quality_${quality}`)}
    </span>
  );
}
