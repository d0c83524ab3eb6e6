import { Button } from "antd";
import { useState } from "react";
import type { Imported } from "../api";
import { type Problem, request, RequestError } from "../client";
import { FileButton } from "../parts/FileButton";
import { Panel } from "../parts/Panel";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { type Kind, useNamed } from "./kinds";

const SHOWN = 200;

interface Props {
  kind: Kind;
  onChanged: () => void;
  onClose: () => void;
}

/** From a workbook into the registry: choose the file, see what would happen cell by cell, then import. */
export function ImportWizard({ kind, onChanged, onClose }: Props) {
  const { t } = usePreferences();
  const named = useNamed();
  const [file, setFile] = useState<File | null>(null);
  const [outcome, setOutcome] = useState<Imported | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  const send = async (chosen: File, isTrial: boolean) => {
    setBusy(true);
    setProblem(null);
    const format = chosen.name.toLowerCase().endsWith(".csv") ? "csv" : "xlsx";
    try {
      setOutcome(await request<Imported>("POST", `${kind.address}/import?dry_run=${isTrial}&format=${format}`, chosen));
      if (!isTrial) onChanged();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
    }
    setBusy(false);
  };
  const choose = ([chosen = null]: (File | null)[]) => {
    setFile(chosen);
    setOutcome(null);
    setProblem(null);
    if (chosen) void send(chosen, true);
  };
  const good = outcome ? outcome.new + outcome.changed : 0;
  return (
    <Panel title={t("import_title", { kind: named(kind) })} onClose={onClose}>
      <ol className="wizard">
        <li>
          <h3>{t("import_template")}</h3>
          <Button href={`/api/v1/${kind.address}/template`} download>
            {t("download_template")}
          </Button>
        </li>
        <li>
          <h3>{t("import_file")}</h3>
          <FileButton title={t("choose_file")} accept=".xlsx,.csv" onFiles={choose} /> {file?.name}
        </li>
        <li aria-busy={busy}>
          <h3>{t("import_check")}</h3>
          {busy && <p className="secondary">{t("import_checking")}</p>}
          {problem && <ProblemPanel problem={problem} onRetry={file ? () => void send(file, true) : undefined} />}
          {outcome && <Outcome outcome={outcome} />}
          {!outcome && !problem && !busy && <p className="secondary">{t("import_check_hint")}</p>}
        </li>
      </ol>
      {outcome?.dry_run && file && (
        <footer className="buttons">
          <Button type="primary" disabled={good === 0} loading={busy} onClick={() => void send(file, false)}>
            {t("import_rows", { n: good })}
          </Button>
          {outcome.bad > 0 && <span className="secondary">{t("import_bad_stay", { n: outcome.bad })}</span>}
        </footer>
      )}
    </Panel>
  );
}

/** The counts, and each bad row at its cell. */
function Outcome({ outcome }: { outcome: Imported }) {
  const { language, t } = usePreferences();
  const bad = outcome.rows.filter((row) => row.problem !== null);
  return (
    <>
      <p role="status">
        {t(outcome.dry_run ? "import_would" : "import_did", { new: outcome.new, changed: outcome.changed, identical: outcome.identical, bad: outcome.bad })}
      </p>
      {bad.length > 0 && (
        <table className="data-table narrow" aria-label={t("import_problems")}>
          <thead>
            <tr>
              <th scope="col">{t("cell")}</th>
              <th scope="col">{t("import_problem")}</th>
            </tr>
          </thead>
          <tbody>
            {bad.slice(0, SHOWN).map((row) => (
              <tr key={row.row}>
                <td>{row.problem?.where || t("row_number", { n: row.row })}</td>
                <td>
                  {language === "zh" ? row.problem?.detail : row.problem?.detail_en}
                  <span className="caption">{language === "zh" ? row.problem?.remedy : row.problem?.remedy_en}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {bad.length > SHOWN && <p className="secondary">{t("missing_more", { n: bad.length - SHOWN })}</p>}
    </>
  );
}
