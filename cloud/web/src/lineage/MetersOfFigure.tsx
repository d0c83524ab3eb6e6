import type { EnergyInput, EnergyMeter } from "../api";
import { exact, exactColumn, UNKNOWN } from "../format";
import { Completeness } from "../parts/Completeness";
import { DataTable } from "../parts/DataTable";
import { EndUseMark } from "../parts/EndUseMark";
import { useTexts } from "../preferences";
import { go, href, type Route } from "../route";

/** The meters a figure is summed from; each opens its months. */
export function MetersOfFigure({ energy, route }: { energy: EnergyInput; route: Partial<Route> }) {
  const t = useTexts();
  const written = exactColumn(energy.meters.map((meter) => meter.total));
  const target = (meter: EnergyMeter) => ({ ...route, meter: meter.point_id });
  return (
    <section>
      <h3>{energy.title}</h3>
      <p className="secondary">
        {t("sum_of_meters", { n: energy.meters.length, total: energy.total === null ? UNKNOWN : exact(energy.total), unit: energy.unit })}
      </p>
      {energy.meters.length === 0 ? (
        <p className="empty">{t("empty_meters")}</p>
      ) : (
        <DataTable
          label={energy.title}
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
              cell: (meter) => written(meter.total),
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
    </section>
  );
}
