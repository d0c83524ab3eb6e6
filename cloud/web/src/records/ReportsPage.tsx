import { Button } from "antd";
import { useState } from "react";
import type { ModuleMeta, ReportMeta } from "../api";
import { todayInChina } from "../parts/PeriodPicker";
import { useTexts } from "../preferences";
import { useNamed } from "./kinds";

const YEARS = 5; // back from this one

export const reportsOf = (module: ModuleMeta) => `${module.key}/reports`;

/** The workbooks that a module makes beyond its registries: returns and lists. */
export function ReportsPage({ module }: { module: ModuleMeta }) {
  const t = useTexts();
  return (
    <section className="card records">
      <header>
        <h1>{t("reports")}</h1>
        <span className="caption">{t("reports_hint")}</span>
      </header>
      <ReportLinks address={module.key} reports={module.reports} />
    </section>
  );
}

/** Each workbook as a file to download, for one year where it has one. */
export function ReportLinks({ address, reports }: { address: string; reports: ReportMeta[] }) {
  const t = useTexts();
  const named = useNamed();
  const latest = Number(todayInChina().slice(0, 4));
  const [year, setYear] = useState(latest);
  const file = (one: ReportMeta, format: string) => `/api/v1/${address}/${one.key}?format=${format}${one.asks_year ? `&year=${year}` : ""}`;
  return (
    <ul className="plain-rows reports">
      {reports.map((one) => (
        <li key={one.key}>
          <span>{named(one)}</span>
          {one.asks_year && (
            <select aria-label={`${named(one)} ${t("report_year")}`} value={year} onChange={(event) => setYear(Number(event.target.value))}>
              {Array.from({ length: YEARS }, (_, back) => latest - back).map((each) => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </select>
          )}
          <Button href={file(one, "xlsx")} download aria-label={`${named(one)} ${t("as_workbook")}`}>
            {t("as_workbook")}
          </Button>
          <Button href={file(one, "csv")} download aria-label={`${named(one)} CSV`}>
            CSV
          </Button>
        </li>
      ))}
    </ul>
  );
}
