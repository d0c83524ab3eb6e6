import type { InstitutionPart, RegionLineage } from "../api";
import { decimalsAmong, exact, scaleFor, unitIn, UNKNOWN } from "../format";
import { Completeness } from "../parts/Completeness";
import { type Column, DataTable } from "../parts/DataTable";
import { Exact } from "../parts/Exact";
import { FigureValue } from "../parts/FigureValue";
import { usePreferences } from "../preferences";
import { go, href, type Route } from "../route";

/** What each institution adds to a figure of the region; each opens its own lineage. */
export function InstitutionsOfFigure({ lineage, route }: { lineage: RegionLineage; route: Route }) {
  const { language, t } = usePreferences();
  const { amount, denominator, figure, institutions } = lineage;
  const target = (row: InstitutionPart) => ({ institution: row.id, period: route.period, figure: figure.key });
  const titleOf = (thing: { title: string; title_en: string }) => (language === "zh" ? thing.title : thing.title_en);
  const counted = institutions.filter((row) => row.counted);

  const exactly = (key: "amount" | "denominator", of: { title: string; title_en: string; unit: string }): Column<InstitutionPart> => {
    const decimals = decimalsAmong(institutions.map((row) => row[key]));
    return {
      key,
      title: titleOf(of),
      unit: unitIn(of.unit, language),
      numeric: true,
      onCard: true,
      sortBy: (row) => (row[key] === null ? null : Number(row[key])),
      cell: (row) => <Exact value={row[key]} decimals={decimals} />,
    };
  };
  const scale = scaleFor(Math.max(0, ...institutions.map((row) => Number(row.figure.value ?? 0))), language);
  const itself: Column<InstitutionPart> = {
    key: "figure",
    title: titleOf(figure),
    unit: `${scale.prefix}${scale.prefix && " "}${unitIn(figure.unit, language)}`,
    numeric: true,
    onCard: true,
    sortBy: (row) => (row.figure.value === null ? null : Number(row.figure.value)),
    cell: (row) => <FigureValue figure={row.figure} scale={scale} />,
  };
  const isSum = figure.key === "electricity" || figure.key === "water" || figure.key === "pv";
  return (
    <section>
      <h3>{t("institutions")}</h3>
      <p className="secondary">
        {t("sum_of_institutions", { n: counted.length, title: titleOf(amount), total: amount.total === null ? UNKNOWN : exact(amount.total), unit: amount.unit })}
        {denominator &&
          t("and_sum", { title: titleOf(denominator), total: denominator.total === null ? UNKNOWN : exact(denominator.total), unit: unitIn(denominator.unit, language) })}
      </p>
      <DataTable
        label={t("institutions")}
        rows={institutions}
        rowKey={(row) => row.id}
        onOpen={(row) => go(target(row))}
        initialSort={{ key: isSum ? "amount" : "figure", descending: true }}
        columns={[
          {
            key: "name",
            title: t("institution"),
            onCard: true,
            sortBy: (row) => row.name,
            cell: (row) => (
              <a href={href(target(row))} onClick={(event) => event.stopPropagation()}>
                {row.name}
              </a>
            ),
          },
          exactly("amount", amount),
          ...(denominator ? [exactly("denominator", denominator)] : []),
          ...(isSum ? [] : [itself]),
          {
            key: "completeness",
            title: t("complete"),
            numeric: true,
            onCard: true,
            sortBy: (row) => row.figure.completeness,
            cell: (row) => <Completeness share={row.figure.completeness} />,
          },
        ]}
      />
    </section>
  );
}
