import { Button, Input, Skeleton } from "antd";
import { type FormEvent, useRef, useState } from "react";
import type { Account, Accounts, Invitation, Session } from "../api";
import { request, useResource } from "../client";
import { fixed } from "../format";
import { useKey } from "../keys";
import { type Column, DataTable } from "../parts/DataTable";
import { Pager } from "../parts/Pager";
import { todayInChina } from "../parts/PeriodPicker";
import { Panel } from "../parts/Panel";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";
import { type Address, visit, withQuery } from "../records/address";
import { Slow } from "../records/FilterRow";
import { STATES } from "../tokens";
import { AccountSheet } from "./AccountSheet";
import { isOver } from "./grants";
import { InvitationOnce } from "./InvitationOnce";

const PAGE = 50;
export const ACCOUNTS = "accounts";

const STATE = { open: STATES.good, invited: STATES.unknown, disabled: { ...STATES.unknown, sign: STATES.bad.sign } };

export function AccountState({ account }: { account: Account }) {
  const t = useTexts();
  const state = account.is_disabled ? "disabled" : account.has_password ? "open" : "invited";
  return (
    <span className="state">
      <span aria-hidden="true" style={{ color: STATE[state].colour }}>
        {STATE[state].sign}
      </span>
      {t(`account_${state}`)}
    </span>
  );
}

/** The accounts, as the system and the security administrator keep them between them. */
export function AccountsPage({ session, address }: { session: Session; address: Address }) {
  const t = useTexts();
  const { query } = address;
  const search = useRef<HTMLElement>(null);
  useKey("/", () => search.current?.querySelector("input")?.focus());
  const page = Math.max(1, Number(query.get("page")) || 1);
  const part = new URLSearchParams({ q: query.get("q") ?? "", limit: String(PAGE), offset: String((page - 1) * PAGE) });
  const { data, problem, retry } = useResource<Accounts>(`accounts?${part}`);
  const [making, setMaking] = useState(false);
  const isSystem = session.roles.some((role) => role.key === "system_admin");
  const today = todayInChina();
  const opened = typeof address.record === "number" ? address.record : null;
  const say = (said: Record<string, string | null>) => visit({ kind: ACCOUNTS, query: withQuery(query, said) }, true);
  const there = (account: Account) => ({ kind: ACCOUNTS, record: account.id, query });
  const columns: Column<Account>[] = [
    {
      key: "username",
      title: t("username"),
      onCard: true,
      sortBy: (one) => one.username,
      cell: (one) => (
        <a href={`#/${ACCOUNTS}/${one.id}${query.size ? `?${query}` : ""}`} onClick={(event) => event.stopPropagation()}>
          {one.username}
        </a>
      ),
    },
    { key: "name", title: t("display_name"), onCard: true, sortBy: (one) => one.display_name, cell: (one) => one.display_name },
    { key: "state", title: t("account_states"), onCard: true, sortBy: (one) => Number(one.is_disabled) * 2 + Number(!one.has_password), cell: (one) => <AccountState account={one} /> },
    { key: "second", title: t("second_factor_short"), sortBy: (one) => Number(one.has_second_factor), cell: (one) => <span className={one.has_second_factor ? undefined : "secondary"}>{t(one.has_second_factor ? "on" : "off")}</span> },
    {
      key: "grants",
      title: t("grants"),
      onCard: true,
      cell: (one) => {
        const held = one.grants.filter((grant) => !isOver(grant, today));
        const first = held[0];
        if (!first) return <span className="secondary">{t("no_grants")}</span>;
        return (
          <>
            {t(`role_${first.role}`)}
            {first.node && <span className="caption"> {first.node}</span>}
            {held.length > 1 && <span className="caption"> +{held.length - 1}</span>}
          </>
        );
      },
    },
  ];
  const body = () => {
    if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 10, width: "100%" }} />;
    if (data.rows.length === 0) return <p className="empty">{t("empty_accounts")}</p>;
    return <DataTable label={t("accounts")} columns={columns} rows={data.rows} rowKey={(one) => one.id} onOpen={(one) => visit(there(one))} isCurrent={(one) => one.id === opened} />;
  };
  return (
    <section className="card records">
      <header>
        <h1>{t("accounts")}</h1>
        {data && <span className="caption">{t("accounts_count", { n: fixed(data.total, 0) })}</span>}
        <span className="spring" />
        <span ref={search} role="search">
          <Slow
            value={query.get("q") ?? ""}
            onSettled={(q) => say({ q, page: null })}
            render={(words, change) => (
              <Input type="search" className="filter" allowClear aria-label={t("find_account")} placeholder={`${t("find_account")} /`} value={words} onChange={(event) => change(event.target.value)} />
            )}
          />
        </span>
        {isSystem && (
          <Button type="primary" onClick={() => setMaking(true)}>
            {t("new_account")}
          </Button>
        )}
      </header>
      <p className="caption note">
        {t("three_admins")} {!isSystem && t("not_sys_here")}
      </p>
      {data && problem && <StaleNote problem={problem} onRetry={retry} />}
      {body()}
      {data && data.total > PAGE && <Pager page={page} pages={Math.ceil(data.total / PAGE)} onPage={(next) => say({ page: next > 1 ? String(next) : null })} />}
      {making && <NewAccount onClose={() => setMaking(false)} onMade={retry} />}
      {opened !== null && <AccountSheet key={opened} id={opened} known={data?.rows.find((one) => one.id === opened)} session={session} onChanged={retry} onClose={() => visit({ kind: ACCOUNTS, query })} />}
    </section>
  );
}

function NewAccount({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const t = useTexts();
  const { busy, problem, act } = useDeed();
  const [username, setUsername] = useState("");
  const [name, setName] = useState("");
  const [made, setMade] = useState<Invitation | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      setMade(await request<Invitation>("POST", "accounts", { username: username.trim(), display_name: name.trim() }));
      onMade();
    });
  };
  return (
    <Panel title={t("new_account")} onClose={onClose}>
      {made ? (
        <>
          <InvitationOnce made={made} name={name || username} onClose={onClose} />
          <p className="secondary">{t("not_sec_here")}</p>
        </>
      ) : (
        <form className="stacked" onSubmit={submit}>
          <label>
            {t("account_name")}
            <Input autoFocus autoComplete="off" maxLength={64} value={username} onChange={(event) => setUsername(event.target.value.replace(/\s/g, ""))} />
          </label>
          <label>
            {t("display_name")}
            <Input autoComplete="off" maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />
          </label>
          {problem && <ProblemPanel problem={problem} />}
          <div>
            <Button type="primary" htmlType="submit" loading={busy} disabled={username.length < 2}>
              {t("create_account")}
            </Button>
          </div>
        </form>
      )}
    </Panel>
  );
}
