import { Skeleton } from "antd";
import type { Inbox, Waiting } from "../api";
import { useResource } from "../client";
import { clockOf, dateOf, UNKNOWN } from "../format";
import { type Column, DataTable } from "../parts/DataTable";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import { addressOf, visit } from "./address";
import { useKinds, useNamed } from "./kinds";
import { fieldOf, type Value } from "./record";
import { useShown } from "./Shown";
import { StateBadge } from "./StateBadge";

const FLOW = new URLSearchParams({ tab: "flow" });

/** Everything that waits for this person, over all modules, the oldest first. */
export function InboxPage() {
  const t = useTexts();
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
  const columns: Column<Waiting>[] = [
    { key: "title", title: t("matter"), onCard: true, sortBy: titleOf, cell: (row) => <a href={addressOf(there(row))}>{titleOf(row)}</a> },
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
    { key: "since", title: t("waits_since"), onCard: true, sortBy: (row) => row.since, cell: (row) => (row.since ? `${dateOf(row.since)} ${clockOf(row.since)}` : UNKNOWN) },
  ];
  const body = () => {
    if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 6, width: "100%" }} />;
    if (data.rows.length === 0) return <p className="empty">{t("empty_inbox")}</p>;
    return (
      <DataTable
        label={t("inbox")}
        columns={columns}
        rows={data.rows}
        rowKey={(row) => `${row.module}/${row.path}/${row.id}`}
        initialSort={{ key: "since", descending: false }}
        onOpen={(row) => visit(there(row))}
      />
    );
  };
  return (
    <section className="card records">
      <header>
        <h1>{t("inbox")}</h1>
        {data && <span className="caption">{t("records_count", { n: data.total })}</span>}
      </header>
      {data && problem && <StaleNote problem={problem} onRetry={retry} />}
      {body()}
    </section>
  );
}
