import { Skeleton } from "antd";
import type { Lineage } from "../api";
import { useResource } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import type { Route } from "../route";
import { DenominatorRows } from "./DenominatorRows";
import { FactorRow } from "./FactorRow";
import { FigureStatement } from "./FigureStatement";
import { MeterMonths } from "./MeterMonths";
import { MetersOfFigure } from "./MetersOfFigure";
import { Readings } from "./Readings";
import { type Crumb, Sheet } from "./Sheet";

interface Props {
  route: Route;
  period: string;
  today: string;
  name: string;
}

/** One figure of one institution opened: formula and inputs, then a meter by months, then a day's readings. */
export function LineageSheet({ route, period, today, name }: Props) {
  const { language } = usePreferences();
  const { data, problem, retry } = useResource<Lineage>(
    `institutions/${route.institution}/figures/${route.figure}?period=${period}`,
  );
  const base = { institution: route.institution, period: route.period };
  const figureRoute = { ...base, figure: route.figure };
  const meterRoute = { ...figureRoute, meter: route.meter };
  const title = data ? (language === "zh" ? data.figure.title : data.figure.title_en) : "";
  const meters = data?.inputs.flatMap((input) => (input.kind === "energy" ? input.meters.map((meter) => ({ meter, unit: input.unit })) : []));
  const chosen = meters?.find(({ meter }) => meter.point_id === route.meter);

  const crumbs: Crumb[] = [{ title: `${name} ${title}`, route: figureRoute }];
  if (chosen) crumbs.push({ title: chosen.meter.name, route: meterRoute });
  if (chosen && route.date) crumbs.push({ title: route.date, route: { ...meterRoute, date: route.date } });

  const body = () => {
    if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active paragraph={{ rows: 10 }} />;
    if (chosen && route.date) return <Readings point={chosen.meter.point_id} date={route.date} today={today} route={meterRoute} />;
    if (chosen) return <MeterMonths meter={chosen.meter} unit={chosen.unit} today={today} route={meterRoute} />;
    return (
      <>
        <FigureStatement lineage={data} />
        {data.inputs.map((input, index) => {
          if (input.kind === "factor") return <FactorRow key={index} factor={input} />;
          if (input.kind === "denominator") return <DenominatorRows key={index} denominator={input} />;
          return <MetersOfFigure key={index} energy={input} route={figureRoute} />;
        })}
      </>
    );
  };
  return (
    <Sheet crumbs={crumbs} closed={base}>
      {body()}
    </Sheet>
  );
}
