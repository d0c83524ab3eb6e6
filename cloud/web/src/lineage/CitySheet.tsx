import type { FigureKey, InstitutionRow, Overview } from "../api";
import { scaledUnit, scaleFor, unitIn, UNKNOWN } from "../format";
import { Completeness } from "../parts/Completeness";
import { DataTable } from "../parts/DataTable";
import { FigureValue, useReason } from "../parts/FigureValue";
import { usePreferences } from "../preferences";
import { go, href, type Route } from "../route";
import { Sheet } from "./Sheet";

/** A figure of the whole city: what each institution adds to it; each opens its own lineage. */
export function CitySheet({ overview, route }: { overview: Overview; route: Route }) {
  const { language, t } = usePreferences();
  const reason = useReason();
  const key = route.figure as FigureKey;
  const figure = overview.figures.find((one) => one.key === key);
  if (!figure) return null;
  const rows = overview.institutions.filter((row) => row.figures[key]);
  const scale = scaleFor(Math.max(0, ...rows.map((row) => Number(row.figures[key]?.value ?? 0))), language);
  const target = (row: InstitutionRow) => ({ institution: row.id, period: route.period, figure: key });
  const name = language === "zh" ? figure.title : figure.title_en;
  const ratio = figure.unit.includes("/");
  return (
    <Sheet crumbs={[{ title: `${overview.region.name} ${name}`, route }]} closed={{ period: route.period }}>
      <section className="statement">
        <div className="big">
          <FigureValue figure={figure} />
        </div>
        {figure.value === null ? <p>{reason(figure)}</p> : <Completeness share={figure.completeness} worded />}
        {figure.value !== null && figure.reason && <p className="secondary">▲ {reason(figure)}</p>}
        <div className="formula">{t(ratio ? "city_ratio" : "city_sum", { name, n: rows.length })}</div>
      </section>
      <DataTable
        label={name}
        rows={rows}
        rowKey={(row) => row.id}
        onOpen={(row) => go(target(row))}
        initialSort={{ key: "value", descending: true }}
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
          {
            key: "value",
            title: name,
            unit: scaledUnit(scale, unitIn(figure.unit, language)),
            numeric: true,
            onCard: true,
            sortBy: (row) => (row.figures[key]?.value ? Number(row.figures[key]?.value) : null),
            cell: (row) => {
              const own = row.figures[key];
              return own ? <FigureValue figure={own} scale={scale} /> : UNKNOWN;
            },
          },
          {
            key: "completeness",
            title: t("complete"),
            numeric: true,
            onCard: true,
            sortBy: (row) => row.figures[key]?.completeness ?? null,
            cell: (row) => <Completeness share={row.figures[key]?.completeness ?? null} />,
          },
        ]}
      />
    </Sheet>
  );
}
