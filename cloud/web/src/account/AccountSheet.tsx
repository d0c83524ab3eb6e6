import { Button, Skeleton } from "antd";
import { useState } from "react";
import type { Account, Accounts, Invitation, Session } from "../api";
import { request, useResource } from "../client";
import { Panel } from "../parts/Panel";
import { todayInChina } from "../parts/PeriodPicker";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";
import { AccountState } from "./AccountsPage";
import { Certificates } from "./Certificates";
import { Grants } from "./Grants";
import { isInForce } from "./grants";
import { InvitationOnce } from "./InvitationOnce";
import { Tokens } from "./Tokens";

interface Props {
  id: number;
  /** as the list beside it has it */
  known: Account | undefined;
  session: Session;
  onChanged: () => void;
  onClose: () => void;
}

const ALL = "accounts?limit=500"; // a link to an account that the list beside it does not show

/** One account: who may do what to it is divided between two administrators. */
export function AccountSheet({ id, known, session, onChanged, onClose }: Props) {
  const t = useTexts();
  const found = useResource<Accounts>(known ? null : ALL);
  const account = known ?? found.data?.rows.find((one) => one.id === id);
  return (
    <Panel title={account ? account.display_name || account.username : t("accounts")} above={<p className="caption">{account?.username}</p>} onClose={onClose}>
      {found.problem && <ProblemPanel problem={found.problem} onRetry={found.retry} />}
      {!account && !found.problem && (found.data ? <p className="empty">{t("empty_accounts")}</p> : <Skeleton active />)}
      {account && (
        <Sheet
          account={account}
          session={session}
          onChanged={() => {
            onChanged();
            found.retry();
          }}
        />
      )}
    </Panel>
  );
}

function Sheet({ account, session, onChanged }: { account: Account; session: Session; onChanged: () => void }) {
  const t = useTexts();
  const { busy, problem, act } = useDeed();
  const [asking, setAsking] = useState<"disable" | "invite" | null>(null);
  const [made, setMade] = useState<Invitation | null>(null);
  const has = (role: string) => session.roles.some((one) => one.key === role);
  const held = account.grants.filter((grant) => isInForce(grant, todayInChina()));
  const isOwn = account.username === session.username;
  // Who makes accounts opens none that holds a role; who grants roles opens none that grants.
  const opens = !isOwn && (held.length ? has("security_admin") && !held.some((grant) => grant.role === "security_admin") : has("system_admin"));
  const change = (isDisabled: boolean) =>
    void act(async () => {
      await request("PATCH", `accounts/${account.id}`, { is_disabled: isDisabled });
      setAsking(null);
      onChanged();
    });
  const invite = () =>
    void act(async () => {
      setMade(await request<Invitation>("POST", `accounts/${account.id}/invitation`));
      setAsking(null);
      onChanged();
    });
  return (
    <>
      <section>
        <dl className="facts">
          <dt>{t("account_states")}</dt>
          <dd>
            <AccountState account={account} />
          </dd>
          <dt>{t("second_factor_short")}</dt>
          <dd>{t(account.has_second_factor ? "on" : "off")}</dd>
        </dl>
        <div className="buttons">
          {has("system_admin") && !isOwn && account.is_disabled && (
            <Button loading={busy} onClick={() => change(false)}>
              {t("enable_account")}
            </Button>
          )}
          {has("system_admin") && !isOwn && !account.is_disabled && asking === null && <Button onClick={() => setAsking("disable")}>{t("disable_account")}</Button>}
          {opens && asking === null && <Button onClick={() => setAsking("invite")}>{t("invite_again")}</Button>}
        </div>
        {asking && (
          <div className="notice">
            <span>{t(`${asking}_hint`)}</span>
            <Button danger autoFocus loading={busy} onClick={() => (asking === "disable" ? change(true) : invite())}>
              {t(`${asking}_really`)}
            </Button>
            <Button onClick={() => setAsking(null)}>{t("keep")}</Button>
          </div>
        )}
        {problem && <ProblemPanel problem={problem} />}
        {made && <InvitationOnce made={made} name={account.display_name || account.username} onClose={() => setMade(null)} />}
      </section>
      <Grants account={account} canGrant={has("security_admin") && !isOwn} onChanged={onChanged} />
      {opens && <Certificates account={account} />}
      {opens && <Tokens account={account} />}
    </>
  );
}
