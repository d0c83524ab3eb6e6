import type { EnergyInput, EnergyMeter } from "../api";
import { decimalsAmong, exact, UNKNOWN } from "../format";
import { Completeness } from "../parts/Completeness";
import { DataTable } from "../parts/DataTable";
import { EndUseMark } from "../parts/EndUseMark";
import { Exact } from "../parts/Exact";
import { usePreferences } from "../preferences";
import { Replacements } from "./Replacements";
import { Shares } from "./Shares";
import { go, href, type Route } from "../route";

/** The meters a figure is summed from; each opens its months. */
export function MetersOfFigure({ energy, route }: { energy: EnergyInput; route: Partial<Route> }) {
  const { language, t } = usePreferences();
  const title = language === "zh" ? energy.title : energy.title_en;
  const decimals = decimalsAmong(energy.meters.map((meter) => meter.total));
  const target = (meter: EnergyMeter) => ({ ...route, meter: meter.point_id });
  return (
    <section>
      <h3>{title}</h3>
      <p className="secondary">
        {t("sum_of_meters", { n: energy.meters.length, total: energy.total === null ? UNKNOWN : exact(energy.total), unit: energy.unit })}
      </p>
      {energy.meters.length === 0 ? (
        <p className="empty">{t("empty_meters")}</p>
      ) : (
        <DataTable
          label={title}
          rows={energy.meters}
          rowKey={(meter) => meter.point_id}
          onOpen={(meter) => go(target(meter))}
          initialSort={{ key: "total", descending: true }}
          columns={[
            {
              key: "name",
              title: t("meter"),
              onCard: true,
              sortBy: (meter) => meter.name,
              cell: (meter) => (
                <a href={href(target(meter))} onClick={(event) => event.stopPropagation()}>
                  {meter.name}
                </a>
              ),
            },
            { key: "building", title: t("building"), sortBy: (meter) => meter.building, cell: (meter) => meter.building },
            { key: "end_use", title: t("end_use"), sortBy: (meter) => meter.end_use, cell: (meter) => <EndUseMark endUse={meter.end_use} /> },
            {
              key: "total",
              title: t("amount"),
              unit: energy.unit,
              numeric: true,
              onCard: true,
              sortBy: (meter) => (meter.total === null ? null : Number(meter.total)),
              cell: (meter) => <Exact value={meter.total} decimals={decimals} />,
            },
            {
              key: "completeness",
              title: t("complete"),
              numeric: true,
              onCard: true,
              sortBy: (meter) => meter.completeness,
              cell: (meter) => <Completeness share={meter.completeness} />,
            },
          ]}
        />
      )}
      {energy.meters.map((meter) => (
        <Shares key={meter.point_id} meter={meter} named />
      ))}
      {energy.meters.map((meter) => (
        <Replacements key={meter.point_id} meter={meter} unit={energy.unit} named />
      ))}
    </section>
  );
}
