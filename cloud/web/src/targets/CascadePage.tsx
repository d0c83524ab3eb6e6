import { Skeleton } from "antd";
import type { Cascade, TargetNode } from "../api";
import { useResource } from "../client";
import { exact } from "../format";
import { thisYear } from "../indicators/periods";
import { type Column, DataTable } from "../parts/DataTable";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { type Address, addressOf, visit, withQuery } from "../records/address";
import type { Listed } from "../records/record";
import type { TextKey } from "../texts/zh";
import { PathChart } from "./PathChart";

export const CASCADE = "targets/cascade";
const INDICATORS = ["energy_per_capita", "water_per_capita", "energy_per_area", "carbon_per_area", "carbon_now_per_area", "electricity_per_area"] as const;
const VERDICTS: Record<string, TextKey> = { on_track: "verdict_on_track", behind: "verdict_behind", unknown: "verdict_unknown" };
const short = (value: string | null) => (value === null ? "—" : exact(Number(value).toFixed(2)));
const cut = (value: string | null) => (value === null ? "—" : `${Number(value).toFixed(2)} %`);

/** A plan from the region down: the path of a node, where it stands, its children and whether they add up. */
export function CascadePage({ address }: { address: Address }) {
  const { language, t } = usePreferences();
  const { query } = address;
  const plans = useResource<Listed>("targets/plans?limit=100");
  const rows = plans.data?.rows ?? [];
  const plan = Number(query.get("plan")) || rows[0]?.id || null;
  const chosen = rows.find((one) => one.id === plan);
  const latest = Math.min(Number(thisYear()), Number(chosen?.end_year ?? thisYear()));
  const year = Number(query.get("year")) || latest;
  const indicator = INDICATORS.find((one) => one === query.get("indicator")) ?? "energy_per_area";
  const node = query.get("node");
  const wanted = new URLSearchParams({ year: String(year), indicator, ...(node ? { node } : {}) });
  const { data, problem, retry } = useResource<Cascade>(plan && chosen ? `targets/plans/${plan}/cascade?${wanted}` : null);
  const say = (said: Record<string, string | null>) => visit({ kind: CASCADE, query: withQuery(query, said) }, true);
  const to = (code: string) => addressOf({ kind: CASCADE, query: withQuery(query, { node: code }) });
  const why = (one: TargetNode) => (language === "zh" ? one.reason : one.reason_en);
  const first = Number(chosen?.base_year ?? year);
  const years = Array.from({ length: Math.max(1, latest - first) }, (_, back) => latest - back);
  const columns: Column<TargetNode>[] = [
    { key: "name", title: t("target_node"), isHead: true, onCard: true, cell: (one) => <a href={to(one.code)}>{one.name}</a> },
    { key: "base", title: t("base_value"), numeric: true, cell: (one) => short(one.base) },
    { key: "reduction", title: t("reduction"), numeric: true, onCard: true, cell: (one) => cut(one.reduction) },
    { key: "target", title: t("target_value"), numeric: true, cell: (one) => short(one.target) },
    { key: "linear", title: t("path_value"), numeric: true, cell: (one) => short(one.linear) },
    { key: "actual", title: t("reached"), numeric: true, onCard: true, sortBy: (one) => (one.actual === null ? null : Number(one.actual)), cell: (one) => (one.actual === null ? <span className="secondary">{t("verdict_unknown")}</span> : short(one.actual)) },
    { key: "verdict", title: t("verdict"), onCard: true, sortBy: (one) => one.verdict, cell: (one) => <Verdict node={one} why={why(one)} /> },
    { key: "weight", title: t("weight"), numeric: true, cell: (one) => cut(one.weight) },
    { key: "past", title: t("past_improvement"), numeric: true, cell: (one) => cut(one.past) },
    { key: "proposed", title: t("proposed_reduction"), numeric: true, cell: (one) => cut(one.proposed) + (one.is_bounded ? " *" : "") },
  ];
  const own = data?.node ?? null;
  const isRunning = data?.path.some((one) => one.year === year && !one.is_whole) ?? false;
  return (
    <section className="card records targets">
      <header>
        <h1>{t("cascade")}</h1>
        <span className="spring" />
        <Choice label={t("plan")} value={String(plan ?? "")} options={rows.map((one) => [String(one.id), String(one.title)])} onChange={(value) => say({ plan: value, node: null, year: null })} />
        <Choice label={t("indicator")} value={indicator} options={INDICATORS.map((one) => [one, t(`target_${one}`)])} onChange={(value) => say({ indicator: value })} />
        <Choice label={t("year_of")} value={String(year)} options={years.map((one) => [String(one), String(one)])} onChange={(value) => say({ year: value })} />
      </header>
      {plans.problem && <ProblemPanel problem={plans.problem} onRetry={plans.retry} />}
      {plans.data && rows.length === 0 && <p className="empty">{t("empty_plans")}</p>}
      {problem && <ProblemPanel problem={problem} onRetry={retry} />}
      {chosen && data === null && !problem && <Skeleton active title={false} paragraph={{ rows: 8, width: "100%" }} />}
      {data && own === null && <p className="empty">{t("year_not_evaluated", { year })}</p>}
      {data && own && (
        <>
          <nav className="crumbs" aria-label={t("target_node")}>
            {data.above.map((one) => (
              <span key={one.code}>
                <a href={to(one.code)}>{one.name}</a> ›{" "}
              </span>
            ))}
            <strong>{own.name}</strong>
          </nav>
          <p>
            <Verdict node={own} why={why(own)} /> {t("node_line", { base: short(own.base), target: short(own.target), actual: short(own.actual) + (isRunning ? t("so_far_note") : ""), unit: data.unit })}
            {own.base_stated && <span className="caption"> {t("base_stated")}</span>}
          </p>
          <p className="secondary">
            {own.reduction !== null && t("node_arithmetic", { base: short(own.base), cut: Number(own.reduction).toFixed(2), target: short(own.target), rate: data.yearly_rate ?? "—", from: own.reduction_from })}
            {own.expected !== null && <> {t("node_forecast", { expected: short(own.expected), low: short(own.low), high: short(own.high) })}</>}
            {own.warned_on && <> {t("node_warned", { on: own.warned_on })}</>}
            {indicator === "carbon_per_area" && <> {t("carbon_frozen", { on: data.carbon_on })}</>}
          </p>
          <PathChart path={data.path} year={year} expected={own.expected} low={own.low} high={own.high} unit={data.unit} label={t("cascade")} />
          <p className="caption">{t("path_legend")}</p>
          {data.check && (
            <p>
              {t("sum_check", { together: short(data.check.together), target: short(data.check.target), difference: short(data.check.difference), counted: data.check.counted, left: data.check.left_out })}
            </p>
          )}
          {data.children.length > 0 && <DataTable label={t("target_children")} columns={columns} rows={data.children} rowKey={(one) => one.code} />}
          {data.children.length > 0 && <p className="caption">{t("proposal_maths")}</p>}
        </>
      )}
    </section>
  );
}

/** On track, behind or unknown, in words; the reason beside what is unknown. */
function Verdict({ node, why }: { node: TargetNode; why: string }) {
  const { t } = usePreferences();
  return (
    <>
      <span className={node.verdict === "behind" ? "behind" : node.verdict === "unknown" ? "secondary" : ""}>{t(VERDICTS[node.verdict] ?? "verdict_unknown")}</span>
      {node.verdict === "unknown" && why && <span className="caption"> {why}</span>}
    </>
  );
}

/** A labelled choice of the address. */
export function Choice({ label, value, options, onChange }: { label: string; value: string; options: [string, string][]; onChange: (value: string) => void }) {
  return (
    <label className="labelled">
      <span className="caption">{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([key, title]) => (
          <option key={key} value={key}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
