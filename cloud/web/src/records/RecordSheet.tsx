import { Button, Skeleton } from "antd";
import { useState } from "react";
import { Evidence } from "../anomalies/Evidence";
import type { Steps } from "../api";
import { type Problem, request, RequestError, useResource } from "../client";
import { Panel } from "../parts/Panel";
import { ProblemPanel } from "../parts/ProblemPanel";
import { Tabs } from "../parts/Tabs";
import { useTexts } from "../preferences";
import { ScoreSheet } from "../certification/ScoreSheet";
import { PlantFigures } from "../pv/PlantFigures";
import { type Address, addressOf, visit, withoutSheet, withQuery } from "./address";
import { NextStep, StepsTaken } from "./ApprovalPanel";
import { FileLibrary } from "./FileLibrary";
import { History } from "./History";
import { type Kind, useKinds, useNamed } from "./kinds";
import { placeOnPlan } from "./links";
import { FILL, RETURNS } from "../returns/sheet";
import { PersonEvents } from "./PersonEvents";
import { RecordForm } from "./RecordForm";
import { fieldOf, fieldsOf, type Row, writable } from "./record";
import { ReportLinks } from "./ReportsPage";
import { Shown, useShown, useTitlesOf } from "./Shown";

const PEOPLE = "org/people";
const CERTIFICATIONS = "certification/certifications";
const PLANTS = "pv/plants";
const ANOMALIES = "anomalies/cases";

interface Props {
  kind: Kind;
  id: number;
  address: Address;
  /** the list is no longer what it was */
  onChanged: () => void;
}

/** One record beside its list: what it says, how it came there, what was done to it. */
export function RecordSheet({ kind, id, address, onChanged }: Props) {
  const t = useTexts();
  const named = useNamed();
  const shown = useShown();
  const record = useResource<Row>(`${kind.address}/${id}`);
  const steps = useResource<Steps>(kind.states.length ? `${kind.address}/${id}/steps` : null);
  const [editing, setEditing] = useState(false);
  const row = record.data;
  const rows = row ? [row] : [];
  useTitlesOf(fieldsOf(kind), rows);

  const closed = { ...address, record: null, query: withoutSheet(address.query) };
  const changed = () => {
    setEditing(false);
    record.retry();
    steps.retry();
    onChanged();
  };
  const title = fieldOf(kind, kind.title);
  const name = (row && title && shown(title, row[title.key])) ?? named(kind);
  const details = () =>
    row && editing ? (
      <EditForm kind={kind} row={row} onDone={changed} onCancel={() => setEditing(false)} />
    ) : (
      row && <Details kind={kind} row={row} onEdit={() => setEditing(true)} onRemoved={() => (onChanged(), visit(closed))} />
    );
  const flow = () => (
    <>
      <StepsTaken kind={kind} steps={steps} />
      <div className="buttons">
        {["docx", "pdf"].map((format) => (
          <Button key={format} href={`/api/v1/${kind.address}/${id}/document?format=${format}`} download>
            {t("approval_form")} {format === "docx" ? "Word" : "PDF"}
          </Button>
        ))}
      </div>
    </>
  );
  const tabs = [
    ...(kind.address === ANOMALIES ? [{ key: "evidence", title: t("tab_evidence"), content: () => <Evidence id={id} /> }] : []),
    { key: "details", title: t("tab_details"), content: details },
    ...(kind.states.length ? [{ key: "flow", title: t("tab_flow"), content: flow }] : []),
    ...(kind.address === PLANTS ? [{ key: "figures", title: t("tab_pv"), content: () => <PlantFigures id={id} /> }] : []),
    ...(kind.address === CERTIFICATIONS ? [{ key: "score", title: t("tab_score"), content: () => <ScoreSheet id={id} /> }] : []),
    ...(kind.has_files ? [{ key: "files", title: t("tab_files"), content: () => <FileLibrary kind={kind} id={id} /> }] : []),
    { key: "history", title: t("tab_history"), content: () => row && <History kind={kind} row={row} /> },
    ...(kind.address === PEOPLE ? [{ key: "events", title: t("tab_events"), content: () => row && <PersonEvents kind={kind} row={row} onNoted={changed} /> }] : []),
  ];
  const plan = row && placeOnPlan(kind, row);
  const above = (
    <p className="caption">
      {named(kind)} {plan && <a href={plan}>{t("see_on_plan")}</a>}
      {kind.address === RETURNS && <a href={addressOf({ kind: FILL, record: id })}>{t("fill_return")}</a>}
    </p>
  );
  return (
    <Panel title={name} above={above} onClose={() => visit(closed)}>
      {record.problem && <ProblemPanel problem={record.problem} onRetry={record.problem.status === 404 ? undefined : record.retry} />}
      {row === null && !record.problem && <Skeleton active title={false} paragraph={{ rows: 6 }} />}
      {row && kind.reports.length > 0 && <ReportLinks address={`${kind.address}/${id}`} reports={kind.reports} />}
      {row && kind.states.length > 0 && <NextStep key={row.rev} kind={kind} row={row} steps={steps} onTaken={changed} />}
      {row && (
        <Tabs
          label={name}
          tabs={tabs}
          chosen={address.query.get("tab") ?? tabs[0]?.key ?? ""}
          onChoose={(tab) => visit({ ...address, query: withQuery(address.query, { tab: tab === tabs[0]?.key ? null : tab }) }, true)}
        />
      )}
    </Panel>
  );
}

