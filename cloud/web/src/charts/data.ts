/** What a chart shows and what its table lists: the same numbers. */
export interface ChartSeries {
  name: string;
  colour: string;
  /** area and bar are stacked; past is the thin grey line of an earlier period */
  kind: "area" | "bar" | "past";
  values: (number | null)[];
  /** true where the value is interpolated or estimated, drawn lighter */
  faint?: boolean[];
}

export interface ChartData {
  labels: string[];
  unit: string;
  series: ChartSeries[];
  /** true on days off */
  rest?: boolean[];
  /** true where readings should exist and none do */
  gaps?: boolean[];
  /** the place that is not over yet, drawn lighter and dashed */
  running?: number | null;
}

export function isEmpty(data: ChartData): boolean {
  return data.series.every((series) => series.values.every((value) => value === null));
}

export function largest(data: ChartData): number {
  const sums = data.labels.map((_, i) =>
    data.series.reduce((sum, series) => (series.kind === "past" ? sum : sum + Math.max(0, series.values[i] ?? 0)), 0),
  );
  const past = data.series.filter((series) => series.kind === "past").flatMap((series) => series.values);
  return Math.max(0, ...sums, ...past.map((value) => value ?? 0));
}

/** Sum of the stacked series at one place; null when none of them knows. */
export function total(data: ChartData, index: number): number | null {
  const known = data.series
    .filter((series) => series.kind !== "past")
    .map((series) => series.values[index] ?? null)
    .filter((value) => value !== null);
  return known.length ? known.reduce((a, b) => a + b, 0) : null;
}
