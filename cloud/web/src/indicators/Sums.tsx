import { Tooltip } from "antd";
import type { Indicator } from "../api";
import { exact, fixed, unitIn, UNKNOWN } from "../format";
import { usePreferences } from "../preferences";
import { useNamed } from "../records/kinds";
import { STATES } from "../tokens";

type Sum = Indicator["over"];

/** A sum of the basis in the unit that people read it in. */
export function sumText(sum: Sum, value: number): string {
  const size = value * Number(sum.factor);
  const decimals = sum.factor === "1" || Math.abs(size - Math.round(size)) < 1e-9 ? 0 : 2;
  return fixed(size, decimals);
}

/** 超标人员 2 人 ÷ 有办公室人员 19 人 */
export function Formula({ indicator, named: withNames = false }: { indicator: Indicator; named?: boolean }) {
  const { language } = usePreferences();
  const named = useNamed();
  const { basis, over, under } = indicator;
  const part = (sum: Sum, value: number) => (
    <span className="figure">
      {withNames && <span className="caption sum-name">{named(sum)}</span>}
      {sumText(sum, value)}
      {sum.unit && <span className="unit">{unitIn(sum.unit, language)}</span>}
    </span>
  );
  return (
    <span className="sums-of">
      {part(over, basis.numerator)}
      {under && (
        <>
          {" ÷ "}
          {part(under, basis.denominator)}
        </>
      )}
    </span>
  );
}

/** The value with its unit; "—" with the reason where there is none. */
export function IndicatorValue({ indicator, value = indicator.value }: { indicator: Indicator; value?: string | null }) {
  const { language, t } = usePreferences();
  const named = useNamed();
  if (value === null) {
    const reason = indicator.basis.counted && indicator.under ? t("divided_by_none", { title: named(indicator.under) }) : t("none_counted");
    return (
      <Tooltip title={reason} trigger={["hover", "focus"]}>
        <button type="button" className="unknown" aria-label={reason} onClick={(event) => event.stopPropagation()}>
          {UNKNOWN}
        </button>
      </Tooltip>
    );
  }
  return (
    <span className="figure">
      {Number(value) === Math.trunc(Number(value)) && indicator.digits === 0 ? exact(value) : fixed(Number(value), indicator.digits)}
      <span className="unit">{unitIn(indicator.unit, language)}</span>
    </span>
  );
}

/** How many rows could not be counted. */
export function Missing({ n }: { n: number }) {
  const { t } = usePreferences();
  if (n === 0) return <span className="secondary">0</span>;
  return (
    <span className="state">
      <span aria-hidden="true" style={{ color: STATES.watch.colour }}>
        {STATES.watch.sign}
      </span>
      <span className="only-read">{t("rows_missing", { n: "" })}</span>
      {fixed(n, 0)}
    </span>
  );
}
