import { Button } from "antd";
import { useState } from "react";
import { type Problem, request, RequestError } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import { type Kind, useNamed } from "./kinds";
import type { Row } from "./record";
import { tellStep } from "./steps";

const REMOVE = "remove";

interface Props {
  kind: Kind;
  rows: Row[];
  onClear: () => void;
  onDone: () => void;
}

/** One deed for all selected records, or for none of them when one refuses. */
export function BulkBar({ kind, rows, onClear, onDone }: Props) {
  const t = useTexts();
  const named = useNamed();
  const [busy, setBusy] = useState<string | null>(null);
  const [sure, setSure] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const steps = kind.transitions.filter((step) => step.form.length === 0 && rows.every((row) => step.sources.includes(String(row.state))));
  const canRemove = kind.can_write && rows.every((row) => kind.states.find((state) => state.key === row.state)?.editable ?? true);
  const act = async (event: string) => {
    setBusy(event);
    setProblem(null);
    try {
      await request("POST", `${kind.address}/bulk`, { event, records: rows.map(({ id, rev }) => ({ id, rev })) });
      onDone();
      tellStep();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
    }
    setBusy(null);
  };
  return (
    <div className="bulk" role="region" aria-label={t("selected", { n: rows.length })}>
      <div className="buttons">
        <strong>{t("selected", { n: rows.length })}</strong>
        {steps.map((step) => (
          <Button key={step.key} loading={busy === step.key} disabled={busy !== null} onClick={() => void act(step.key)}>
            {named(step)}
          </Button>
        ))}
        <Button href={`/api/v1/${kind.address}/labels?${rows.map((row) => `id=${row.id}`).join("&")}`} download={`${named(kind)}.pdf`}>
          {t("print_labels")}
        </Button>
        {canRemove && !sure && (
          <Button disabled={busy !== null} onClick={() => setSure(true)}>
            {t("bulk_remove")}
          </Button>
        )}
        {canRemove && sure && (
          <>
            <span className="secondary">{t("remove_hint")}</span>
            <Button danger autoFocus loading={busy === REMOVE} disabled={busy !== null} onClick={() => void act(REMOVE)}>
              {t("bulk_remove_really", { n: rows.length })}
            </Button>
            <Button onClick={() => setSure(false)}>{t("keep")}</Button>
          </>
        )}
        {steps.length === 0 && !canRemove && <span className="secondary">{t("bulk_none")}</span>}
        <Button type="text" onClick={onClear}>
          {t("select_none")}
        </Button>
      </div>
      {problem && <ProblemPanel problem={problem} />}
    </div>
  );
}
