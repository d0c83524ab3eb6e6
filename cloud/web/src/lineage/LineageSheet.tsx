import { Skeleton } from "antd";
import type { Lineage } from "../api";
import { useResource } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import type { Route } from "../route";
import { DenominatorRows } from "./DenominatorRows";
import { FactorRow } from "./FactorRow";
import { FigureStatement } from "./FigureStatement";
import { lastDay, MeterMonths } from "./MeterMonths";
import { MetersOfFigure } from "./MetersOfFigure";
import { Readings } from "./Readings";
import { type Crumb, Sheet } from "./Sheet";

interface Props {
  route: Route;
  period: string;
  today: string;
  name: string;
}

/** One figure of one institution opened: formula and inputs, then a meter with its months and readings. */
export function LineageSheet({ route, period, today, name }: Props) {
  const { language, t } = usePreferences();
  const { data, problem, retry } = useResource<Lineage>(
    `institutions/${route.institution}/figures/${route.figure}?period=${period}`,
  );
  const base = { institution: route.institution, period: route.period };
  const figureRoute = { ...base, figure: route.figure };
  const meterRoute = { ...figureRoute, meter: route.meter };
  const title = data ? (language === "zh" ? data.figure.title : data.figure.title_en) : "";
  const meters = data?.inputs.flatMap((input) => (input.kind === "energy" ? input.meters.map((meter) => ({ meter, unit: input.unit })) : []));
  const chosen = meters?.find(({ meter }) => meter.point_id === route.meter);

  const crumbs: Crumb[] = [
    { title: t("whole_region", { title }), route: { period: route.period, figure: route.figure } },
    { title: `${name} ${title}`, route: figureRoute },
  ];
  if (chosen) crumbs.push({ title: chosen.meter.name, route: meterRoute });

  const body = () => {
    if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active paragraph={{ rows: 10 }} />;
    if (chosen) {
      const date = route.date ?? lastDay(chosen.meter.months.at(-1)?.month ?? today.slice(0, 7), today);
      return (
        <>
          <MeterMonths meter={chosen.meter} unit={chosen.unit} today={today} date={date} route={meterRoute} onBooked={retry} />
          <Readings point={chosen.meter.point_id} date={date} today={today} route={meterRoute} />
        </>
      );
    }
    return (
      <>
        <FigureStatement figure={data.figure} formula={data.formula} missing={data.missing} />
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
