import { STATES } from "../tokens";
import { type Kind, useNamed } from "./kinds";

/** Where a record stands: sign, colour and word together. What is over is quiet, what waits is not. */
export function StateBadge({ kind, state }: { kind: Kind; state: string }) {
  const named = useNamed();
  const found = kind.states.find((one) => one.key === state);
  if (!found) return <>{state}</>;
  const { colour, sign } = found.final ? { ...STATES.good, colour: STATES.unknown.colour } : STATES[found.editable ? "unknown" : "watch"];
  return (
    <span className="state">
      <span aria-hidden="true" style={{ color: colour }}>
        {sign}
      </span>
      {named(found)}
    </span>
  );
}
