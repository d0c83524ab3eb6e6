import { Button, Skeleton } from "antd";
import { useEffect, useMemo, useState } from "react";
import type { FieldMeta } from "../api";
import { useResource } from "../client";
import { decimalsAmong, fixed, unitIn } from "../format";
import { type Column, DataTable, type Order } from "../parts/DataTable";
import { Exact } from "../parts/Exact";
import { Pager } from "../parts/Pager";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { type Address, addressOf, visit, withoutSheet, withQuery } from "./address";
import { BulkBar } from "./BulkBar";
import { FilterRow, filtersOf } from "./FilterRow";
import { ImportWizard } from "./ImportWizard";
import { type Kind, useNamed } from "./kinds";
import { ListTools } from "./ListTools";
import { NewRecord } from "./NewRecord";
import { fieldOf, type Listed, type Row } from "./record";
import { RecordSheet } from "./RecordSheet";
import { Shown, useTitlesOf } from "./Shown";
import { StateBadge } from "./StateBadge";
import { useViews } from "./views";

const PAGE = 50;
const ON_CARD = 3; // the name, and the two figures that matter

function orderOf(query: URLSearchParams): Order | null {
  const said = query.get("order");
  return said ? { key: said.replace(/^-/, ""), descending: said.startsWith("-") } : null;
}

/** What the server narrows and orders by; what it would not understand is left out. */
function asked(kind: Kind, query: URLSearchParams): URLSearchParams {
  const known = ["q", "order", ...filtersOf(kind).map((field) => field.key)];
  return new URLSearchParams([...query].filter(([name]) => known.includes(name)));
}

const pageOf = (query: URLSearchParams) => Math.max(1, Number(query.get("page")) || 1);

/** The registry of one kind of record: filters, table, and the record beside it. */
export function RecordsPage({ kind, address }: { kind: Kind; address: Address }) {
  const { language, t } = usePreferences();
  const named = useNamed();
  const { query } = address;
  const views = useViews(kind);
  const wanted = asked(kind, query);
  const part = withQuery(wanted, { limit: String(PAGE), offset: String((pageOf(query) - 1) * PAGE) });
  const { data, problem, retry } = useResource<Listed>(`${kind.address}?${part}`);
  const [importing, setImporting] = useState(false);
  const [selected, setSelected] = useState(new Set<string | number>());
  useEffect(() => setSelected(new Set()), [String(part)]);
  const fields = useMemo(() => views.columns.flatMap((key) => fieldOf(kind, key) ?? []), [kind, views.columns.join()]);
  useTitlesOf(fields, data?.rows ?? []);

  const list = { kind: kind.address, query: withoutSheet(query) };
  const narrow = (said: Record<string, string | null>) => visit({ ...list, query: withQuery(list.query, { page: null, ...said }) }, true);
  const open = (row: Row) => ({ ...list, record: row.id });
  const titleKey = fields.some((field) => field.key === kind.title) ? kind.title : fields[0]?.key;

  const text = (value: Row[string] | undefined) => (value === null || value === undefined ? null : String(value));
  const decimals = new Map(fields.filter((field) => field.kind === "number").map((field) => [field.key, decimalsAmong(data?.rows.map((row) => text(row[field.key])) ?? [])]));
  const cell = (field: FieldMeta, row: Row) => {
    if (field.key === "state" && kind.states.length) return <StateBadge kind={kind} state={String(row.state)} />;
    const isNumber = field.kind === "number" && !field.ordinal && row[field.key] !== null;
    const value = isNumber ? <Exact value={String(row[field.key])} decimals={decimals.get(field.key) ?? 0} /> : <Shown field={field} value={row[field.key]} bare />;
    return field.key === titleKey ? <a href={addressOf(open(row))}>{value}</a> : value;
  };
  const heads = [...fields].sort((a, b) => Number(b.key === titleKey) - Number(a.key === titleKey)).slice(0, ON_CARD);
  const columns = fields.map(
    (field): Column<Row> => ({
      key: field.key,
      title: named(field),
      unit: unitIn(field.unit, language),
      numeric: field.kind === "number",
      onCard: heads.includes(field),
      isHead: field.key === titleKey,
      sorts: kind.fields.includes(field),
      cell: (row) => cell(field, row),
    }),
  );
  const isNarrowed = [...query.keys()].some((name) => name === "q" || filtersOf(kind).some((field) => field.key === name));
  const body = () => {
    if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 10, width: "100%" }} />;
    if (data.rows.length === 0)
      return isNarrowed ? (
        <p className="empty">
          {t("empty_narrowed", { kind: named(kind) })}
          <Button onClick={() => visit({ kind: kind.address }, true)}>{t("all_records")}</Button>
        </p>
      ) : (
        <p className="empty">{t(kind.can_write ? "empty_records" : "empty_read_only", { kind: named(kind) })}</p>
      );
    return (
      <div className="data-table-scroll">
        <DataTable
          label={named(kind)}
          columns={columns}
          rows={data.rows}
          rowKey={(row) => row.id}
          onOpen={(row) => visit(open(row))}
          isCurrent={(row) => row.id === address.record}
          selected={selected}
          onSelect={kind.can_work ? setSelected : undefined}
          order={orderOf(query)}
          onOrder={({ key, descending }) => narrow({ order: descending ? `-${key}` : key })}
        />
      </div>
    );
  };
  return (
    <section className="card records">
      <header>
        <h1>{named(kind)}</h1>
        {data && <span className="caption">{t("records_count", { n: fixed(data.total, 0) })}</span>}
        <span className="spring" />
        <span className="tools">
          <ListTools
            kind={kind}
            views={views}
            query={String(list.query)}
            onView={(saved) => visit({ ...list, query: new URLSearchParams(saved) })}
            asked={String(wanted)}
            onImport={() => setImporting(true)}
          />
        </span>
        {kind.can_write && (
          <Button type="primary" href={addressOf({ ...list, record: "new" })}>
            {t("new_one")}
          </Button>
        )}
      </header>
      <FilterRow kind={kind} query={query} onFilter={narrow} />
      {data && problem && <StaleNote problem={problem} onRetry={retry} />}
      {data && selected.size > 0 && (
        <BulkBar
          kind={kind}
          rows={data.rows.filter((row) => selected.has(row.id))}
          onClear={() => setSelected(new Set())}
          onDone={() => {
            setSelected(new Set());
            retry();
          }}
        />
      )}
      {body()}
      {data && data.total > PAGE && (
        <Pager page={pageOf(query)} pages={Math.ceil(data.total / PAGE)} onPage={(page) => narrow({ page: page > 1 ? String(page) : null })} />
      )}
      {importing && <ImportWizard kind={kind} onChanged={retry} onClose={() => setImporting(false)} />}
      {address.record === "new" && kind.can_write && <NewRecord kind={kind} address={address} onChanged={retry} />}
      {typeof address.record === "number" && <RecordSheet key={address.record} kind={kind} id={address.record} address={address} onChanged={retry} />}
    </section>
  );
}
