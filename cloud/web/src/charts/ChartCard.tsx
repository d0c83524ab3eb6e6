import { Button } from "antd";
import { type ReactNode, useRef, useState } from "react";
import { useKey } from "../keys";
import { useTexts } from "../preferences";
import { Chart } from "./Chart";
import { ChartTable } from "./ChartTable";
import { ChartLegend } from "./ChartLegend";
import { type ChartData, isEmpty } from "./data";

interface Props {
  title: string;
  data: ChartData | null;
  /** right of the title */
  aside?: ReactNode;
  /** between title and chart: switches, ranges, the legend */
  controls?: ReactNode;
  /** what will be here and how it gets here */
  empty: string;
  failure?: ReactNode;
  className?: string;
}

const AIMED = ".chart-card:hover, .chart-card:focus-within";

/** A chart under the question it answers; its table is one button, or the key T, away. */
export function ChartCard({ title, data, aside, controls, empty, failure, className = "" }: Props) {
  const t = useTexts();
  const [asTable, setAsTable] = useState(false);
  const card = useRef<HTMLElement>(null);

  useKey("t", () => {
    const aimed = document.querySelector(AIMED);
    if (aimed === null || card.current?.matches(AIMED)) setAsTable((old) => !old);
  });

  const filled = data !== null && !failure && !isEmpty(data);
  const body = () => {
    if (failure) return failure;
    if (data === null) return <div className="chart skeleton" aria-busy="true" />;
    if (!filled) return <p className="empty">{empty}</p>;
    return asTable ? <ChartTable data={data} label={title} /> : <Chart data={data} label={title} />;
  };
  return (
    <section className={`card chart-card ${className}`} ref={card}>
      <header>
        <h2>{title}</h2>
        {aside}
        {filled && (
          <Button size="small" aria-pressed={asTable} aria-keyshortcuts="t" onClick={() => setAsTable(!asTable)} title={t("key_t")}>
            {asTable ? t("as_chart") : t("as_table")}
          </Button>
        )}
      </header>
      {controls}
      {body()}
      {filled && !asTable && <ChartLegend data={data} />}
    </section>
  );
}
