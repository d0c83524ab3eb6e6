import { Skeleton } from "antd";
import type { RegionLineage } from "../api";
import { useResource } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import type { Route } from "../route";
import { FactorRow } from "./FactorRow";
import { FigureStatement } from "./FigureStatement";
import { InstitutionsOfFigure } from "./InstitutionsOfFigure";
import { Sheet } from "./Sheet";

/** A figure of the whole region opened: its formula, what each institution adds to it, and the factor. */
export function CitySheet({ region, period, route }: { region: string; period: string; route: Route }) {
  const { language } = usePreferences();
  const { data, problem, retry } = useResource<RegionLineage>(`figures/${route.figure}?period=${period}`);
  const title = data ? (language === "zh" ? data.figure.title : data.figure.title_en) : "";
  const body = () => {
    if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active paragraph={{ rows: 10 }} />;
    return (
      <>
        <FigureStatement figure={data.figure} formula={data.formula} missing={data.missing} />
        <InstitutionsOfFigure lineage={data} route={route} />
        {data.factors.map((one) => <FactorRow key={one.id} factor={one} />)}
      </>
    );
  };
  return (
    <Sheet crumbs={[{ title: `${region} ${title}`, route }]} closed={{ period: route.period }}>
      {body()}
    </Sheet>
  );
}
