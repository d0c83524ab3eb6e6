import { Skeleton, Tooltip } from "antd";
import type { Meter } from "../api";
import { exact, fixed, secondsOf, dateOf, UNKNOWN } from "../format";
import { Completeness } from "../parts/Completeness";
import { type Column, DataTable } from "../parts/DataTable";
import { EndUseMark } from "../parts/EndUseMark";
import { StateMark } from "../parts/StateMark";
import { usePreferences } from "../preferences";
import type { Language, Translate } from "../texts";

const WORST_FIRST = { bad: 0, watch: 1, unknown: 2, good: 3 };

function age(meter: Meter, at: string | null, t: Translate): string {
  if (meter.last_at === null || at === null) return t("never_read");
  const seconds = Math.max(0, Math.round((Date.parse(at) - Date.parse(meter.last_at)) / 1000));
  if (seconds < 60) return t("seconds_ago", { n: seconds });
  if (seconds < 3600) return t("minutes_ago", { n: Math.floor(seconds / 60) });
  if (seconds < 86_400) return t("hours_ago", { n: Math.floor(seconds / 3600) });
  return dateOf(meter.last_at);
}

function columnsFor(at: string | null, onOpen: (meter: Meter) => void, language: Language, t: Translate): Column<Meter>[] {
  return [
    {
      key: "name",
      title: t("meter"),
      onCard: true,
      sortBy: (meter) => meter.name,
      cell: (meter) => (
        <>
          <button type="button" className="link" onClick={() => onOpen(meter)}>
            {meter.name}
          </button>
          <span className="caption kind">{meter.device}</span>
        </>
      ),
    },
    {
      key: "state",
      title: t("state"),
      onCard: true,
      sortBy: (meter) => WORST_FIRST[meter.state],
      cell: (meter) => <StateMark state={meter.state} reason={language === "zh" ? meter.state_reason : meter.state_reason_en} />,
    },
    { key: "building", title: t("building"), sortBy: (meter) => meter.building, cell: (meter) => meter.building },
    { key: "end_use", title: t("end_use"), sortBy: (meter) => meter.end_use, cell: (meter) => <EndUseMark endUse={meter.end_use} /> },
    {
      key: "template",
      title: t("model"),
      sortBy: (meter) => meter.template_title,
      cell: (meter) => (language === "zh" ? meter.template_title : meter.template_title_en),
    },
    {
      key: "age",
      title: t("last_reading"),
      numeric: true,
      sortBy: (meter) => meter.last_at,
      cell: (meter) => (
        <Tooltip title={meter.last_at ? `${dateOf(meter.last_at)} ${secondsOf(meter.last_at)}` : ""}>
          <span>{age(meter, at, t)}</span>
        </Tooltip>
      ),
    },
    {
      key: "counter",
      title: t("counter"),
      numeric: true,
      sortBy: (meter) => (meter.counter ? Number(meter.counter.value) : null),
      cell: (meter) =>
        meter.counter ? (
          <Tooltip title={`${exact(meter.counter.value)} ${meter.counter.unit}`}>
            <span className="figure">
              {fixed(Number(meter.counter.value), 2)}
              <span className="unit">{meter.counter.unit}</span>
            </span>
          </Tooltip>
        ) : (
          UNKNOWN
        ),
    },
    {
      key: "power",
      title: t("power"),
      unit: "kW",
      numeric: true,
      onCard: true,
      sortBy: (meter) => meter.power_w,
      cell: (meter) => (meter.power_w === null ? UNKNOWN : fixed(meter.power_w / 1000, 2)),
    },
    {
      key: "completeness",
      title: t("complete"),
      numeric: true,
      sortBy: (meter) => meter.completeness,
      cell: (meter) => <Completeness share={meter.completeness} />,
    },
  ];
}

interface Props {
  meters: Meter[] | null;
  at: string | null;
  onOpen: (meter: Meter) => void;
}

/** Every meter of the institution with its state in sign, colour and word. */
export function MetersTable({ meters, at, onOpen }: Props) {
  const { language, t } = usePreferences();
  const body = () => {
    if (meters === null) return <Skeleton active title={false} paragraph={{ rows: 6, width: "100%" }} />;
    if (meters.length === 0) return <p className="empty">{t("empty_meters")}</p>;
    return (
      <DataTable
        label={t("meters")}
        columns={columnsFor(at, onOpen, language, t)}
        rows={meters}
        rowKey={(meter) => meter.point_id}
        initialSort={{ key: "state", descending: false }}
        onOpen={onOpen}
      />
    );
  };
  return (
    <section className="card meters">
      <header>
        <h2>{meters ? t("meters_count", { n: meters.length }) : t("meters")}</h2>
      </header>
      {body()}
    </section>
  );
}
