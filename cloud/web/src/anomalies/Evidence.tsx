import { Skeleton } from "antd";
import { useState } from "react";
import type { AnomalyEvidence, AnomalyFinding } from "../api";
import { useResource } from "../client";
import { exact, fixed, unitIn, UNKNOWN } from "../format";
import { type Column, DataTable } from "../parts/DataTable";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { useNamed } from "../records/kinds";
import { EvidenceChart } from "./EvidenceChart";

type Hour = AnomalyFinding["hours"][number];

const at = (iso: string) => iso.slice(0, 16).replace("T", " ");
const number = (value: number | null) => (value === null ? UNKNOWN : fixed(value, 2));

/** What an anomaly is made of: the dearest finding first, its hours beside what was expected of them. */
export function Evidence({ id }: { id: number }) {
  const { t } = usePreferences();
  const named = useNamed();
  const { data, problem, retry } = useResource<AnomalyEvidence>(`anomalies/cases/${id}/evidence`);
  const [chosen, setChosen] = useState<number | null>(null);
  if (problem) return <ProblemPanel problem={problem} onRetry={retry} />;
  if (data === null) return <Skeleton active title={false} paragraph={{ rows: 8 }} />;
  const finding = data.findings.find((one) => one.id === chosen) ?? data.findings[0];
  if (!finding) return <p className="empty">{t("anomaly_none")}</p>;
  return (
    <div className="anomaly-evidence">
      {data.findings.length > 1 && (
        <label className="labelled">
          <span className="caption">{t("anomaly_findings", { count: String(data.findings.length) })}</span>
          <select value={finding.id} onChange={(event) => setChosen(Number(event.target.value))}>
            {data.findings.map((one) => (
              <option key={one.id} value={one.id}>
                {at(one.begin)} {named(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      <Finding finding={finding} rate={data.rules.find((one) => one.kind === finding.kind)} />
    </div>
  );
}

function Finding({ finding, rate }: { finding: AnomalyFinding; rate?: AnomalyEvidence["rules"][number] }) {
  const { t, language, palette } = usePreferences();
  const named = useNamed();
  const unit = unitIn(finding.unit, language);
  const title = `${finding.meter} · ${named(finding)} · ${at(finding.begin)} – ${at(finding.end)}`;
  const columns: Column<Hour>[] = [
    { key: "at", title: t("anomaly_hour"), isHead: true, onCard: true, cell: (one) => (one.is_flagged ? <b>{at(one.at)}</b> : at(one.at)) },
    { key: "actual", title: t("anomaly_actual"), unit, numeric: true, onCard: true, cell: (one) => number(one.actual) },
    { key: "expected", title: t("anomaly_expected"), unit, numeric: true, onCard: true, cell: (one) => number(one.expected) },
    { key: "flagged", title: t("anomaly_flagged"), onCard: true, cell: (one) => (one.is_flagged ? "●" : "") },
  ];
  const facts: [string, string][] = [
    [t("anomaly_energy"), `${exact(finding.energy)} ${unit}`],
    [t("anomaly_cost"), finding.cost === null ? t("anomaly_no_tariff") : `¥ ${exact(finding.cost)}`],
    [t("anomaly_confidence"), `${finding.confidence} %`],
    [t("anomaly_hit_rate"), rate?.judged ? t("anomaly_of_judged", { confirmed: String(rate.confirmed), judged: String(rate.judged) }) : t("anomaly_not_judged")],
    [t("anomaly_found"), at(finding.found)],
  ];
  const names: [string, string][] = [
    [t("anomaly_actual"), palette.primary],
    [t("anomaly_expected"), palette.past],
    [t("anomaly_flagged"), palette.bad],
  ];
  return (
    <>
      <h3>{title}</h3>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <EvidenceChart finding={finding} label={title} />
      <div className="chart-names caption">
        {names.map(([name, colour]) => (
          <span key={name} className="end-use">
            <span className="swatch" style={{ background: colour }} aria-hidden="true" />
            {name}
          </span>
        ))}
      </div>
      <details>
        <summary>{t("anomaly_hours")}</summary>
        <DataTable label={t("anomaly_hours")} columns={columns} rows={finding.hours} rowKey={(one) => one.at} narrow />
      </details>
    </>
  );
}
