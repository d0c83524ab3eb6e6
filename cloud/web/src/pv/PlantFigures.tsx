import { Skeleton } from "antd";
import { useState } from "react";
import type { PvFigure, PvFigures, PvPeriod } from "../api";
import { ChartCard } from "../charts/ChartCard";
import type { ChartData } from "../charts/data";
import { useResource } from "../client";
import { exact, percent } from "../format";
import { thisYear } from "../indicators/periods";
import { type Column, DataTable } from "../parts/DataTable";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import type { TextKey } from "../texts/zh";
import { COLOURS } from "../tokens";

const YEARS = 5;
const SERIES = { used_here: COLOURS.pv, exported: COLOURS.special };
const SHOWN: [keyof Omit<PvPeriod, "label" | "completeness">, TextKey][] = [
  ["generated", "pv_generation"],
  ["used_here", "pv_self"],
  ["exported", "pv_export"],
  ["imported", "pv_import"],
  ["used", "pv_used"],
  ["self_use", "pv_self_use"],
  ["self_sufficiency", "pv_self_sufficiency"],
  ["specific_yield", "pv_specific_yield"],
  ["performance_ratio", "pv_performance_ratio"],
  ["clear_sky", "pv_clear_sky"],
  ["of_clear_sky", "pv_of_clear_sky"],
];
const IN_TABLE = SHOWN.filter(([key]) => !["imported", "used", "clear_sky"].includes(key));

/** What a plant gave in a year and its months; where a figure is missing, why. */
export function PlantFigures({ id }: { id: number }) {
  const { t } = usePreferences();
  const now = Number(thisYear());
  const [year, setYear] = useState(now);
  const { data, problem, retry } = useResource<PvFigures>(`pv/plants/${id}/figures?year=${year}`);
  const value = useFigure();
  const shown = data && chart(data, t);
  const columns: Column<PvPeriod>[] = [
    { key: "month", title: t("pv_month"), isHead: true, onCard: true, cell: (one) => one.label.slice(5) },
    ...IN_TABLE.map(([key, title]): Column<PvPeriod> => ({
      key,
      title: t(title),
      unit: data?.year[key].unit,
      numeric: true,
      onCard: key === "generated" || key === "specific_yield",
      cell: (one) => value(one[key]),
    })),
  ];
  return (
    <div className="pv-figures">
      <label className="labelled">
        <span className="caption">{t("pv_year")}</span>
        <select value={year} onChange={(event) => setYear(Number(event.target.value))}>
          {Array.from({ length: YEARS }, (_, back) => now - back).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      {problem && <ProblemPanel problem={problem} onRetry={retry} />}
      {data === null && !problem && <Skeleton active title={false} paragraph={{ rows: 8 }} />}
      {data && shown && (
        <>
          <dl className="facts">
            {SHOWN.map(([key, title]) => (
              <div key={key}>
                <dt>{t(title)}</dt>
                <dd>
                  {value(data.year[key], true)} {data.year[key].value !== null && <span className="secondary">{data.year[key].unit}</span>}
                </dd>
              </div>
            ))}
            <div>
              <dt>{t("pv_completeness")}</dt>
              <dd>{data.year.completeness === null ? t("pv_no_value") : percent(Number(data.year.completeness))}</dd>
            </div>
          </dl>
          <ChartCard title={t("pv_chart")} data={shown} empty={t("pv_chart_empty")} controls={<Legend data={shown} />} />
          <h3>{t("pv_months")}</h3>
          <DataTable label={t("pv_months")} columns={columns} rows={data.months} rowKey={(one) => one.label} />
        </>
      )}
    </div>
  );
}

function Legend({ data }: { data: ChartData }) {
  return (
    <div className="chart-names caption">
      {data.series.map((series) => (
        <span key={series.name} className="end-use">
          <span className="swatch" style={{ background: series.colour }} aria-hidden="true" />
          {series.name}
        </span>
      ))}
    </div>
  );
}

/** A value to the digit, or a dash that says why on hover; at length where there is room. */
function useFigure() {
  const { t, language } = usePreferences();
  return (figure: PvFigure, atLength = false) => {
    if (figure.value !== null) return exact(figure.value);
    const reason = (language === "zh" ? figure.reason : figure.reason_en) ?? t("pv_no_value");
    return atLength ? (
      <span className="secondary">{reason}</span>
    ) : (
      <span className="secondary" title={reason} aria-label={reason}>
        —
      </span>
    );
  };
}

/** Used here and fed in, stacked; where the split is not known the generation alone. */
function chart(data: PvFigures, t: (key: TextKey) => string): ChartData {
  const number = (figure: PvFigure) => (figure.value === null ? null : Number(figure.value));
  const isSplit = data.months.some((one) => one.used_here.value !== null);
  const series = isSplit
    ? (["used_here", "exported"] as const).map((key) => ({
        name: t(`pv_${key}`),
        colour: SERIES[key],
        kind: "bar" as const,
        values: data.months.map((one) => number(one[key])),
      }))
    : [{ name: t("pv_generated"), colour: COLOURS.pv, kind: "bar" as const, values: data.months.map((one) => number(one.generated)) }];
  return { labels: data.months.map((one) => one.label), unit: "kWh", series };
}
