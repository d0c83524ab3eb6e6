import { useTexts } from "../preferences";
import { type ChartData, total } from "./data";

/** Names hatching, light and dashed parts and shading, but only where the chart has them. */
export function ChartLegend({ data }: { data: ChartData }) {
  const t = useTexts();
  const marks = [
    { key: "gap", text: t("gap_note"), here: data.gaps?.some(Boolean) },
    { key: "faint", text: t("faint_note"), here: data.series.some((series) => series.faint?.some(Boolean)) },
    { key: "running", text: t("running_note"), here: data.running != null && total(data, data.running) !== null },
    { key: "rest", text: t("rest_note"), here: data.rest?.some(Boolean) },
  ].filter((mark) => mark.here);
  if (marks.length === 0) return null;
  return (
    <div className="chart-legend caption">
      {marks.map((mark) => (
        <span key={mark.key}>
          <i className={mark.key} aria-hidden="true" />
          {mark.text}
        </span>
      ))}
    </div>
  );
}
