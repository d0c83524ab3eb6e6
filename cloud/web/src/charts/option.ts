import type { EChartsCoreOption } from "echarts/core";
import { decimalsOf, fixed, hourSpan, type Scale, scaledUnit, UNKNOWN } from "../format";
import { FONT, type Palette } from "../tokens";
import { type ChartData, type ChartSeries, total } from "./data";

export interface ChartLook {
  palette: Palette;
  scale: Scale;
  unit: string;
  words: { total: string; faint: string; running: string; gap: string; rest: string };
}

function drawn(series: ChartSeries, running: number | null, look: ChartLook): object[] {
  if (series.kind === "past")
    return [
      {
        name: series.name,
        type: "line",
        data: series.values,
        symbol: "none",
        lineStyle: { width: 1.25, color: look.palette.past },
        emphasis: { disabled: true },
        z: 4,
      },
    ];
  if (series.kind === "area") {
    const settled = series.values.map((value, i) => (i === running ? null : value));
    if (running === null) return [area(series, "now", settled)];
    // From the last hour that is over to the running one: a curve of its own, on a stack of its own.
    const open = series.values.map((value, i) => (i === running || i === running - 1 ? value : null));
    const dashed = { lineStyle: { width: 1, type: "dashed", color: series.colour }, areaStyle: { color: series.colour, opacity: 0.3 } };
    return [area(series, "now", settled), { ...area(series, "running", open), ...dashed, symbol: running === 0 ? "circle" : "none" }];
  }
  const light = { color: `${series.colour}73` };
  const dashed = { color: `${series.colour}40`, borderColor: series.colour, borderType: "dashed", borderWidth: 1 };
  return [
    {
      name: series.name,
      type: "bar",
      stack: "now",
      barWidth: "62%",
      data: series.values.map((value, i) => {
        if (i === running) return { value, itemStyle: dashed };
        return series.faint?.[i] ? { value, itemStyle: light } : value;
      }),
      itemStyle: { color: series.colour },
      emphasis: { disabled: true },
      z: 3,
    },
  ];
}

function area(series: ChartSeries, stack: string, values: (number | null)[]): object {
  return {
    name: series.name,
    type: "line",
    stack,
    data: values,
    symbol: "none",
    itemStyle: { color: series.colour },
    lineStyle: { width: 1, color: series.colour },
    areaStyle: { color: series.colour, opacity: 0.85 },
    emphasis: { disabled: true },
    z: 3,
  };
}

/** Full-height bars on axes of their own: shaded days off, hatched gaps, a veil over interpolated parts. */
function band(where: boolean[], itemStyle: object, z: number): object {
  return {
    type: "bar",
    xAxisIndex: 1,
    yAxisIndex: 1,
    barWidth: "100%",
    barGap: "-100%",
    silent: true,
    tooltip: { show: false },
    data: where.map((yes) => (yes ? 1 : null)),
    itemStyle,
    z,
  };
}

function bands(data: ChartData, palette: Palette): object[] {
  const list: object[] = [];
  if (data.rest?.some(Boolean)) list.push(band(data.rest, { color: palette.rest }, 1));
  if (data.gaps?.some(Boolean)) {
    const decal = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1, 6], rotation: -Math.PI / 4, color: palette.past };
    list.push(band(data.gaps, { color: "transparent", decal }, 2));
  }
  const areas = data.series.filter((series) => series.kind === "area");
  const veiled = data.labels.map((_, i) => areas.some((series) => series.faint?.[i]));
  if (veiled.some(Boolean)) list.push(band(veiled, { color: palette.veil }, 5));
  return list;
}

function line(className: string, ...texts: string[]): HTMLElement {
  const row = document.createElement("div");
  row.className = className;
  for (const text of texts) row.appendChild(document.createElement("span")).textContent = text;
  return row;
}

/** All series at the hovered place, as elements: names are never parsed as markup. */
function tooltip(data: ChartData, look: ChartLook, index: number): HTMLElement {
  const box = line("chart-tip");
  box.appendChild(line("when", hourSpan(data.labels[index] ?? "")));
  const say = (value: number | null) =>
    value === null ? UNKNOWN : `${fixed(value, decimalsOf(data.unit))} ${look.unit}`;
  const rowOf = (series: ChartSeries) => {
    const row = line("row", series.name, say(series.values[index] ?? null));
    const swatch = document.createElement("i");
    swatch.style.background = series.kind === "past" ? look.palette.past : series.colour;
    row.prepend(swatch);
    box.appendChild(row);
  };
  const now = data.series.filter((series) => series.kind !== "past");
  now.forEach(rowOf);
  if (now.length > 1) box.appendChild(line("row total", look.words.total, say(total(data, index))));
  data.series.filter((series) => series.kind === "past").forEach(rowOf);
  const notes = [
    data.gaps?.[index] && look.words.gap,
    data.series.some((series) => series.faint?.[index]) && look.words.faint,
    data.running === index && look.words.running,
    data.rest?.[index] && look.words.rest,
  ].filter((note) => typeof note === "string");
  if (notes.length) box.appendChild(line("note", notes.join(" · ")));
  return box;
}

export function chartOption(data: ChartData, look: ChartLook): EChartsCoreOption {
  const { palette, scale } = look;
  const text = { color: palette.secondary, fontFamily: FONT, fontSize: 12 };
  const hidden = { show: false, axisPointer: { show: false } };
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    grid: { left: 4, right: 8, top: 26, bottom: 2, containLabel: true },
    xAxis: [
      {
        type: "category",
        data: data.labels,
        axisLine: { lineStyle: { color: palette.line } },
        axisTick: { show: false },
        axisLabel: { ...text, hideOverlap: true, ...dayLabels(data.labels) },
      },
      { type: "category", data: data.labels, ...hidden },
    ],
    yAxis: [
      {
        type: "value",
        min: 0,
        name: scaledUnit(scale, look.unit),
        nameTextStyle: { ...text, align: "left", padding: [0, 0, 0, -4] },
        splitLine: { lineStyle: { color: palette.line } },
        splitNumber: 4,
        axisLabel: { ...text, formatter: (value: number) => axisNumber(value, scale) },
      },
      { type: "value", min: 0, max: 1, ...hidden },
    ],
    tooltip: {
      trigger: "axis",
      confine: true,
      transitionDuration: 0,
      backgroundColor: palette.card,
      borderColor: palette.line,
      extraCssText: "box-shadow:none",
      textStyle: { color: palette.text, fontFamily: FONT, fontSize: 12 },
      axisPointer: { lineStyle: { color: palette.past } },
      formatter: (hovered: unknown) => tooltip(data, look, (hovered as { dataIndex: number }[])[0]?.dataIndex ?? 0),
    },
    series: [...data.series.flatMap((series) => drawn(series, data.running ?? null, look)), ...bands(data, palette)],
  };
}

/** Hours of several days: the axis names each day once, at its midnight. */
function dayLabels(labels: string[]): object {
  if (!labels.some((label) => label.endsWith(" 00:00"))) return {};
  return { interval: (_: number, label: string) => label.endsWith(" 00:00"), formatter: (label: string) => label.slice(0, 5) };
}

/** Axis ticks are round numbers already; they carry just the decimals they have. */
function axisNumber(value: number, scale: Scale): string {
  const tick = Number((value / scale.divisor).toPrecision(6));
  return fixed(tick, String(tick).split(".")[1]?.length ?? 0);
}
