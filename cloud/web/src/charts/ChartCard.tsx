import { Button } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
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

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
      if (event.key.toLowerCase() !== "t" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
      const aimed = document.querySelector(AIMED);
      if (aimed === null || card.current?.matches(AIMED)) setAsTable((old) => !old);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  const body = () => {
    if (failure) return failure;
    if (data === null) return <div className="chart skeleton" aria-busy="true" />;
    if (isEmpty(data)) return <p className="empty">{empty}</p>;
    return asTable ? <ChartTable data={data} label={title} /> : <Chart data={data} label={title} />;
  };
  return (
    <section className={`card chart-card ${className}`} ref={card}>
      <header>
        <h2>{title}</h2>
        {aside}
        <Button size="small" aria-pressed={asTable} onClick={() => setAsTable(!asTable)} title={t("key_t")}>
          {asTable ? t("as_chart") : t("as_table")}
        </Button>
      </header>
      {controls}
      {body()}
      {data && !asTable && <ChartLegend data={data} />}
    </section>
  );
}
