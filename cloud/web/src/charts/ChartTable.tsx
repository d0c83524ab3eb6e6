import { Button } from "antd";
import { useRef } from "react";
import { decimalsOf, fixed, hourSpan, unitIn, UNKNOWN } from "../format";
import { usePreferences } from "../preferences";
import { type ChartData, total } from "./data";

function copy(table: HTMLTableElement) {
  // Works without the clipboard API too, which browsers withhold from plain http inside an office network.
  const selection = window.getSelection();
  selection?.removeAllRanges();
  selection?.selectAllChildren(table);
  document.execCommand("copy");
}

/** The numbers behind a chart, ready for Excel. */
export function ChartTable({ data, label }: { data: ChartData; label: string }) {
  const { language, t } = usePreferences();
  const table = useRef<HTMLTableElement>(null);
  const summed = data.series.filter((series) => series.kind !== "past").length > 1;
  const written = (value: number | null) => (value === null ? UNKNOWN : fixed(value, decimalsOf(data.unit)));
  return (
    <div className="chart-table">
      <Button size="small" onClick={() => table.current && copy(table.current)}>
        {t("copy_for_excel")}
      </Button>
      <div className="scroll" tabIndex={0} role="region" aria-label={label}>
        <table ref={table}>
          <thead>
            <tr>
              <th scope="col">{t("time")}</th>
              {data.series.map((series) => (
                <th scope="col" key={series.name}>
                  {series.name} <span className="unit">{unitIn(data.unit, language)}</span>
                </th>
              ))}
              {summed && (
                <th scope="col">
                  {t("total")} <span className="unit">{unitIn(data.unit, language)}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {data.labels.map((when, i) => (
              <tr key={when}>
                <th scope="row">
                  {hourSpan(when)}
                  {i === data.running && <span className="unit">{t("running_short")}</span>}
                </th>
                {data.series.map((series) => {
                  const value = series.values[i] ?? null;
                  return (
                    <td key={series.name}>
                      {value !== null && series.faint?.[i] && "≈"}
                      {written(value)}
                    </td>
                  );
                })}
                {summed && <td>{written(total(data, i))}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
