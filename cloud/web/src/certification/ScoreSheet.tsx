import { Button, Skeleton } from "antd";
import type { CertificationItem, CertificationScore } from "../api";
import { useResource } from "../client";
import { percent } from "../format";
import { type Column, DataTable } from "../parts/DataTable";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { addressOf } from "../records/address";

const CERTIFICATIONS = "certification/certifications";
const ANSWERS = "certification/answers";

/** What a certification comes to now: items with points and evidence, what is missing and pays most, and its papers. */
export function ScoreSheet({ id }: { id: number }) {
  const { t, language } = usePreferences();
  const { data, problem, retry } = useResource<CertificationScore>(`${CERTIFICATIONS}/${id}/score`);
  const said = (one: { title: string; title_en: string }) => (language === "zh" ? one.title : one.title_en);
  const columns: Column<CertificationItem>[] = [
    {
      key: "title",
      title: t("cert_item"),
      isHead: true,
      onCard: true,
      cell: (one) => (
        <>
          {one.star && <strong aria-label={t("cert_star")}>★</strong>}
          {one.is_condition && <strong>{t("cert_condition")}</strong>}
          {one.answer_id ? <a href={addressOf({ kind: ANSWERS, record: one.answer_id })}>{said(one)}</a> : said(one)}
        </>
      ),
    },
    { key: "points", title: t("cert_points"), numeric: true, onCard: true, cell: (one) => `${one.points ?? "—"} / ${one.is_condition ? 1 : one.most}` },
    { key: "evidence", title: t("cert_rests_on"), onCard: true, cell: (one) => <Evidence one={one} /> },
  ];
  if (problem) return <ProblemPanel problem={problem} onRetry={retry} />;
  if (data === null) return <Skeleton active title={false} paragraph={{ rows: 8 }} />;
  const item = (key: string) => data.items.find((one) => one.key === key);
  const why = language === "zh" ? data.why : data.why_en;
  return (
    <>
      <dl className="facts">
        <div>
          <dt>{t("cert_score")}</dt>
          <dd>
            {data.score} / {data.total ?? "—"} {data.pass_mark && <span className="secondary">{t("cert_pass", { mark: data.pass_mark })}</span>}
          </dd>
        </div>
        <div>
          <dt>{t("cert_outcome")}</dt>
          <dd>
            {language === "zh" ? data.outcome_zh : data.outcome} {why && <span className="secondary">{why}</span>}
          </dd>
        </div>
        <div>
          <dt>{t("cert_scheme")}</dt>
          <dd>
            {said(data)} <span className="secondary">{data.source}</span>
          </dd>
        </div>
        {data.note && (
          <div>
            <dt>{t("cert_note")}</dt>
            <dd className="note">{data.note}</dd>
          </div>
        )}
      </dl>
      <DataTable label={t("cert_items")} columns={columns} rows={data.items} rowKey={(one) => one.key} />
      {data.gaps.length > 0 && (
        <>
          <h3>{t("cert_gaps")}</h3>
          <ol>
            {data.gaps.map((gap) => {
              const of = item(gap.key);
              return (
                <li key={gap.key}>
                  {gap.is_veto && <strong>{t("cert_veto")} </strong>}
                  {of && said(of)} <span className="secondary">{Number(gap.missing) > 0 && `+${gap.missing}`}</span>
                </li>
              );
            })}
          </ol>
        </>
      )}
      <div className="buttons">
        {(["report", "checklist"] as const).map((paper) =>
          ["docx", "pdf"].map((format) => (
            <Button key={paper + format} href={`/api/v1/${CERTIFICATIONS}/${id}/${paper}?format=${format}`} download>
              {t(`cert_${paper}`)} {format === "docx" ? "Word" : "PDF"}
            </Button>
          )),
        )}
        <Button href={`/api/v1/${CERTIFICATIONS}/${id}/proof`} download>
          {t("cert_proof")}
        </Button>
      </div>
    </>
  );
}

/** The figure beside its mean, or the document; and why there are no points. */
function Evidence({ one }: { one: CertificationItem }) {
  const { t, language } = usePreferences();
  const measured = one.measured;
  const reason = one.reason && (language === "zh" ? one.reason.zh : one.reason.en);
  return (
    <>
      {one.is_given && t("cert_given")}
      {measured?.value && (
        <span>
          {measured.value} {measured.unit}, {t("cert_mean", { mean: measured.mean ?? "—", n: measured.peers })}
          {measured.completeness && `, ${percent(Number(measured.completeness))}`}{" "}
        </span>
      )}
      {one.document && <span>{one.document} </span>}
      {one.files > 0 && <span>{t("cert_files", { n: one.files })} </span>}
      {reason && <span className="secondary">{reason}</span>}
    </>
  );
}
