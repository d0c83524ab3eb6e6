import type { EChartsType } from "echarts/core";
import { useEffect, useRef } from "react";
import type { TargetPath } from "../api";
import { usePreferences } from "../preferences";

interface Props {
  path: TargetPath[];
  year: number;
  expected: string | null;
  low: string | null;
  high: string | null;
  unit: string;
  label: string;
}

const number = (text: string | null) => (text === null ? null : Number(text));

/** Base, linear and compound path, what was reached, and the forecast of the year with its interval. */
export function PathChart({ path, year, expected, low, high, unit, label }: Props) {
  const { palette, t } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let made: EChartsType | null = null;
    let gone = false;
    const watcher = new ResizeObserver(() => made?.resize());
    const at = (value: string | null) => path.map((one) => (one.year === year ? number(value) : null));
    const line = { type: "line", symbol: "none", connectNulls: true };
    const text = { color: palette.secondary, fontSize: 12 };
    const span = low !== null && high !== null ? path.map((one) => (one.year === year ? Number(high) - Number(low) : null)) : [];
    const bar = { type: "bar", stack: "interval", barWidth: 14, silent: true };
    void import("../charts/engine").then(({ init }) => {
      if (gone || !box.current) return;
      made = init(box.current);
      watcher.observe(box.current);
      made.setOption({
        animation: false,
        grid: { left: 4, right: 12, top: 28, bottom: 4, containLabel: true },
        xAxis: { type: "category", data: path.map((one) => String(one.year)), axisLabel: text, axisTick: { show: false }, axisLine: { lineStyle: { color: palette.line } } },
        yAxis: { type: "value", scale: true, name: unit, nameTextStyle: { ...text, align: "left" }, axisLabel: text, splitLine: { lineStyle: { color: palette.line } } },
        tooltip: { trigger: "axis", confine: true, backgroundColor: palette.card, borderColor: palette.line, textStyle: { color: palette.text, fontSize: 12 }, valueFormatter: (value: unknown) => (typeof value === "number" ? value.toFixed(2) : "—") },
        series: [
          { ...bar, name: t("forecast_low"), data: at(low), itemStyle: { color: "transparent" } },
          { ...bar, name: t("forecast_width"), data: span, itemStyle: { color: palette.past, opacity: 0.45 } },
          { ...line, name: t("linear_path"), data: path.map((one) => number(one.linear)), lineStyle: { color: palette.past, type: "dashed" }, itemStyle: { color: palette.past } },
          { ...line, name: t("compound_path"), data: path.map((one) => number(one.compound)), lineStyle: { color: palette.past, type: "dotted" }, itemStyle: { color: palette.past } },
          { ...line, name: t("reached"), symbol: "circle", symbolSize: 7, data: path.map((one) => (one.is_whole ? number(one.actual) : null)), lineStyle: { color: palette.primary }, itemStyle: { color: palette.primary } },
          { ...line, name: t("year_forecast"), symbol: "diamond", symbolSize: 11, data: at(expected), lineStyle: { opacity: 0 }, itemStyle: { color: palette.bad } },
        ],
      });
    });
    return () => {
      gone = true;
      watcher.disconnect();
      made?.dispose();
    };
  }, [path, year, expected, low, high, unit, palette, t]);
  return (
    <div className="chart">
      <div className="chart-canvas" ref={box} role="img" aria-label={label} />
    </div>
  );
}
