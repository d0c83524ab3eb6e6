import { Input, type InputRef, Skeleton } from "antd";
import { useRef, useState } from "react";
import type { FigureKey, InstitutionRow } from "../api";
import { fixed, scaledUnit, scaleFor, unitIn, UNKNOWN } from "../format";
import { useKey } from "../keys";
import { Completeness } from "../parts/Completeness";
import { type Column, DataTable } from "../parts/DataTable";
import { FigureValue } from "../parts/FigureValue";
import { usePreferences } from "../preferences";
import { go, href, type Route } from "../route";

const COLUMNS = ["energy_per_capita", "energy_per_area", "electricity", "water"] as const satisfies FigureKey[];

function useColumns(rows: InstitutionRow[], route: Route): Column<InstitutionRow>[] {
  const { language, t } = usePreferences();
  const figures = COLUMNS.map((key): Column<InstitutionRow> => {
    const known = rows.map((row) => Number(row.figures[key]?.value ?? 0));
    const scale = scaleFor(Math.max(0, ...known), language);
    const unit = rows.find((row) => row.figures[key])?.figures[key]?.unit ?? "";
    return {
      key,
      title: t(`column_${key}`),
      unit: scaledUnit(scale, unitIn(unit, language)),
      numeric: true,
      onCard: key === "energy_per_capita" || key === "electricity",
      sortBy: (row) => (row.figures[key]?.value ? Number(row.figures[key]?.value) : null),
      cell: (row) => {
        const figure = row.figures[key];
        if (!figure) return UNKNOWN;
        return <FigureValue figure={figure} scale={scale} onOpen={() => go({ institution: row.id, period: route.period, figure: key })} />;
      },
    };
  });
  return [
    {
      key: "name",
      title: t("institution"),
      onCard: true,
      sortBy: (row) => row.name,
      cell: (row) => (
        <>
          <a href={href({ institution: row.id, period: route.period })}>{row.name}</a>
          <span className="caption kind">{language === "zh" ? row.kind : row.kind_en}</span>
        </>
      ),
    },
    ...figures,
    {
      key: "completeness",
      title: t("complete"),
      numeric: true,
      sortBy: (row) => row.figures.electricity?.completeness ?? null,
      cell: (row) => <Completeness share={row.figures.electricity?.completeness ?? null} />,
    },
    {
      key: "power",
      title: t("power_now"),
      unit: "kW",
      numeric: true,
      sortBy: (row) => row.live_power_w,
      cell: (row) => (row.live_power_w === null ? UNKNOWN : fixed(row.live_power_w / 1000, 1)),
    },
    {
      key: "online",
      title: t("online"),
      numeric: true,
      sortBy: (row) => (row.meters_total ? row.meters_online / row.meters_total : null),
      cell: (row) => (
        <span className={row.meters_online < row.meters_total ? "watch" : ""}>
          {row.meters_online < row.meters_total && <span aria-hidden="true">▲ </span>}
          {row.meters_online}/{row.meters_total}
        </span>
      ),
    },
  ];
}

/** Every institution in one sortable table; "/" jumps to its filter. */
export function InstitutionsTable({ rows, route }: { rows: InstitutionRow[] | null; route: Route }) {
  const { t } = usePreferences();
  const [filter, setFilter] = useState("");
  const field = useRef<InputRef>(null);
  const columns = useColumns(rows ?? [], route);

  useKey("/", () => field.current?.focus());

  const words = filter.trim().toLowerCase();
  const shown = rows?.filter((row) => `${row.name} ${row.code} ${row.kind} ${row.kind_en}`.toLowerCase().includes(words));
  const body = () => {
    if (!shown) return <Skeleton active title={false} paragraph={{ rows: 12, width: "100%" }} />;
    if (rows?.length === 0) return <p className="empty">{t("empty_institutions")}</p>;
    if (shown.length === 0) return <p className="empty">{t("empty_filter", { filter })}</p>;
    return (
      <DataTable
        label={t("institutions")}
        columns={columns}
        rows={shown}
        rowKey={(row) => row.id}
        initialSort={{ key: "electricity", descending: true }}
        onOpen={(row) => go({ institution: row.id, period: route.period })}
      />
    );
  };
  return (
    <section className="card institutions">
      <header>
        <h2>{rows ? t("institutions_count", { n: rows.length }) : t("institutions")}</h2>
        <span className="spring" />
        <Input
          ref={field}
          size="small"
          type="search"
          className="filter"
          aria-label={t("filter")}
          aria-keyshortcuts="/"
          placeholder={t("filter_hint")}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </header>
      {body()}
    </section>
  );
}
