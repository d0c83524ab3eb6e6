import { exact, padding, UNKNOWN } from "../format";

/** A value with every digit it has; right-aligned in a column, the decimal points stand below each other. */
export function Exact({ value, decimals }: { value: string | null; decimals: number }) {
  return (
    <span className="figure exact" data-pad={padding(value, decimals)}>
      {value === null ? UNKNOWN : exact(value)}
    </span>
  );
}
