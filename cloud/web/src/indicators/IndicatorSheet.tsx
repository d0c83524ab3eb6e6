import { Skeleton } from "antd";
import { useEffect } from "react";
import type { Indicator, IndicatorItem, IndicatorItems, Rank, Rule } from "../api";
import { useResource } from "../client";
import { clockOf, dateOf, fixed, unitIn, UNKNOWN } from "../format";
import { type Column, DataTable } from "../parts/DataTable";
import { Pager } from "../parts/Pager";
import { Panel } from "../parts/Panel";
import { ProblemPanel } from "../parts/ProblemPanel";
import { Tabs } from "../parts/Tabs";
import { usePreferences } from "../preferences";
import { type Address, addressOf, visit, withQuery } from "../records/address";
import { type Kind, titleKey, useKinds, useNamed } from "../records/kinds";
import { INSTITUTION } from "../records/directory";
import { Formula, IndicatorValue, Missing, sumText } from "./Sums";

const PAGE = 50;

interface Props {
  indicator: Indicator;
  wanted: URLSearchParams;
  address: Address;
  closed: Partial<Address>;
  period: string;
}

/** One figure: its formula, what it rests on, how institutions compare, and the records beneath it. */
export function IndicatorSheet({ indicator, wanted, address, closed, period }: Props) {
  const { t } = usePreferences();
  const named = useNamed();
  const { basis, kept } = indicator;
  const say = (said: Record<string, string | null>) => visit({ ...address, query: withQuery(address.query, said) }, true);
  const tabs = [
    ...(indicator.is_better_high === null ? [] : [{ key: "ranking", title: t("ranking"), content: () => <Ranking indicator={indicator} wanted={wanted} address={address} say={say} /> }]),
    { key: "items", title: t("items"), content: () => <Items indicator={indicator} wanted={wanted} address={address} say={say} /> },
  ];
  return (
    <Panel title={named(indicator)} above={<p className="caption">{period}</p>} onClose={() => visit(closed)}>
      <section className="formula">
        <p className="big">
          <IndicatorValue indicator={indicator} />
        </p>
        <p className="expression">
          <Formula indicator={indicator} named />
        </p>
        <p className="secondary">
          {t("rows_counted", { n: fixed(basis.counted, 0) })}
          {basis.missing > 0 && (
            <>
              {" · "}
              <Missing n={basis.missing} /> {t("indicator_missing")}
            </>
          )}
        </p>
        {kept && (
          <p>
            {t("indicator_kept")} <IndicatorValue indicator={indicator} value={kept.value} />{" "}
            <span className="caption">
              {t("kept_at", { at: `${dateOf(kept.at)} ${clockOf(kept.at)}` })} · {t(kept.value === indicator.value ? "kept_same" : "kept_differs")}
            </span>
            {kept.value !== indicator.value && <span className="caption"> {t("kept_hint")}</span>}
          </p>
        )}
      </section>
      <section>
        <h3>{t("basis_rules")}</h3>
        {basis.rules.length === 0 ? (
          <p className="secondary">{t("no_rules")}</p>
        ) : (
          <ul className="plain-rows">
            {basis.rules.map((ref) => (
              <RuleLine key={ref} reference={ref} />
            ))}
          </ul>
        )}
      </section>
      <Tabs label={named(indicator)} tabs={tabs} chosen={address.query.get("tab") ?? tabs[0]!.key} onChoose={(tab) => say({ tab, page: null })} />
    </Panel>
  );
}

/** A rule row by its reference: what it says, and the document it is from. */
function RuleLine({ reference }: { reference: string }) {
  const { language, t } = usePreferences();
  const named = useNamed();
  const { data, problem } = useResource<Rule[]>(`rules/${reference.split(/[/@]/)[0]}`);
  const row = data?.find((one) => one.ref === reference);
  if (!row) return <li>{data || problem ? reference : "…"}</li>;
  return (
    <li>
      <span>
        {named(row)}
        <span className="caption">{t("rule_line", { value: row.value, unit: row.unit ? ` ${unitIn(row.unit, language)}` : "", source: row.source, clause: row.clause })}</span>
      </span>
    </li>
  );
}

interface PartProps extends Pick<Props, "indicator" | "wanted" | "address"> {
  say: (said: Record<string, string | null>) => void;
}

