import { Button } from "antd";
import { useRef } from "react";
import { decimalsOf, fixed, unitIn, UNKNOWN } from "../format";
import { usePreferences } from "../preferences";
import type { ChartData } from "./data";

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
            </tr>
          </thead>
          <tbody>
            {data.labels.map((when, i) => (
              <tr key={when}>
                <th scope="row">
                  {when}
                  {i === data.running && <span className="unit">{t("running_short")}</span>}
                </th>
                {data.series.map((series) => {
                  const value = series.values[i] ?? null;
                  return (
                    <td key={series.name}>
                      {value === null ? UNKNOWN : `${series.faint?.[i] ? "≈" : ""}${fixed(value, decimalsOf(data.unit))}`}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
