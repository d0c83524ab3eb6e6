import { Button, Input } from "antd";
import { useRef, useState } from "react";
import { type Problem, request, RequestError } from "../client";
import { clockOf, dateOf } from "../format";
import { FileButton } from "../parts/FileButton";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { usePreferences } from "../preferences";
import { addressOf } from "../records/address";
import { tellStep } from "../records/steps";
import { CellPanel } from "./CellPanel";
import { FillTable } from "./FillTable";
import { OutcomeMark } from "./OutcomeMark";
import { cellsOf, goTo, OUTCOMES, type Outcome, RETURNS, type Sheet } from "./sheet";

type Said = { cells?: Record<string, string | null>; reasons?: Record<string, unknown> };

/** A return: its tables, what the checks say, and the way on. What is typed is kept as each cell is left. */
export function FillSheet({ sheet, onChanged }: { sheet: Sheet; onChanged: () => void }) {
  const { language, t } = usePreferences();
  const [opened, setOpened] = useState<string | null>(null);
  const [listed, setListed] = useState<Outcome | null>("possible");
  const [behalf, setBehalf] = useState("");
  const [refused, setRefused] = useState<Problem | null>(null);
  const [pending, setPending] = useState(0);
  const { busy, problem, act } = useDeed();
  const rev = useRef(sheet.rev);
  const line = useRef(Promise.resolve());
  rev.current = Math.max(rev.current, sheet.rev);
  const path = `${RETURNS}/${sheet.id}`;
  const named = (one: { zh: string; en: string }) => (language === "zh" ? one.zh : one.en);

  /** One after the other: each names the revision that the one before it made. */
  const save = (said: Said) => {
    const kept = line.current.then(async () => {
      const done = await request<{ rev: number }>("PUT", `${path}/cells`, { rev: rev.current, ...said });
      rev.current = done.rev;
      setRefused(null);
      onChanged();
    });
    line.current = kept.catch(() => undefined);
    return kept;
  };
  const type = async (code: string, value: string) => {
    setPending((n) => n + 1);
    try {
      await save({ cells: { [code]: value.trim() || null } });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setRefused(error.problem);
    }
    setPending((n) => n - 1);
  };
  const deed = (event: string, said: object = {}) =>
    act(async () => {
      await line.current;
      const done = await request<{ rev: number }>("POST", `${path}/${event}`, { rev: rev.current, ...said });
      rev.current = done.rev;
      onChanged();
      if (event === "file") tellStep();
    });
  const bring = (file: File) =>
    act(async () => {
      await line.current;
      const done = await request<{ rev: number }>("PUT", `${path}/workbook?rev=${rev.current}`, file);
      rev.current = done.rev;
      onChanged();
    });
  const counted = (outcome: Outcome) => sheet.findings.filter((one) => one.outcome === outcome);
  const cells = cellsOf(sheet);
  const shown = opened && cells.find((one) => one.code === opened);
  const status = pending > 0 ? "fill_saving" : refused ? "fill_unsaved" : sheet.can_write ? "fill_saved" : null;
  return (
    <section className="card fill">
      <header>
        <h1>{sheet.title}</h1>
        <span>{sheet.owner}</span>
        <span className="caption">{language === "zh" ? sheet.state_zh : sheet.state_en}</span>
        <span className="caption">{t("fill_due", { at: `${dateOf(sheet.due)} ${clockOf(sheet.due)}` })}</span>
        <span className={sheet.timeliness === "late" ? "late" : "caption"}>{t(`timeliness_${sheet.timeliness}`)}</span>
        <span className="spring" />
        <span className="caption" role="status">
          {status && t(status)}
        </span>
        <span className="tools">
          {sheet.can_write && (
            <Button loading={busy} onClick={() => deed("refresh")}>
              {t("fill_refresh")}
            </Button>
          )}
          <Button href={`/api/v1/${path}/workbook`} download>
            {t("fill_export")}
          </Button>
          {sheet.can_write && <FileButton title={t("fill_import")} accept=".xlsx" loading={busy} onFiles={(files) => files[0] && bring(files[0])} />}
          <Button href={addressOf({ kind: RETURNS, record: sheet.id })}>{t("fill_record")}</Button>
        </span>
      </header>
      {(problem ?? refused) && <ProblemPanel problem={(problem ?? refused) as Problem} />}
      <div className="fill-checks" role="group" aria-label={t("fill_checks")}>
        {OUTCOMES.map((one) => (
          <button key={one} type="button" aria-pressed={listed === one} onClick={() => setListed(listed === one ? null : one)}>
            <OutcomeMark outcome={one} count={counted(one).length} />
          </button>
        ))}
        <span className="caption keys">{t("fill_keys")}</span>
      </div>
      {listed && listed !== "okay" && counted(listed).length > 0 && (
        <ul className="fill-findings">
          {counted(listed).map((one) => (
            <li key={`${one.check}${one.code}`}>
              <button type="button" title={t("fill_jump")} onClick={() => goTo(one.code)}>
                {named(one)}
              </button>
              <span className="caption"> {language === "zh" ? one.title : one.title_en}</span>
              {one.blocks && one.outcome === "possible" && <strong> {t("fill_blocks")}</strong>}
              {one.outcome === "possible" && cells.find((cell) => cell.code === one.code)?.reason && <span className="caption"> {t("fill_reason_given")}</span>}
            </li>
          ))}
        </ul>
      )}
      {sheet.tables.map((table) => (
        <section key={table.key} className="fill-part">
          <h2>{named(table)}</h2>
          <FillTable table={table} readOnly={!sheet.can_write} wrong={refused?.where ?? null} onType={type} onOpen={setOpened} />
        </section>
      ))}
      <p className="caption">{t("fill_status", { form: language === "zh" ? sheet.form_zh : sheet.form_en, status: sheet.form_status })}</p>
      {sheet.can_write && (
        <footer>
          {!sheet.is_own && <Input aria-label={t("fill_behalf")} placeholder={t("fill_behalf")} maxLength={200} value={behalf} onChange={(event) => setBehalf(event.target.value)} />}
          <Button type="primary" size="large" loading={busy} onClick={() => deed("file", behalf ? { on_behalf: behalf } : {})}>
            {t("fill_file")}
          </Button>
        </footer>
      )}
      {shown && <CellPanel key={shown.code} sheet={sheet} cell={shown} onSave={save} onChanged={onChanged} onClose={() => setOpened(null)} />}
    </section>
  );
}