function Ranking({ indicator, wanted, address, say }: PartProps) {
  const { t } = usePreferences();
  const by = address.query.get("by") === "region" ? "region" : "institution";
  const { data, problem, retry } = useResource<Rank[]>(`indicators/${indicator.key}/ranking?${wanted}&by=${by}`);
  const isTied = (row: Rank) => row.rank !== null && data?.some((one) => one !== row && one.rank === row.rank);
  const columns: Column<Rank>[] = [
    {
      key: "rank",
      title: t("rank"),
      numeric: true,
      onCard: true,
      cell: (row) =>
        row.rank === null ? (
          <span className="secondary">{UNKNOWN}</span>
        ) : (
          <>
            {isTied(row) && <span className="caption">{t("tied")} </span>}
            {row.rank}
          </>
        ),
    },
    { key: "name", title: t(by === "region" ? "region" : "institution"), onCard: true, cell: (row) => (by === "institution" ? <button type="button" className="link" onClick={() => say({ institution_id: row.key })}>{row.name}</button> : row.name) },
    { key: "value", title: t("indicator_value"), numeric: true, onCard: true, cell: (row) => <IndicatorValue indicator={indicator} value={row.value} /> },
    { key: "counted", title: t("indicator_counted"), numeric: true, cell: (row) => fixed(row.counted, 0) },
    { key: "missing", title: t("indicator_missing"), numeric: true, cell: (row) => <Missing n={row.missing} /> },
  ];
  return (
    <>
      <div className="buttons">
        <span className="switch" role="group" aria-label={t("ranking")}>
          {(["institution", "region"] as const).map((one) => (
            <button key={one} type="button" aria-pressed={one === by} onClick={() => say({ by: one === "region" ? "region" : null })}>
              {t(`rank_by_${one}`)}
            </button>
          ))}
        </span>
        <span className="caption">{t(indicator.is_better_high ? "rank_best_high" : "rank_best_low")}</span>
      </div>
      {data === null && (problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} />)}
      {data?.length === 0 && <p className="empty">{t("empty_ranking_rows")}</p>}
      {data && data.length > 0 && <DataTable narrow label={t("ranking")} columns={columns} rows={data} rowKey={(row) => row.key} />}
    </>
  );
}

function Items({ indicator, wanted, address, say }: PartProps) {
  const { language, t } = usePreferences();
  const named = useNamed();
  const { kinds, titles, learn } = useKinds();
  const page = Math.max(1, Number(address.query.get("page")) || 1);
  const { data, problem, retry } = useResource<IndicatorItems>(`indicators/${indicator.key}/items?${wanted}&limit=${PAGE}&offset=${(page - 1) * PAGE}`);
  const kindOf = (item: IndicatorItem): Kind | undefined => [...kinds.values()].find((one) => one.key === item.entity);
  const targetOf = (item: IndicatorItem) => kindOf(item)?.address ?? item.entity;
  useEffect(() => {
    const wantedIds = new Map<string, number[]>([[INSTITUTION, []]]);
    for (const item of data?.rows ?? []) {
      wantedIds.set(targetOf(item), [...(wantedIds.get(targetOf(item)) ?? []), item.record_id]);
      wantedIds.get(INSTITUTION)!.push(item.owner_id);
    }
    for (const [target, ids] of wantedIds) if (ids.length) void learn(target, ids);
  }, [data, learn]);
  if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} />;
  if (data.total === 0) return <p className="empty">{t("empty_items")}</p>;
  const titleOf = (item: IndicatorItem) => titles.get(titleKey(targetOf(item), item.record_id)) ?? `#${item.record_id}`;
  const link = (item: IndicatorItem) => {
    const kind = kindOf(item);
    return (
      <>
        {kind ? <a href={addressOf({ kind: kind.address, record: item.record_id })}>{titleOf(item)}</a> : titleOf(item)}
        {kind && <span className="caption"> {named(kind)}</span>}
      </>
    );
  };
  const { over, under } = indicator;
  const columns: Column<IndicatorItem>[] = [
    { key: "record", title: t("item_record"), onCard: true, cell: link },
    { key: "owner", title: t("institution"), cell: (item) => titles.get(titleKey(INSTITUTION, item.owner_id)) ?? "" },
    { key: "over", title: named(over), unit: unitIn(over.unit, language), numeric: true, onCard: true, cell: (item) => (item.missing ? UNKNOWN : sumText(over, item.numerator)) },
    ...(under ? [{ key: "under", title: named(under), unit: unitIn(under.unit, language), numeric: true, onCard: true, cell: (item: IndicatorItem) => (item.missing ? UNKNOWN : sumText(under, item.denominator)) }] : []),
    ...(data.rows.some((item) => item.missing) ? [{ key: "missing", title: t("item_missing"), onCard: true, cell: (item: IndicatorItem) => (language === "zh" ? item.missing_zh : item.missing) }] : []),
  ];
  return (
    <>
      <DataTable label={t("items")} columns={columns} rows={data.rows} rowKey={(item) => `${item.entity}/${item.record_id}`} />
      {data.total > PAGE && <Pager page={page} pages={Math.ceil(data.total / PAGE)} onPage={(next) => say({ page: next > 1 ? String(next) : null })} />}
    </>
  );
}
