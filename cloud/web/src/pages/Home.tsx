import type { FigureKey, Live, Overview } from "../api";
import { useResource } from "../client";
import { CityLoad } from "../home/CityLoad";
import { InstitutionsTable } from "../home/InstitutionsTable";
import { RankedDots } from "../home/RankedDots";
import { CitySheet } from "../lineage/CitySheet";
import { KeyFigures } from "../parts/KeyFigures";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import { go, type Route } from "../route";
import { todayInChina } from "../parts/PeriodPicker";

const SHOWN: FigureKey[] = ["energy_per_capita", "energy_per_area", "energy", "electricity", "water", "pv"];

/** The city on one screen: key figures, today's load, every institution. */
export function Home({ route }: { route: Route }) {
  const t = useTexts();
  const period = route.period ?? todayInChina().slice(0, 4);
  const overview = useResource<Overview>(`overview?period=${period}`, 10_000);
  const live = useResource<Live>("live", 5_000);
  const { data, problem, retry } = overview;
  if (data === null && problem) return <ProblemPanel problem={problem} onRetry={retry} />;
  const figures = data && SHOWN.flatMap((key) => data.figures.find((figure) => figure.key === key) ?? []);
  const moment = live.data ?? data?.live ?? null;
  return (
    <div className="home">
      <h1 className="only-read">{t("city_overview")}</h1>
      {problem && <StaleNote problem={problem} onRetry={retry} />}
      <KeyFigures figures={figures} expected={SHOWN.length} onOpen={(figure) => go({ ...route, figure: figure.key })} />
      <div className="city">
      <InstitutionsTable rows={data?.institutions ?? null} route={{ ...route, period }} />
      <CityLoad live={moment} problem={problem ? null : live.problem} onRetry={live.retry} />
      <RankedDots rows={data?.institutions ?? null} figures={data?.figures ?? []} period={period} />
      </div>
      {data && route.figure && <CitySheet key={route.figure} region={data.region.name} period={period} route={route} />}
    </div>
  );
}
