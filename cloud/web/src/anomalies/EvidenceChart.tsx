import { Skeleton } from "antd";
import type { EChartsType } from "echarts/core";
import { useEffect, useRef, useState } from "react";
import type { AnomalyFinding } from "../api";
import { unitIn } from "../format";
import { usePreferences } from "../preferences";
import { evidenceOption } from "./evidenceChart";

/** Draws one finding's hours. */
export function EvidenceChart({ finding, label }: { finding: AnomalyFinding; label: string }) {
  const { language, palette, t } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);

  useEffect(() => {
    let made: EChartsType | null = null;
    let gone = false;
    const watcher = new ResizeObserver(() => made?.resize());
    void import("../charts/engine").then(({ init }) => {
      if (gone || !box.current) return;
      made = init(box.current);
      watcher.observe(box.current);
      setChart(made);
    });
    return () => {
      gone = true;
      watcher.disconnect();
      made?.dispose();
    };
  }, []);

  useEffect(() => {
    const words = { actual: t("anomaly_actual"), expected: t("anomaly_expected"), band: t("anomaly_band"), flagged: t("anomaly_flagged") };
    chart?.setOption(evidenceOption(finding, { palette, unit: unitIn(finding.unit, language), words }), { notMerge: true });
  }, [chart, finding, language, palette, t]);

  return (
    <div className="chart">
      {chart === null && <Skeleton.Node active className="chart-loading" />}
      <div className="chart-canvas" ref={box} role="img" aria-label={label} />
    </div>
  );
}
