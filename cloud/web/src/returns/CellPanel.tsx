import { Button, Input, Select } from "antd";
import { useState } from "react";
import { request } from "../client";
import { clockOf, dateOf } from "../format";
import { Completeness } from "../parts/Completeness";
import { Panel } from "../parts/Panel";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { usePreferences } from "../preferences";
import { addressOf } from "../records/address";
import { OutcomeMark } from "./OutcomeMark";
import { type Cell, REASONS, type Reason, RETURNS, type Sheet, signed } from "./sheet";

interface Props {
  sheet: Sheet;
  cell: Cell;
  onSave: (said: { cells?: Record<string, null>; reasons?: Record<string, { reason: Reason | null; said: string }> }) => Promise<void>;
  onChanged: () => void;
  onClose: () => void;
}

const when = (at: string) => `${dateOf(at)} ${clockOf(at)}`;

/** All that is known of a cell: where its figure comes from, what the checks say, why it is so, who said what. */
export function CellPanel({ sheet, cell, onSave, onChanged, onClose }: Props) {
  const { language, t } = usePreferences();
  const named = (one: { zh: string; en: string }) => (language === "zh" ? one.zh : one.en);
  const [reason, setReason] = useState<Reason | null>(cell.reason);
  const [said, setSaid] = useState(cell.said ?? "");
  const [word, setWord] = useState("");
  const { busy, problem, act } = useDeed();
  const { measured } = cell;
  const findings = sheet.findings.filter((one) => one.code === cell.code);
  const comments = sheet.comments.filter((one) => one.code === cell.code);
  const keep = () => act(() => onSave({ reasons: { [cell.code]: { reason, said } } }));
  const send = () =>
    act(async () => {
      await request("POST", `${RETURNS}/${sheet.id}/comments`, { code: cell.code, text: word });
      setWord("");
      onChanged();
    });
  return (
    <Panel title={named(cell)} above={<p className="caption">{sheet.title}</p>} onClose={onClose}>
      {problem && <ProblemPanel problem={problem} />}
      <dl className="facts">
        <div>
          <dt>{t("fill_amount")}</dt>
          <dd>
            {cell.value ?? "—"} {cell.unit} {cell.source && <span className="caption">{t("fill_source", { source: t(`source_${cell.source}`) })}</span>}
            {cell.who && cell.at && <div className="caption">{t("fill_typed_by", { who: cell.who, at: when(cell.at) })}</div>}
          </dd>
        </div>
        {measured && (
          <div>
            <dt>{t("fill_measured")}</dt>
            <dd>
              {measured.value} {cell.unit} <span className="caption">{t(`source_${measured.source}`)}</span> {measured.completeness !== null && <Completeness share={measured.completeness} worded />}
              <div className="caption">
                {[
                  t("fill_computed", { at: when(measured.computed) }),
                  measured.estimated && t("fill_estimated"),
                  measured.points.length > 0 && t("fill_points", { ids: measured.points.join("、") }),
                  measured.bills.length > 0 && t("fill_bills", { ids: measured.bills.join("、") }),
                  measured.difference_percent !== null && t("fill_difference", { share: signed(measured.difference_percent) }),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </div>
              {measured.returns.map((id) => (
                <a key={id} href={addressOf({ kind: "returns/fill", record: id })}>
                  {t("fill_returns")} {id}{" "}
                </a>
              ))}
              {sheet.can_write && cell.source === "person" && (
                <Button size="small" loading={busy} onClick={() => act(() => onSave({ cells: { [cell.code]: null } }))}>
                  {t("fill_take_measured")}
                </Button>
              )}
            </dd>
          </div>
        )}
      </dl>
      <ul className="fill-findings">
        {findings.map((one) => (
          <li key={one.check}>
            <OutcomeMark outcome={one.outcome} /> {language === "zh" ? one.title : one.title_en}
            {one.blocks && one.outcome === "possible" && <strong> {t("fill_blocks")}</strong>}
            {one.zh && <div>{named(one)}</div>}
            {(one.limit || one.needs) && <div className="caption">{one.limit || t("fill_needs", { check: sheet.findings.find((other) => other.check === one.needs)?.title ?? one.needs })}</div>}
          </li>
        ))}
      </ul>
      {sheet.can_write && (
        <div className="fill-reason">
          <Select
            aria-label={t("fill_reason")}
            placeholder={t("fill_reason")}
            allowClear
            value={reason ?? undefined}
            onChange={(value: Reason | undefined) => setReason(value ?? null)}
            options={REASONS.map((one) => ({ value: one, label: t(`reason_${one}`) }))}
          />
          <Input aria-label={t("fill_said")} placeholder={t("fill_said")} maxLength={400} value={said} onChange={(event) => setSaid(event.target.value)} onPressEnter={keep} />
          <Button type="primary" loading={busy} onClick={keep}>
            {t("fill_keep_reason")}
          </Button>
        </div>
      )}
      {!sheet.can_write && cell.reason && (
        <p>
          {t(`reason_${cell.reason}`)} {cell.said}
        </p>
      )}
      <h3>{t("fill_comments")}</h3>
      {comments.length === 0 && <p className="caption">{t("fill_no_comments")}</p>}
      <ul className="fill-findings">
        {comments.map((one) => (
          <li key={`${one.at}${one.who}${one.text}`}>
            {one.text} <span className="caption">{`${one.who} ${when(one.at)}`}</span>
          </li>
        ))}
      </ul>
      <div className="fill-reason">
        <Input aria-label={t("fill_comment")} placeholder={t("fill_comment")} maxLength={1000} value={word} onChange={(event) => setWord(event.target.value)} onPressEnter={send} />
        <Button disabled={!word.trim()} loading={busy} onClick={send}>
          {t("fill_send_comment")}
        </Button>
      </div>
    </Panel>
  );
}
