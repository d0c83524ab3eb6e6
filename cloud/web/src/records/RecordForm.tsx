import { Button } from "antd";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { FieldMeta } from "../api";
import { type Problem, RequestError } from "../client";
import { unitIn } from "../format";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { complaintOf, fieldsRefused } from "./check";
import { ConflictPanel } from "./ConflictPanel";
import { DraftOffer } from "./DraftOffer";
import { dropDraft, keepDraft, readDraft, type Typed } from "./drafts";
import { FieldInput } from "./FieldInput";
import { useNamed } from "./kinds";
import type { Row, Value } from "./record";

const OUTDATED = "CW-K1104";

interface Props {
  fields: FieldMeta[];
  /** the record as it was when the form was opened; null for a new one */
  base: Row | null;
  /** names the draft in this browser */
  draft: string;
  submit: string;
  /** what was typed, as the wire takes it, on top of the record that was seen; throws RequestError */
  onSubmit: (said: Typed, base: Row | null) => Promise<void>;
  onCancel: () => void;
  /** saves too, and goes on with another one */
  another?: (said: Typed) => Promise<void>;
  /** the record as it is now, after somebody else has changed it */
  current?: () => Promise<Row>;
  /** another way to see and say the same values */
  beside?: (valueOf: (key: string) => Value, change: (key: string, value: Value) => void) => ReactNode;
}

const same = (a: Value | undefined, b: Value | undefined) => String(a ?? "") === String(b ?? "");

function onTheWire(field: FieldMeta | undefined, value: Value): Value {
  if (typeof value !== "string") return value;
  return field?.kind === "moment" ? value.trim().replace(" ", "T") : value.trim() || null;
}

/** One form for every kind of record and every step: checked at the field, kept while it is typed, compared on conflict. */
export function RecordForm({ fields, base: opened, draft, submit, onSubmit, onCancel, another, current, beside }: Props) {
  const { language, t } = usePreferences();
  const named = useNamed();
  const id = useId();
  const [base, setBase] = useState(opened);
  const [before, setBefore] = useState<Row | null>(null);
  const [typed, setTyped] = useState<Typed>({});
  const [offered, setOffered] = useState(() => readDraft(draft));
  const [complaints, setComplaints] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  const valueOf = (field: FieldMeta): Value => typed[field.key] ?? (field.key in typed ? null : (base?.[field.key] ?? null));
  const said = (): Typed =>
    Object.fromEntries(
      Object.entries(typed)
        .filter(([key, value]) => !same(value, base?.[key]))
        .map(([key, value]) => [key, onTheWire(fields.find((field) => field.key === key), value)]),
    );
  const change = (field: FieldMeta, value: Value) => {
    const next = { ...typed, [field.key]: value };
    setTyped(next);
    setOffered(null);
    setComplaints(({ [field.key]: _, ...others }) => others);
    keepDraft(draft, base, next);
  };
  const fieldBy = (key: string) => fields.find((field) => field.key === key)!;
  const complain = (found: Record<string, string>) => {
    setComplaints(found);
    const first = fields.find((field) => field.key in found);
    if (first) window.setTimeout(() => document.getElementById(`${id}${first.key}`)?.focus());
  };
  const compare = async () => {
    if (!current) return;
    const now = await current();
    setBefore(base);
    setBase(now);
  };

  const save = async (event: Pick<FormEvent, "preventDefault">, deed = onSubmit) => {
    event.preventDefault();
    const found = fields.map((field) => [field.key, complaintOf(field, valueOf(field), t)] as const).filter((one): one is [string, string] => one[1] !== null);
    if (found.length) return complain(Object.fromEntries(found));
    setBusy(true);
    setProblem(null);
    try {
      await deed(said(), base);
      dropDraft(draft);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const refused = fieldsRefused(error.problem, fields);
      const text = language === "zh" ? error.problem.detail : error.problem.detail_en;
      if (error.problem.code === OUTDATED && current) await compare().catch(() => setProblem(error.problem));
      else if (refused.length) complain(Object.fromEntries(refused.map((key) => [key, text])));
      else setProblem(error.problem);
    }
    setBusy(false);
  };
  const abandon = () => {
    dropDraft(draft);
    onCancel();
  };
  const takeUp = () => {
    if (!offered) return;
    setTyped(offered.typed);
    setOffered(null);
    if (offered.base && base && offered.base.rev !== base.rev) setBefore(offered.base);
  };

  return (
    <form className="record-form" noValidate onSubmit={(event) => void save(event)}>
      {offered && (
        <DraftOffer
          at={offered.at}
          onTake={takeUp}
          onDrop={() => {
            dropDraft(draft);
            setOffered(null);
          }}
        />
      )}
      {before && base && (
        <ConflictPanel
          fields={fields}
          before={before}
          now={base}
          typed={typed}
          onTheirs={(key) => {
            const { [key]: _, ...others } = typed;
            setTyped(others);
            keepDraft(draft, base, others);
          }}
        />
      )}
      {fields.map((field) => {
        const complaint = complaints[field.key];
        const inputId = `${id}${field.key}`;
        return (
          <div key={field.key} className={`field ${field.kind}`}>
            <label htmlFor={inputId}>
              {named(field)}
              {field.required && (
                <span className="needed" aria-hidden="true">
                  *
                </span>
              )}
              {field.kind === "number" && field.unit && <span className="unit">{unitIn(field.unit, language)}</span>}
            </label>
            <FieldInput
              id={inputId}
              field={field}
              value={valueOf(field)}
              onChange={(value) => change(field, value)}
              invalid={complaint !== undefined}
              describedBy={complaint === undefined ? undefined : `${inputId}-complaint`}
            />
            {complaint !== undefined && (
              <p className="complaint" id={`${inputId}-complaint`} role="alert">
                <span aria-hidden="true">■</span> {complaint}
              </p>
            )}
          </div>
        );
      })}
      {beside?.(
        (key) => valueOf(fieldBy(key)),
        (key, value) => change(fieldBy(key), value),
      )}
      {problem && <ProblemPanel problem={problem} />}
      <footer>
        <Button type="primary" htmlType="submit" loading={busy}>
          {submit}
        </Button>
        {another && (
          <Button disabled={busy} onClick={(event) => void save(event, another)}>
            {t("create_another")}
          </Button>
        )}
        <Button onClick={abandon}>{t("abandon")}</Button>
        <span className="caption">{t("draft_kept")}</span>
      </footer>
    </form>
  );
}
