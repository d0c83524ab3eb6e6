import type { EChartsCoreOption } from "echarts/core";
import type { AnomalyFinding } from "../api";
import { FONT, type Palette } from "../tokens";

interface Look {
  palette: Palette;
  unit: string;
  words: { actual: string; expected: string; band: string; flagged: string };
}

/** The hours of a finding: what was expected with its usual range, what was, and which hours are flagged. */
export function evidenceOption(finding: AnomalyFinding, { palette, unit, words }: Look): EChartsCoreOption {
  const { hours } = finding;
  const line = (name: string, data: (number | null)[], style: object, more: object = {}) => ({ name, type: "line", data, symbol: "none", lineStyle: style, ...more });
  const floor = hours.map((one) => one.low);
  const width = hours.map((one) => (one.low === null || one.high === null ? null : one.high - one.low));
  const flagged = hours.map((one) => (one.is_flagged ? one.actual : null));
  return {
    animation: false,
    textStyle: { fontFamily: FONT, color: palette.secondary },
    grid: { left: 48, right: 12, top: 16, bottom: 28 },
    tooltip: {
      trigger: "axis",
      confine: true,
      formatter: (points: { dataIndex: number }[]) => {
        const one = hours[points[0]?.dataIndex ?? 0];
        if (!one) return "";
        const value = (number: number | null) => (number === null ? "—" : `${number.toFixed(2)} ${unit}`);
        return `${one.at.slice(0, 16).replace("T", " ")}<br>${words.actual} ${value(one.actual)}<br>${words.expected} ${value(one.expected)}${one.is_flagged ? `<br>${words.flagged}` : ""}`;
      },
    },
    xAxis: {
      type: "category",
      data: hours.map((one) => one.at.slice(5, 16).replace("T", " ")),
      axisLabel: { hideOverlap: true, color: palette.secondary },
      axisLine: { lineStyle: { color: palette.border } },
      axisTick: { show: false },
    },
    yAxis: { type: "value", splitLine: { lineStyle: { color: palette.line } }, axisLabel: { color: palette.secondary } },
    series: [
      line("floor", floor, { opacity: 0 }, { stack: "band", stackStrategy: "all", silent: true }),
      line(words.band, width, { opacity: 0 }, { stack: "band", stackStrategy: "all", silent: true, areaStyle: { color: palette.past, opacity: 0.22 } }),
      line(words.expected, hours.map((one) => one.expected), { width: 1.25, type: "dashed", color: palette.past }),
      line(words.actual, hours.map((one) => one.actual), { width: 1.5, color: palette.primary }),
      line(words.flagged, flagged, { width: 3, color: palette.bad }, { symbol: "circle", symbolSize: 4, showSymbol: true, itemStyle: { color: palette.bad } }),
    ],
  };
}
