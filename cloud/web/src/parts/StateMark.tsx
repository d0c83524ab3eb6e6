import { Tooltip } from "antd";
import type { MeterState } from "../api";
import { useTexts } from "../preferences";
import { STATES } from "../tokens";

/** State of a meter: sign, colour and word together, with the reason on hover, focus and tap. */
export function StateMark({ state, reason }: { state: MeterState; reason: string | null }) {
  const t = useTexts();
  const { colour, sign } = STATES[state];
  const mark = (
    <>
      <span aria-hidden="true" style={{ color: colour }}>
        {sign}
      </span>
      {t(`state_${state}`)}
    </>
  );
  if (!reason) return <span className="state">{mark}</span>;
  return (
    <Tooltip title={reason} trigger={["hover", "focus"]}>
      <button type="button" className="state explained" onClick={(event) => event.stopPropagation()}>
        {mark}
      </button>
    </Tooltip>
  );
}
