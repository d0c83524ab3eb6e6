import type { EnergyMeter, MonthOfMeter } from "../api";
import { addDays, decimalsAmong, exact, UNKNOWN } from "../format";
import { Completeness } from "../parts/Completeness";
import { DataTable } from "../parts/DataTable";
import { EndUseMark } from "../parts/EndUseMark";
import { Exact } from "../parts/Exact";
import { QualityMark } from "../parts/QualityMark";
import { useTexts } from "../preferences";
import { ReplacementForm } from "./ReplacementForm";
import { Replacements } from "./Replacements";
import { Shares } from "./Shares";
import { go, href, type Route } from "../route";

/** The last day of a month that has already begun. */
export function lastDay(month: string, today: string): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const next = number === 12 ? `${year + 1}-01-01` : `${year}-${String(number + 1).padStart(2, "0")}-01`;
  const last = addDays(next, -1);
  return last < today ? last : today;
}

interface Props {
  meter: EnergyMeter;
  unit: string;
  today: string;
  /** the day whose readings are shown below */
  date: string;
  route: Partial<Route>;
  /** called when a replacement is in the books */
  onBooked: () => void;
}

/** One meter's share of a figure, month by month; a month leads to its last day below. */
export function MeterMonths({ meter, unit, today, date, route, onBooked }: Props) {
  const t = useTexts();
  const decimals = decimalsAmong(meter.months.map((month) => month.value));
  const target = (month: MonthOfMeter) => ({ ...route, date: lastDay(month.month, today) });
  return (
    <section>
      <p className="secondary">
        {[meter.device, meter.building].filter(Boolean).join(" · ")} · <EndUseMark endUse={meter.end_use} />
      </p>
      <p>{t("sum_of_months", { n: meter.months.length, total: meter.total === null ? UNKNOWN : exact(meter.total), unit })}</p>
      <Shares meter={meter} />
      <Replacements meter={meter} unit={unit} />
      <ReplacementForm key={meter.point_id} point={meter.point_id} unit={unit} onBooked={onBooked} />
      <DataTable
        label={meter.name}
        narrow
        rows={meter.months}
        rowKey={(month) => month.month}
        onOpen={(month) => go(target(month), true)}
        isCurrent={(month) => month.month === date.slice(0, 7)}
        columns={[
          {
            key: "month",
            title: t("month_column"),
            onCard: true,
            cell: (month) => (
              <a href={href(target(month))} onClick={(event) => event.stopPropagation()}>
                {month.month}
              </a>
            ),
          },
          {
            key: "value",
            title: t("amount"),
            unit,
            numeric: true,
            onCard: true,
            cell: (month) => <Exact value={month.value} decimals={decimals} />,
          },
          { key: "quality", title: t("quality"), onCard: true, cell: (month) => <QualityMark quality={month.quality} /> },
          { key: "covered", title: t("complete"), numeric: true, cell: (month) => <Completeness share={month.covered} /> },
        ]}
      />
    </section>
  );
}
