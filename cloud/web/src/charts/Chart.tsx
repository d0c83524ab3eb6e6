import { Skeleton } from "antd";
import type { EChartsType } from "echarts/core";
import { useEffect, useRef, useState } from "react";
import { scaleFor, unitIn } from "../format";
import { usePreferences } from "../preferences";
import { type ChartData, largest } from "./data";
import { chartOption } from "./option";

/** Draws one chart into its box and keeps it; new numbers replace old ones without a flicker. */
export function Chart({ data, label }: { data: ChartData; label: string }) {
  const { language, palette, t } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);

  useEffect(() => {
    let made: EChartsType | null = null;
    let gone = false;
    const watcher = new ResizeObserver(() => made?.resize());
    void import("./engine").then(({ init }) => {
      if (gone || !box.current) return;
      made = init(box.current);
      watcher.observe(box.current);
      setChart(made);
    });
    return () => {
      gone = true;
      watcher.disconnect();
      made?.dispose();
      setChart(null);
    };
  }, []);

  useEffect(() => {
    const look = {
      palette,
      scale: scaleFor(largest(data), language),
      unit: unitIn(data.unit, language),
      words: { total: t("total"), faint: t("faint_note"), running: t("running_note"), gap: t("gap_note"), rest: t("rest_note") },
    };
    chart?.setOption(chartOption(data, look), { notMerge: true });
  }, [chart, data, language, palette, t]);

  return (
    <div className="chart">
      {chart === null && <Skeleton.Node active className="chart-loading" />}
      <div className="chart-canvas" ref={box} role="img" aria-label={label} />
    </div>
  );
}
