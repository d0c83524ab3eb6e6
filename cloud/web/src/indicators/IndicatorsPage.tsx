import { Skeleton } from "antd";
import type { Indicator } from "../api";
import { useResource } from "../client";
import { fixed } from "../format";
import { type Column, DataTable } from "../parts/DataTable";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { type Address, addressOf, visit, withQuery } from "../records/address";
import { useKinds, useNamed } from "../records/kinds";
import { ReferenceInput } from "../records/ReferenceInput";
import { INSTITUTION } from "../records/directory";
import { IndicatorSheet } from "./IndicatorSheet";
import { isPeriod, periods, periodTitle, thisYear } from "./periods";
import { Formula, IndicatorValue, Missing } from "./Sums";

export const INDICATORS = "indicators";
const SHEET = ["tab", "by", "page"];

/** The figures of all modules over a period, of everything in scope or of one institution and all below. */
export function IndicatorsPage({ address }: { address: Address }) {
  const { t } = usePreferences();
  const named = useNamed();
  const { modules } = useKinds();
  const { query } = address;
  const said = query.get("period");
  const period = isPeriod(said) ? said : thisYear();
  const institution = Number(query.get("institution_id")) || null;
  const wanted = new URLSearchParams({ period, ...(institution ? { institution_id: String(institution) } : {}) });
  const { data, problem, retry } = useResource<Indicator[]>(`indicators?${wanted}`);
  const [, opened = null] = address.kind.split("/");
  const base = withQuery(query, Object.fromEntries(SHEET.map((name) => [name, null])));
  const there = (key: string) => ({ kind: `${INDICATORS}/${key}`, query: base });
  const say = (change: Record<string, string | null>) => visit({ kind: address.kind, query: withQuery(query, change) }, true);
  const kept = (one: Indicator) => {
    if (one.kept === null) return <span className="secondary">{t("kept_not_yet")}</span>;
    return (
      <>
        <IndicatorValue indicator={one} value={one.kept.value} />
        {one.kept.value !== one.value && <span className="caption"> {t("kept_differs")}</span>}
      </>
    );
  };
  const columns: Column<Indicator>[] = [
    {
      key: "title",
      title: t("indicator"),
      onCard: true,
      sortBy: named,
      cell: (one) => (
        <a href={addressOf(there(one.key))} onClick={(event) => event.stopPropagation()}>
          {named(one)}
        </a>
      ),
    },
    { key: "value", title: t("indicator_value"), numeric: true, onCard: true, cell: (one) => <IndicatorValue indicator={one} /> },
    { key: "parts", title: t("indicator_parts"), onCard: true, cell: (one) => <Formula indicator={one} named /> },
    { key: "counted", title: t("indicator_counted"), numeric: true, sortBy: (one) => one.basis.counted, cell: (one) => fixed(one.basis.counted, 0) },
    { key: "missing", title: t("indicator_missing"), numeric: true, onCard: true, sortBy: (one) => one.basis.missing, cell: (one) => <Missing n={one.basis.missing} /> },
    { key: "kept", title: t("indicator_kept"), numeric: true, cell: kept },
  ];
  const groups = modules.map((module) => ({ module, rows: data?.filter((one) => one.key.startsWith(`${module.key}.`)) ?? [] })).filter((group) => group.rows.length > 0);
  const current = data?.find((one) => one.key === opened);
  return (
    <section className="card records indicators">
      <header>
        <h1>{t("indicators")}</h1>
        <span className="caption">{t("indicators_hint")}</span>
        <span className="spring" />
        <label className="labelled">
          <span className="caption">{t("kind_of_period")}</span>
          <select value={period} onChange={(event) => say({ period: event.target.value })}>
            {periods().map((one) => (
              <option key={one} value={one}>
                {periodTitle(one, t)}
              </option>
            ))}
          </select>
        </label>
        <span className="labelled wide">
          <span className="caption">{t("whose")}</span>
          <ReferenceInput target={INSTITUTION} label={t("whose")} placeholder={t("all_in_scope")} value={institution} onChange={(id) => say({ institution_id: id === null ? null : String(id) })} />
        </span>
      </header>
      {data && problem && <StaleNote problem={problem} onRetry={retry} />}
      {data === null && (problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 10, width: "100%" }} />)}
      {data?.length === 0 && <p className="empty">{t("empty_indicators")}</p>}
      {groups.map(({ module, rows }) => (
        <section key={module.key} aria-label={named(module)}>
          <h2>{named(module)}</h2>
          <DataTable label={named(module)} columns={columns} rows={rows} rowKey={(one) => one.key} onOpen={(one) => visit(there(one.key))} isCurrent={(one) => one.key === opened} />
        </section>
      ))}
      {current && <IndicatorSheet key={current.key} indicator={current} wanted={wanted} address={address} closed={{ kind: INDICATORS, query: base }} period={periodTitle(period, t)} />}
    </section>
  );
}
