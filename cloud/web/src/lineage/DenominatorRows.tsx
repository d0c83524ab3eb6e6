import type { DenominatorInput } from "../api";
import { exact, unitIn } from "../format";
import { usePreferences } from "../preferences";
import { DataTable } from "../parts/DataTable";

type Row = DenominatorInput["rows"][number];
const subjectOf = (row: Row) => row.subject;

/** Head count or floor area with the dates it holds for and the document it comes from. */
export function DenominatorRows({ denominator }: { denominator: DenominatorInput }) {
  const { language, t } = usePreferences();
  return (
    <section>
      <h3>{denominator.title}</h3>
      {denominator.applied && <p className="secondary">{t("applied", { value: exact(denominator.applied) })}</p>}
      {denominator.rows.length === 0 ? (
        <p className="empty">{t("empty_denominator")}</p>
      ) : (
        <DataTable
          label={denominator.title}
          rows={denominator.rows}
          rowKey={(row) => `${row.subject} ${row.valid_from}`}
          columns={[
            ...(denominator.rows.some((row) => row.subject) ? [{ key: "subject", title: t("subject"), onCard: true, cell: subjectOf }] : []),
            {
              key: "value",
              title: t("value"),
              onCard: true,
              cell: (row) => (
                <span className="figure">
                  {exact(row.value)}
                  <span className="unit">{unitIn(row.unit, language)}</span>
                </span>
              ),
            },
            { key: "from", title: t("valid_from"), onCard: true, cell: (row) => row.valid_from },
            { key: "to", title: t("valid_to"), cell: (row) => row.valid_to ?? t("until_now") },
            { key: "source", title: t("source"), onCard: true, cell: (row) => row.source },
          ]}
        />
      )}
    </section>
  );
}
