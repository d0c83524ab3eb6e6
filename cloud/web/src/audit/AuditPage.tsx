import { Button, Input, Skeleton } from "antd";
import type { Deed, Deeds } from "../api";
import { useResource } from "../client";
import { clockOf, dateOf, fixed } from "../format";
import { type Column, DataTable } from "../parts/DataTable";
import { DateInput } from "../parts/DateInput";
import { Pager } from "../parts/Pager";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { type Address, visit, withQuery } from "../records/address";
import { Slow } from "../records/FilterRow";
import { useNamed } from "../records/kinds";
import { DeedSheet } from "./DeedSheet";
import { ChainVerdict } from "./ChainVerdict";
import { doerOf } from "./doer";

const PAGE = 50;
const DAY = /^20\d\d-\d\d-\d\d$/;
export const AUDIT = "audit";

/** Who did what, the newest deed first, and whether the chain is whole. */
export function AuditPage({ address }: { address: Address }) {
  const { t } = usePreferences();
  const named = useNamed();
  const { query } = address;
  const page = Math.max(1, Number(query.get("page")) || 1);
  const { data, problem, retry } = useResource<Deeds>(`audit?${asked(query, page)}`);
  const opened = data?.rows.find((one) => one.id === address.record);
  const say = (said: Record<string, string | null>) => visit({ kind: AUDIT, query: withQuery(query, said) }, true);
  const columns: Column<Deed>[] = [
    { key: "at", title: t("audit_at"), onCard: true, cell: (one) => `${dateOf(one.at)} ${clockOf(one.at)}` },
    { key: "who", title: t("audit_who"), onCard: true, cell: (one) => doerOf(one.who, t) },
    {
      key: "deed",
      title: t("audit_deed"),
      isHead: true,
      onCard: true,
      cell: (one) => (
        <a href={`#/${AUDIT}/${one.id}${query.size ? `?${query}` : ""}`} onClick={(event) => event.stopPropagation()}>
          {named(one)}
        </a>
      ),
    },
    { key: "subject", title: t("audit_subject"), onCard: true, cell: (one) => one.subject },
    { key: "row", title: t("audit_row"), numeric: true, cell: (one) => fixed(one.id, 0) },
  ];
  const text = (key: string, label: string) => (
    <Slow
      value={query.get(key) ?? ""}
      onSettled={(said) => say({ [key]: said, page: null })}
      render={(words, change) => <Input type="search" maxLength={60} aria-label={label} placeholder={label} value={words} onChange={(event) => change(event.target.value)} />}
    />
  );
  const day = (key: string, label: string) => (
    <label className="labelled">
      <span className="caption">{label}</span>
      <Slow
        value={query.get(key) ?? ""}
        onSettled={(said) => (!said || DAY.test(said)) && say({ [key]: said, page: null })}
        render={(said, change) => <DateInput label={label} value={said} invalid={said !== "" && !DAY.test(said)} onChange={change} />}
      />
    </label>
  );
  const body = () => {
    if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 10, width: "100%" }} />;
    if (data.rows.length === 0) return <p className="empty">{t("empty_audit")}</p>;
    return <DataTable label={t("audit")} columns={columns} rows={data.rows} rowKey={(one) => one.id} onOpen={(one) => visit({ kind: AUDIT, record: one.id, query })} isCurrent={(one) => one.id === address.record} />;
  };
  return (
    <section className="card records">
      <header>
        <h1>{t("audit")}</h1>
        {data && <span className="caption">{t("audit_count", { n: fixed(data.total, 0) })}</span>}
        <span className="spring" />
        <Button href="/api/v1/audit/grants/export" download>
          {t("audit_grants")}
        </Button>
        <ChainVerdict />
      </header>
      <p className="caption note">{t("audit_hint")}</p>
      <div className="filter-row" role="search">
        {text("who", t("audit_who_starts"))}
        {text("subject", t("audit_subject_starts"))}
        {day("since", t("audit_since"))}
        {day("until", t("audit_until"))}
      </div>
      {data && problem && <StaleNote problem={problem} onRetry={retry} />}
      {body()}
      {data && data.total > PAGE && <Pager page={page} pages={Math.ceil(data.total / PAGE)} onPage={(next) => say({ page: next > 1 ? String(next) : null })} />}
      {opened && <DeedSheet key={opened.id} deed={opened} onClose={() => visit({ kind: AUDIT, query })} />}
    </section>
  );
}

/** What the server is asked: an account is found by its name alone. */
function asked(query: URLSearchParams, page: number): URLSearchParams {
  const who = query.get("who") ?? "";
  const wanted = new URLSearchParams({ limit: String(PAGE), offset: String((page - 1) * PAGE) });
  if (who) wanted.set("who", who.includes("/") || who === "command" ? who : `account/${who}`);
  for (const key of ["subject", "since", "until"]) if (query.get(key)) wanted.set(key, query.get(key) ?? "");
  return wanted;
}
