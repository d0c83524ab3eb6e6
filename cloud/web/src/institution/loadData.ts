import type { EndUse, Load, LoadSeries } from "../api";
import type { ChartData } from "../charts/data";
import { clockOf, dateOf } from "../format";
import type { Translate } from "../texts";
import { COLOURS } from "../tokens";

export function labelsOf(load: Load, oneDay: boolean, t: Translate): string[] {
  return load.starts.map((start) => {
    if (load.step === "month") return t("month_short", { month: Number(start.slice(5, 7)) });
    const date = dateOf(start).slice(5);
    if (load.step === "day") return date;
    return oneDay ? clockOf(start) : `${date} ${clockOf(start)}`;
  });
}

/** Days off by the calendar the server keeps; months are never shaded. */
function restOf(load: Load): boolean[] {
  if (load.step === "month") return [];
  const off = new Set(load.days.filter((day) => !day.workday).map((day) => day.date));
  return load.starts.map((start) => off.has(dateOf(start)));
}

/** Past places where none of the series knows anything: to be shown as a gap, not as zero. */
function gapsOf(load: Load, series: LoadSeries[]): boolean[] {
  const last = Math.max(-1, ...series.map((one) => one.values.findLastIndex((value) => value !== null)));
  return load.starts.map((_, i) => i < last && series.every((one) => one.values[i] === null));
}

export function loadData(load: Load, series: LoadSeries[], unit: string, t: Translate, oneDay: boolean): ChartData {
  const kind = load.step === "hour" && unit === "kW" ? "area" : "bar";
  return {
    labels: labelsOf(load, oneDay, t),
    unit,
    rest: restOf(load),
    gaps: gapsOf(load, series),
    running: load.running,
    series: series.map((one) => ({
      name: t(`end_use_${one.end_use}`),
      colour: COLOURS[one.end_use],
      kind,
      values: load.starts.map((_, i) => {
        const value = one.values[i] ?? null;
        return value === null ? null : Number(value);
      }),
      faint: load.starts.map((_, i) => one.quality[i] === "interpolated" || one.quality[i] === "estimated"),
    })),
  };
}

export function electricityOf(load: Load, shown: EndUse[]): LoadSeries[] {
  return load.series.filter((series) => shown.includes(series.end_use));
}
