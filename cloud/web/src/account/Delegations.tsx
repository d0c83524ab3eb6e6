import { Button, Input, Skeleton } from "antd";
import { type FormEvent, useState } from "react";
import type { Delegation, Grant } from "../api";
import { request, useResource } from "../client";
import { DateInput } from "../parts/DateInput";
import { todayInChina } from "../parts/PeriodPicker";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";
import { isTextKey } from "../texts";
import { isInForce } from "./grants";

/** What one lends while away, and what one has been lent. */
export function Delegations({ grants }: { grants: Grant[] }) {
  const t = useTexts();
  const { data, problem, retry } = useResource<Delegation[]>("delegations");
  const { busy, problem: refusal, act } = useDeed();
  const today = todayInChina();
  const [wanted, setWanted] = useState({ grant: "", username: "", from: today, to: "" });
  const own = grants.filter((one) => isInForce(one, today));
  const roleTitle = (role: string) => (isTextKey(`role_${role}`) ? t(`role_${role}` as "role_staff") : role);
  const lend = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      await request("POST", "delegations", { grant_id: Number(wanted.grant), username: wanted.username.trim(), valid_from: wanted.from, valid_to: wanted.to });
      setWanted({ grant: "", username: "", from: today, to: "" });
      retry();
    });
  };
  const takeBack = (id: number) =>
    void act(async () => {
      await request("DELETE", `delegations/${id}`);
      retry();
    });
  const change = (said: Partial<typeof wanted>) => setWanted({ ...wanted, ...said });
  return (
    <>
      <p className="caption">{t("delegations_hint")}</p>
      {data === null ? (
        problem ? (
          <ProblemPanel problem={problem} onRetry={retry} />
        ) : (
          <Skeleton active title={false} />
        )
      ) : data.length === 0 ? (
        <p className="secondary">{t("empty_delegations")}</p>
      ) : (
        <ul className="plain-rows">
          {data.map((one) => (
            <li key={one.id}>
              <span>
                <strong>{roleTitle(one.role)}</strong> {t(one.is_mine ? "lent_to" : "lent_by", { name: one.is_mine ? one.holder : one.owner })}
                <span className="caption">
                  {one.valid_from} – {one.valid_to}
                </span>
              </span>
              {one.is_mine && (
                <Button size="small" disabled={busy} aria-label={`${t("take_back")} ${roleTitle(one.role)} ${one.holder}`} onClick={() => takeBack(one.id)}>
                  {t("take_back")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {own.length === 0 ? (
        <p className="secondary">{t("nothing_to_lend")}</p>
      ) : (
        <form className="stacked pairs" onSubmit={lend}>
          <label>
            {t("delegate_role")}
            <select value={wanted.grant} onChange={(event) => change({ grant: event.target.value })}>
              <option value="">{t("choose")}</option>
              {own.map((one) => (
                <option key={one.id} value={one.id}>
                  {roleTitle(one.role)} · {one.node}
                </option>
              ))}
            </select>
          </label>
          <label>
            {t("delegate_to")}
            <Input autoComplete="off" value={wanted.username} onChange={(event) => change({ username: event.target.value })} />
          </label>
          <label htmlFor="lend-from">
            {t("first_day")}
            <DateInput id="lend-from" label={t("first_day")} value={wanted.from} onChange={(from) => change({ from })} />
          </label>
          <label htmlFor="lend-to">
            {t("end_day")}
            <DateInput id="lend-to" label={t("end_day")} value={wanted.to} onChange={(to) => change({ to })} />
          </label>
          {refusal && <ProblemPanel problem={refusal} />}
          <div>
            <Button htmlType="submit" loading={busy} disabled={!wanted.grant || !wanted.username.trim() || !wanted.from || !wanted.to}>
              {t("delegate")}
            </Button>
          </div>
        </form>
      )}
    </>
  );
}
