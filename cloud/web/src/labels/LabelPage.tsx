import { Button, Skeleton } from "antd";
import { useState } from "react";
import type { Label, Steps } from "../api";
import { request, useResource } from "../client";
import { FileButton } from "../parts/FileButton";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";
import { addressOf } from "../records/address";
import { NextStep } from "../records/ApprovalPanel";
import { type Kind, useKinds, useNamed } from "../records/kinds";
import { fieldsOf, type Listed, OWNER, type Row } from "../records/record";
import { placeOnPlan } from "../records/links";
import { Shown, useShown, useTitlesOf } from "../records/Shown";

export const LABELS = "labels";
const TICKETS = "upkeep/tickets";
const SENSITIVITY = "sensitivity";
const FEW = 2; // deeds that stand open
const FACTS = 8; // of the record: the rest is one tap away

/** What the code on a thing opens, on the phone that scanned it: what it is, and what can be done about it. */
export function LabelPage({ short }: { short: string }) {
  const t = useTexts();
  const { kinds } = useKinds();
  const { data, problem, retry } = useResource<Label>(`labels/${encodeURIComponent(short)}`);
  const kind = data ? kinds.get(`${data.module}/${data.path}`) : undefined;
  if (problem?.status === 404)
    return (
      <section className="card label-page">
        <h1>{t("label_unknown")}</h1>
        <p>{t("label_unknown_hint")}</p>
        <p className="caption">{short}</p>
      </section>
    );
  return (
    <section className="card label-page">
      {problem && <ProblemPanel problem={problem} onRetry={retry} />}
      {!problem && !data && <Skeleton active paragraph={{ rows: 6 }} />}
      {data && kind && <Labelled label={data} kind={kind} />}
    </section>
  );
}

function Labelled({ label, kind }: { label: Label; kind: Kind }) {
  const t = useTexts();
  const named = useNamed();
  const shown = useShown();
  const { kinds } = useKinds();
  const record = useResource<Row>(`${kind.address}/${label.id}`);
  const steps = useResource<Steps>(kind.states.length ? `${kind.address}/${label.id}/steps` : null);
  const row = record.data;
  useTitlesOf(fieldsOf(kind), row ? [row] : []);
  if (row === null) return record.problem ? <ProblemPanel problem={record.problem} onRetry={record.retry} /> : <Skeleton active paragraph={{ rows: 6 }} />;

  // Every kind of record that names this one is something that can be entered about it.
  const about = [...kinds.values()].flatMap((one) => {
    const field = one.fields.find((other) => other.target === kind.address && !other.computed);
    return field ? [{ kind: one, field: field.key }] : [];
  });
  const beginning = (one: Kind, said: Record<string, string>) => addressOf({ kind: one.address, record: "new", query: new URLSearchParams({ [OWNER.key]: String(row.owner_id), ...said }) });
  const tickets = kinds.get(TICKETS);
  const byField = about.find((one) => one.kind === tickets);
  const report = tickets?.can_write && beginning(tickets, byField ? { [byField.field]: String(row.id) } : { title: `${named(kind)} ${label.title}：` });
  const others = about.filter((one) => one.kind.can_write && one.kind !== tickets);
  const facts = fieldsOf(kind).filter((field) => field.key !== kind.title && field.key !== SENSITIVITY && shown(field, row[field.key]) !== null);
  const plan = placeOnPlan(kind, row);
  const changed = () => {
    record.retry();
    steps.retry();
  };
  const enter = (one: (typeof others)[number]) => (
    <Button key={one.kind.address} size="large" block href={beginning(one.kind, { [one.field]: String(row.id) })}>
      {t("label_new", { kind: named(one.kind) })}
    </Button>
  );
  return (
    <>
      <header>
        <p className="caption">{named(kind)}</p>
        <h1>{label.title}</h1>
      </header>
      <dl className="facts">
        {facts.slice(0, FACTS).map((field) => (
          <div key={field.key}>
            <dt>{named(field)}</dt>
            <dd>
              <Shown field={field} value={row[field.key]} />
            </dd>
          </div>
        ))}
      </dl>
      {kind.states.length > 0 && <NextStep key={row.rev} kind={kind} row={row} steps={steps} onTaken={changed} />}
      <nav className="label-deeds" aria-label={t("label_deeds")}>
        {report && (
          <Button type="primary" size="large" block href={report}>
            {t("label_report")}
          </Button>
        )}
        {kind.has_files && kind.can_work && <Photo kind={kind} id={row.id} />}
        {others.slice(0, FEW).map(enter)}
        {plan && (
          <Button size="large" block href={plan}>
            {t("label_plan")}
          </Button>
        )}
        <Button size="large" block href={addressOf({ kind: kind.address, record: row.id })}>
          {t("label_open")}
        </Button>
        {others.length > FEW && (
          <details>
            <summary>{t("label_more")}</summary>
            <div className="label-deeds">{others.slice(FEW).map(enter)}</div>
          </details>
        )}
      </nav>
      {about.length > 0 && (
        <section>
          <h2>{t("label_related")}</h2>
          <p className="label-related">
            {about.map((one) => (
              <Related key={one.kind.address} kind={one.kind} field={one.field} id={row.id} />
            ))}
          </p>
        </section>
      )}
    </>
  );
}

/** How many records of a kind name this one; none: nothing is said. */
function Related({ kind, field, id }: { kind: Kind; field: string; id: number }) {
  const t = useTexts();
  const named = useNamed();
  const isFilter = kind.filters.includes(field);
  const query = new URLSearchParams({ [field]: String(id) });
  const { data } = useResource<Listed>(isFilter ? `${kind.address}?${query}&limit=1` : null);
  if (!data?.total) return null;
  return <a href={addressOf({ kind: kind.address, query })}>{t("label_open_of", { kind: named(kind), n: data.total })}</a>;
}

/** A picture from the phone's camera, put to the record's files. */
function Photo({ kind, id }: { kind: Kind; id: number }) {
  const t = useTexts();
  const { busy, problem, act } = useDeed();
  const [sent, setSent] = useState(0);
  const send = (files: File[]) =>
    void act(async () => {
      for (const file of files) {
        await request("POST", `${kind.address}/${id}/files?kind=photo&name=${encodeURIComponent(file.name)}`, file);
        setSent((n) => n + 1);
      }
    });
  return (
    <>
      <FileButton large title={t(busy ? "uploading" : "label_add_photo")} accept="image/png,image/jpeg,image/webp" multiple loading={busy} onFiles={send} />
      {sent > 0 && <p role="status">{t("label_photo_sent", { n: sent })}</p>}
      {problem && <ProblemPanel problem={problem} />}
    </>
  );
}
