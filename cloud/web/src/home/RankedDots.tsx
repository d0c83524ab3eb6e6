import { Segmented, Skeleton } from "antd";
import { useState } from "react";
import type { Figure, FigureKey, InstitutionRow } from "../api";
import { unitIn } from "../format";
import { FigureValue } from "../parts/FigureValue";
import { usePreferences } from "../preferences";
import { href } from "../route";

const METRICS = ["energy_per_area", "energy_per_capita"] as const satisfies FigureKey[];

interface Props {
  rows: InstitutionRow[] | null;
  figures: Figure[];
  period: string;
}

/** Institutions as dots on one scale, the city's own figure as the dashed line; unknown ones are named, not placed. */
export function RankedDots({ rows, figures, period }: Props) {
  const { language, t } = usePreferences();
  const [metric, setMetric] = useState<(typeof METRICS)[number]>("energy_per_area");
  const city = figures.find((figure) => figure.key === metric);
  const known = (rows ?? [])
    .flatMap((row) => {
      const figure = row.figures[metric];
      return figure?.value ? [{ row, figure, value: Number(figure.value) }] : [];
    })
    .toSorted((a, b) => b.value - a.value);
  const unknown = (rows ?? []).filter((row) => !row.figures[metric]?.value);
  const end = Math.max(1e-9, Number(city?.value ?? 0), ...known.map((one) => one.value)) * 1.02;
  const place = (value: number) => `${(value / end) * 100}%`;
  const body = () => {
    if (rows === null) return <Skeleton active title={false} paragraph={{ rows: 8, width: "100%" }} />;
    if (known.length === 0) return <p className="empty">{t("empty_ranking")}</p>;
    return (
      <ol className="dots">
        {known.map(({ row, figure, value }) => (
          <li key={row.id}>
            <a href={href({ institution: row.id, period })}>{row.name}</a>
            <span className="axis" aria-hidden="true">
              {city?.value && <span className="city" style={{ left: place(Number(city.value)) }} />}
              <span className={(figure.completeness ?? 0) < 0.9 ? "dot hollow" : "dot"} style={{ left: place(value) }} />
            </span>
            <FigureValue figure={figure} scale={{ divisor: 1, prefix: "" }} />
          </li>
        ))}
      </ol>
    );
  };
  return (
    <section className="card ranking">
      <header>
        <h2>
          {t(`ranking_${metric}`)} <span className="unit">{city && unitIn(city.unit, language)}</span>
        </h2>
        <span className="spring" />
        <Segmented
          size="small"
          value={metric}
          onChange={setMetric}
          options={METRICS.map((value) => ({ value, label: t(`per_${value}`) }))}
        />
      </header>
      {body()}
      {known.length > 0 && (
        <p className="caption">
          {t("ranking_note")}
          {unknown.length > 0 && t("ranking_unknown", { names: unknown.map((row) => row.name).join(t("list_comma")) })}
        </p>
      )}
    </section>
  );
}
