import { Button } from "antd";
import { type FormEvent, useState } from "react";
import type { Account, Grant } from "../api";
import { request } from "../client";
import { DateInput } from "../parts/DateInput";
import { todayInChina } from "../parts/PeriodPicker";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";
import { ADMINISTRATORS, isDated, isOver, type Role, ROLES, TEMPORARY } from "./grants";
import { type Chosen, NodeSelect } from "./NodeSelect";

/** What an account may do, where and until when; given and ended by the security administrator. */
export function Grants({ account, canGrant, onChanged }: { account: Account; canGrant: boolean; onChanged: () => void }) {
  const t = useTexts();
  const { busy, problem, act } = useDeed();
  const [ending, setEnding] = useState<number | null>(null);
  const today = todayInChina();
  const held = account.grants.filter((one) => !isOver(one, today));
  const over = account.grants.filter((one) => isOver(one, today));
  const end = (id: number) =>
    void act(async () => {
      await request("DELETE", `grants/${id}`);
      setEnding(null);
      onChanged();
    });
  const line = (one: Grant) => (
    <span>
      <strong>{t(`role_${one.role}`)}</strong> {one.node ?? t("whole_platform")}
      <span className="caption">
        {isDated(one) && `${t("since_day", { day: one.valid_from })} `}
        {one.valid_to ? t("until_day", { day: one.valid_to }) : t("until_open")}
      </span>
    </span>
  );
  return (
    <section>
      <h3>{t("grants")}</h3>
      {held.length === 0 && <p className="secondary">{t("no_grants")}</p>}
      <ul className="plain-rows">
        {held.map((one) => (
          <li key={one.id}>
            {line(one)}
            {canGrant &&
              (ending === one.id ? (
                <span className="buttons">
                  <Button size="small" danger autoFocus loading={busy} onClick={() => end(one.id)}>
                    {t("end_grant_really")}
                  </Button>
                  <Button size="small" onClick={() => setEnding(null)}>
                    {t("keep")}
                  </Button>
                </span>
              ) : (
                <Button size="small" aria-label={`${t("end_grant")} ${t(`role_${one.role}`)} ${one.node ?? ""}`} onClick={() => setEnding(one.id)}>
                  {t("end_grant")}
                </Button>
              ))}
          </li>
        ))}
      </ul>
      {problem && <ProblemPanel problem={problem} />}
      {over.length > 0 && (
        <details>
          <summary>{t("ended_grants", { n: over.length })}</summary>
          <ul className="plain-rows">
            {over.map((one) => (
              <li key={one.id}>{line(one)}</li>
            ))}
          </ul>
        </details>
      )}
      {canGrant ? <NewGrant key={account.grants.length} account={account} onChanged={onChanged} /> : <p className="caption">{t("not_sec_here")}</p>}
    </section>
  );
}

function NewGrant({ account, onChanged }: { account: Account; onChanged: () => void }) {
  const t = useTexts();
  const { busy, problem, act } = useDeed();
  const [role, setRole] = useState<Role | "">("");
  const [node, setNode] = useState<Chosen | null>(null);
  const [from, setFrom] = useState(todayInChina());
  const [to, setTo] = useState("");
  const isAdministrator = role !== "" && ADMINISTRATORS.includes(role);
  const needsEnd = role !== "" && TEMPORARY.includes(role);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      const where = isAdministrator ? {} : { region_code: node?.region_code, institution_id: node?.institution_id };
      await request("POST", "grants", { account_id: account.id, role, ...where, valid_from: from || null, valid_to: to || null });
      onChanged();
    });
  };
  return (
    <form className="stacked pairs" onSubmit={submit}>
      <label>
        {t("role_to_grant")}
        <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
          <option value="">{t("choose")}</option>
          {(Object.keys(ROLES) as (keyof typeof ROLES)[]).map((group) => (
            <optgroup key={group} label={t(group)}>
              {ROLES[group].map((one) => (
                <option key={one} value={one}>
                  {t(`role_${one}`)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <label htmlFor="grant-node">
        {t("node_to_grant")}
        {isAdministrator ? <span className="secondary">{t("whole_platform")}</span> : <NodeSelect id="grant-node" onChange={setNode} />}
      </label>
      <label htmlFor="grant-from">
        {t("first_day")}
        <DateInput id="grant-from" label={t("first_day")} value={from} onChange={setFrom} />
      </label>
      <label htmlFor="grant-to">
        {t("end_day")}
        <DateInput id="grant-to" label={t("end_day")} value={to} onChange={setTo} />
      </label>
      {needsEnd && <p className="caption">{t("temporary_needs_end")}</p>}
      {problem && <ProblemPanel problem={problem} />}
      <div>
        <Button type="primary" htmlType="submit" loading={busy} disabled={!role || (!isAdministrator && !node) || (needsEnd && !to)}>
          {t("grant_role")}
        </Button>
      </div>
    </form>
  );
}
