import { Segmented } from "antd";
import { useMemo, useState } from "react";
import type { EndUse, Load, LoadSeries } from "../api";
import { useResource } from "../client";
import { ChartCard } from "../charts/ChartCard";
import { EndUseSwitch } from "../parts/EndUseSwitch";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import { END_USES } from "../tokens";
import { electricityOf, loadData } from "./loadData";
import { type RangeKey, RANGES, rangeOf } from "./range";

/** The load curve with its range and end uses, and beside it PV and water over the same range. */
export function LoadCards({ id, today }: { id: number; today: string }) {
  const t = useTexts();
  const [key, setKey] = useState<RangeKey>("today");
  const [shown, setShown] = useState<EndUse[]>(END_USES);
  const { from, to, step } = rangeOf(key, today);
  const { data: load, problem, retry } = useResource<Load>(
    `institutions/${id}/load?from=${from}&to=${to}&step=${step}`,
    step === "hour" ? 10_000 : 60_000,
  );
  const failure = load === null && problem ? <ProblemPanel problem={problem} onRetry={retry} /> : undefined;
  const curve = useMemo(
    () => load && loadData(load, electricityOf(load, shown), load.unit, t, key === "today"),
    [load, shown, t, key],
  );
  const alone = (series: LoadSeries | null) =>
    load && loadData(load, series ? [series] : [], series?.unit ?? "", t, key === "today");
  const pv = useMemo(() => alone(load?.pv ?? null), [load, t, key]);
  const water = useMemo(() => alone(load?.water ?? null), [load, t, key]);
  const workdays = load?.days.filter((day) => day.workday).length;
  return (
    <div className="load-cards">
      <ChartCard
        title={t(`load_question_${key}`)}
        data={curve}
        failure={failure}
        empty={t("empty_curve")}
        aside={
          workdays !== undefined && key !== "today" && (
            <span className="caption">{t("workdays", { n: workdays, days: load?.days.length ?? 0 })}</span>
          )
        }
        controls={
          <div className="controls">
            <Segmented
              value={key}
              onChange={setKey}
              options={RANGES.map((value) => ({ value, label: t(`range_${value}`) }))}
              aria-label={t("range")}
            />
            <EndUseSwitch available={load?.series.map((series) => series.end_use) ?? []} shown={shown} onChange={setShown} />
          </div>
        }
      />
      <div className="beside">
        <ChartCard title={t("pv_question")} data={pv} failure={failure} empty={t("empty_pv")} />
        <ChartCard title={t("water_question")} data={water} failure={failure} empty={t("empty_water")} />
      </div>
    </div>
  );
}
