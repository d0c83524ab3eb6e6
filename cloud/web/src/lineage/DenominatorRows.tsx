import type { DenominatorInput } from "../api";
import { decimalsAmong, exact, unitIn } from "../format";
import { usePreferences } from "../preferences";
import { DataTable } from "../parts/DataTable";
import { Exact } from "../parts/Exact";

type Row = DenominatorInput["rows"][number];
const subjectOf = (row: Row) => row.subject;

/** Head count or floor area with the dates it holds for and the document it comes from. */
export function DenominatorRows({ denominator }: { denominator: DenominatorInput }) {
  const { language, t } = usePreferences();
  const title = language === "zh" ? denominator.title : denominator.title_en;
  const unit = unitIn(denominator.unit, language);
  const decimals = decimalsAmong(denominator.rows.map((row) => row.value));
  return (
    <section>
      <h3>{title}</h3>
      {denominator.applied && <p className="secondary">{t("applied", { value: exact(denominator.applied), unit })}</p>}
      {denominator.rows.length === 0 ? (
        <p className="empty">{t("empty_denominator")}</p>
      ) : (
        <DataTable
          label={title}
          rows={denominator.rows}
          rowKey={(row) => `${row.subject} ${row.valid_from}`}
          columns={[
            ...(denominator.rows.some((row) => row.subject) ? [{ key: "subject", title: t("subject"), onCard: true, cell: subjectOf }] : []),
            { key: "from", title: t("valid_from"), onCard: true, cell: (row) => row.valid_from },
            { key: "to", title: t("valid_to"), cell: (row) => row.valid_to ?? t("until_now") },
            {
              key: "value",
              title,
              unit,
              numeric: true,
              onCard: true,
              cell: (row) => <Exact value={row.value} decimals={decimals} />,
            },
            { key: "source", title: t("source"), onCard: true, cell: (row) => row.source },
          ]}
        />
      )}
    </section>
  );
}
