import type { EndUse } from "../api";
import { useTexts } from "../preferences";
import { END_USES } from "../tokens";
import { EndUseMark } from "./EndUseMark";

interface Props {
  shown: EndUse[];
  onChange: (shown: EndUse[]) => void;
}

/** Chooses the end uses a chart shows; it is the chart's legend as well. The last one stays on. */
export function EndUseSwitch({ shown, onChange }: Props) {
  const t = useTexts();
  const toggle = (endUse: EndUse) => {
    const next = END_USES.filter((one) => (one === endUse ? !shown.includes(one) : shown.includes(one)));
    if (next.length > 0) onChange(next);
  };
  return (
    <div className="end-use-switch" role="group" aria-label={t("end_uses")}>
      {END_USES.map((endUse) => (
        <button type="button" key={endUse} aria-pressed={shown.includes(endUse)} onClick={() => toggle(endUse)}>
          <EndUseMark endUse={endUse} />
        </button>
      ))}
    </div>
  );
}
