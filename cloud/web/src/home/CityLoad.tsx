import { useMemo, useState } from "react";
import type { EndUse, Live } from "../api";
import type { Problem } from "../client";
import type { ChartData } from "../charts/data";
import { ChartCard } from "../charts/ChartCard";
import { fixed, secondsOf, UNKNOWN } from "../format";
import { EndUseSwitch } from "../parts/EndUseSwitch";
import { StaleNote } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import type { Translate } from "../texts";
import { COLOURS, END_USES } from "../tokens";

function chartData(live: Live, shown: EndUse[], t: Translate): ChartData {
  const { hours, running, series, last_week_kw } = live.today;
  const known = series.filter((one) => shown.includes(one.end_use));
  const areas = known.map((one) => ({
    name: t(`end_use_${one.end_use}`),
    colour: COLOURS[one.end_use],
    kind: "area" as const,
    values: hours.map((_, i) => one.kw[i] ?? null),
    faint: hours.map((_, i) => one.quality[i] === "interpolated" || one.quality[i] === "estimated"),
  }));
  const past = { name: t("last_week"), colour: "", kind: "past" as const, values: hours.map((_, i) => last_week_kw[i] ?? null) };
  return {
    labels: hours.map((hour) => `${String(hour).padStart(2, "0")}:00`),
    unit: "kW",
    // last week is known for the whole load only
    series: shown.length === END_USES.length ? [...areas, past] : areas,
    running,
    gaps: hours.map((hour) => hour < running && known.every((one) => (one.kw[hour] ?? null) === null)),
  };
}

/** What today says against the same day last week, over the hours both days know. */
function finding(live: Live | null, t: Translate): string {
  if (live === null) return t("city_load");
  const { hours, running, series, last_week_kw } = live.today;
  let today = 0;
  let then = 0;
  let until = -1;
  for (const hour of hours) {
    const now = series.map((one) => one.kw[hour] ?? null).filter((kw) => kw !== null);
    const past = last_week_kw[hour] ?? null;
    if (hour >= running || now.length === 0 || past === null) continue;
    today += now.reduce((a, b) => a + b, 0);
    then += past;
    until = hour;
  }
  if (until < 0 || then === 0) return t("city_load");
  const share = (today / then - 1) * 100;
  if (Math.abs(share) < 0.5) return t("city_load_same", { hour: until + 1 });
  return t(share < 0 ? "city_load_below" : "city_load_above", { hour: until + 1, share: Math.abs(share).toFixed(1) });
}

interface Props {
  live: Live | null;
  problem: Problem | null;
  onRetry: () => void;
}

/** The whole city's load today by end use, last week behind it, and the power of this moment. */
export function CityLoad({ live, problem, onRetry }: Props) {
  const t = useTexts();
  const [shown, setShown] = useState<EndUse[]>(END_USES);
  const data = useMemo(() => live && chartData(live, shown, t), [live, shown, t]);
  return (
    <ChartCard
      className="city-load"
      title={finding(live, t)}
      data={data}
      empty={t("empty_load")}
      controls={
        <>
          {problem && live && <StaleNote problem={problem} onRetry={onRetry} />}
          <div className="now">
            <div>
              <span className="big figure">
                {live?.power_w == null ? UNKNOWN : fixed(live.power_w / 1000, 1)}
                <span className="unit">kW</span>
              </span>
              <div className="caption">
                {live && t("live_at", { time: secondsOf(live.at), online: live.meters_online, total: live.meters_total })}
              </div>
            </div>
            {live && live.pv_power_w !== null && (
              <div className="pv">
                <span className="figure">
                  {fixed(live.pv_power_w / 1000, 1)}
                  <span className="unit">kW</span>
                </span>
                <div className="caption">{t("pv_now")}</div>
              </div>
            )}
          </div>
          <EndUseSwitch available={END_USES} shown={shown} onChange={setShown} />
        </>
      }
    />
  );
}
