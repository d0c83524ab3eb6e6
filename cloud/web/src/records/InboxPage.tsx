import { Skeleton } from "antd";
import type { ReactNode } from "react";
import type { Inbox, Notice, Owed, Waiting } from "../api";
import { useResource } from "../client";
import { clockOf, dateOf, UNKNOWN } from "../format";
import { type Column, DataTable } from "../parts/DataTable";
import { NoticeList } from "../notices/NoticeList";
import { read } from "../notices/reading";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { usePreferences } from "../preferences";
import { addressOf, visit } from "./address";
import { useKinds, useNamed } from "./kinds";
import { fieldOf, type Value } from "./record";
import { useShown } from "./Shown";
import { StateBadge } from "./StateBadge";

const FEW = 3; // steps that are named: the record shows the rest
const FLOW = new URLSearchParams({ tab: "flow" });

/** Everything that waits for this person, over all modules: records, obligations, notices nobody has read. */
export function InboxPage() {
  const { language, t } = usePreferences();
  const named = useNamed();
  const shown = useShown();
  const { kinds } = useKinds();
  const { data, problem, retry } = useResource<Inbox>("inbox", 60_000);
  const kindOf = (row: Waiting) => kinds.get(`${row.module}/${row.path}`);
  const there = (row: Waiting) => ({ kind: `${row.module}/${row.path}`, record: row.id, query: FLOW });
  const titleOf = (row: Waiting) => {
    const kind = kindOf(row);
    const field = kind && fieldOf(kind, kind.title);
    return (field && shown(field, row.title as Value)) ?? `#${row.id}`;
  };
  const aboutOf = (row: Waiting) => {
    const field = kindOf(row)?.fields.find((one) => one.key === row.about?.field);
    return field && row.about ? shown(field, row.about.value as Value) : null;
  };
  const columns: Column<Waiting>[] = [
    {
      key: "title",
      title: t("matter"),
      onCard: true,
      sortBy: titleOf,
      cell: (row) => (
        <>
          <a href={addressOf(there(row))}>{titleOf(row)}</a> <span className="secondary about">{aboutOf(row)}</span>
        </>
      ),
    },
    { key: "kind", title: t("kind_of_record"), onCard: true, sortBy: (row) => row.path, cell: (row) => named(kindOf(row) ?? { zh: row.path, en: row.path }) },
    { key: "owner", title: t("institution"), sortBy: (row) => row.owner, cell: (row) => row.owner },
    {
      key: "state",
      title: t("state"),
      sortBy: (row) => row.state,
      cell: (row) => {
        const kind = kindOf(row);
        return kind ? <StateBadge kind={kind} state={row.state} /> : row.state;
      },
    },
    { key: "step", title: t("next_steps"), onCard: true, cell: (row) => row.steps.slice(0, FEW).map((step) => step[language]).join(t("list_comma")) },
    { key: "since", title: t("waits_since"), onCard: true, sortBy: (row) => row.since, cell: (row) => (row.since ? `${dateOf(row.since)} ${clockOf(row.since)}` : UNKNOWN) },
  ];
  const owed: Column<Owed>[] = [
    { key: "matter", title: t("matter"), onCard: true, cell: (row) => <a href={`#/${row.subject}`}>{row[language]}</a> },
    { key: "owner", title: t("institution"), sortBy: (row) => row.owner, cell: (row) => row.owner },
    {
      key: "state",
      title: t("state"),
      onCard: true,
      cell: (row) => (
        <span className={row.is_overdue ? "overdue" : undefined}>
          <span aria-hidden="true">{row.is_overdue ? "■" : "○"}</span> {t(row.is_overdue ? "owed_overdue" : "owed_due")}
        </span>
      ),
    },
    { key: "due", title: t("owed_by"), onCard: true, sortBy: (row) => row.due, cell: (row) => `${dateOf(row.due)} ${clockOf(row.due)}` },
  ];
  const { act, problem: refusal } = useDeed();
  const onRead = (one: Notice) => void act(async () => (await read(one), retry()));
  const records = (rows: Waiting[]) =>
    rows.length ? (
      <DataTable
        label={t("inbox")}
        columns={columns}
        rows={rows}
        rowKey={(row) => `${row.module}/${row.path}/${row.id}`}
        initialSort={{ key: "since", descending: false }}
        onOpen={(row) => visit(there(row))}
      />
    ) : (
      <p className="empty">{t("empty_inbox")}</p>
    );
  const part = (title: string, count: number, content: ReactNode) => (
    <section className="card records">
      <header>
        <h2>{title}</h2>
        <span className="caption">{t("records_count", { n: count })}</span>
      </header>
      {content}
    </section>
  );
  if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 6, width: "100%" }} />;
  return (
    <div className="inbox-page">
      <h1>{t("inbox")}</h1>
      {problem && <StaleNote problem={problem} onRetry={retry} />}
      {refusal && <ProblemPanel problem={refusal} />}
      {part(t("records_waiting"), data.total, records(data.rows))}
      {data.owed_total > 0 && part(t("owed"), data.owed_total, <DataTable label={t("owed")} columns={owed} rows={data.owed} rowKey={(row) => `${row.subject} ${row.due}`} />)}
      {data.unread > 0 && part(t("unread_notices"), data.unread, <NoticeList rows={data.notices} onRead={onRead} />)}
    </div>
  );
}
