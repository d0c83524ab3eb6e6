import type { EndUse } from "../api";
import { useTexts } from "../preferences";
import { END_USES } from "../tokens";
import { EndUseMark } from "./EndUseMark";

interface Props {
  /** those there is a meter for */
  available: EndUse[];
  shown: EndUse[];
  onChange: (shown: EndUse[]) => void;
}

/** Chooses the end uses a chart shows; it is the chart's legend as well. The last one stays on. */
export function EndUseSwitch({ available, shown, onChange }: Props) {
  const t = useTexts();
  const toggle = (endUse: EndUse) => {
    const next = END_USES.filter((one) => (one === endUse ? !shown.includes(one) : shown.includes(one)));
    if (next.some((one) => available.includes(one))) onChange(next);
  };
  return (
    <div className="end-use-switch" role="group" aria-label={t("end_uses")}>
      {available.map((endUse) => (
        <button type="button" key={endUse} aria-pressed={shown.includes(endUse)} onClick={() => toggle(endUse)}>
          <EndUseMark endUse={endUse} />
        </button>
      ))}
    </div>
  );
}