function Details({ kind, row, onEdit, onRemoved }: { kind: Kind; row: Row; onEdit: () => void; onRemoved: () => void }) {
  const t = useTexts();
  const named = useNamed();
  const [sure, setSure] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const fields = fieldsOf(kind).filter((field) => field.key !== "state" || kind.states.length === 0);
  const empty = fields.filter((field) => [null, undefined, ""].includes(row[field.key] as string | null | undefined));
  const isEditable = kind.can_write && (kind.states.find((state) => state.key === row.state)?.editable ?? true);
  const remove = async () => {
    try {
      await request("DELETE", `${kind.address}/${row.id}?rev=${row.rev}`);
      onRemoved();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
    }
  };
  return (
    <>
      <dl className="facts">
        {fields
          .filter((field) => !empty.includes(field))
          .map((field) => (
            <div key={field.key}>
              <dt>{named(field)}</dt>
              <dd className={field.kind === "note" ? "note" : undefined}>
                <Shown field={field} value={row[field.key]} />
              </dd>
            </div>
          ))}
      </dl>
      {empty.length > 0 && (
        <details>
          <summary className="secondary">{t("empty_fields", { n: empty.length })}</summary>
          <p className="caption">{empty.map(named).join(t("list_comma"))}</p>
        </details>
      )}
      {problem && <ProblemPanel problem={problem} />}
      {isEditable && (
        <footer className="buttons">
          <Button onClick={onEdit}>{t("change")}</Button>
          <span className="spring" />
          {sure ? (
            <>
              <span className="secondary">{t("remove_hint")}</span>
              <Button danger onClick={() => void remove()} autoFocus>
                {t("remove_really")}
              </Button>
              <Button onClick={() => setSure(false)}>{t("keep")}</Button>
            </>
          ) : (
            <Button onClick={() => setSure(true)}>{t("remove")}</Button>
          )}
        </footer>
      )}
    </>
  );
}

function EditForm({ kind, row, onDone, onCancel }: { kind: Kind; row: Row; onDone: () => void; onCancel: () => void }) {
  const t = useTexts();
  const { username } = useKinds();
  const address = `${kind.address}/${row.id}`;
  return (
    <RecordForm
      fields={writable(kind)}
      base={row}
      draft={`${username}.${address}`}
      submit={t("save")}
      onSubmit={async (said, base) => {
        if (Object.keys(said).length) await request("PATCH", address, { rev: base?.rev, ...said });
        onDone();
      }}
      onCancel={onCancel}
      current={() => request<Row>("GET", address)}
    />
  );
}
