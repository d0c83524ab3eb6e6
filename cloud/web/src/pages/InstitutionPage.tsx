import { Skeleton } from "antd";
import type { Institution } from "../api";
import { useResource } from "../client";
import { Corrections } from "../institution/Corrections";
import { InstitutionHeading } from "../institution/InstitutionHeading";
import { LoadCards } from "../institution/LoadCards";
import { MetersTable } from "../institution/MetersTable";
import { LineageSheet } from "../lineage/LineageSheet";
import { MeterSheet } from "../lineage/MeterSheet";
import { KeyFigures } from "../parts/KeyFigures";
import { todayInChina } from "../parts/PeriodPicker";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { dateOf } from "../format";
import { useTexts } from "../preferences";
import { go, href, type Route } from "../route";

/** One institution: its figures, its curves, its meters. */
export function InstitutionPage({ id, route }: { id: number; route: Route }) {
  const t = useTexts();
  const period = route.period ?? todayInChina().slice(0, 4);
  const { data, problem, retry } = useResource<Institution>(`institutions/${id}?period=${period}`, 10_000);
  if (data === null && problem?.status === 404)
    return (
      <>
        <ProblemPanel problem={problem} />
        <p className="way-back">
          <a href={href({ period: route.period })}>‹ {t("city_overview")}</a>
        </p>
      </>
    );
  if (data === null && problem) return <ProblemPanel problem={problem} onRetry={retry} />;
  const today = data ? dateOf(data.live.at) : todayInChina();
  const meter = !route.figure && data?.meters.find((one) => one.point_id === route.meter);
  return (
    <div className="institution">
      {problem && <StaleNote problem={problem} onRetry={retry} />}
      {data ? <InstitutionHeading held={data} period={route.period} /> : <Skeleton active paragraph={{ rows: 1 }} />}
      <KeyFigures figures={data?.figures ?? null} expected={8} onOpen={(figure) => go({ ...route, figure: figure.key })} />
      <LoadCards id={id} today={today} />
      <MetersTable meters={data?.meters ?? null} at={data?.live.at ?? null} onOpen={(meter) => go({ ...route, meter: meter.point_id, date: today })} />
      <Corrections id={id} onBooked={retry} />
      {route.figure && <LineageSheet key={route.figure} route={route} period={period} today={today} name={data?.institution.name ?? ""} />}
      {meter && <MeterSheet meter={meter.point_id} name={meter.name} route={route} today={today} />}
    </div>
  );
}
