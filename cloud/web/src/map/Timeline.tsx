import { Button } from "antd";
import { type KeyboardEvent, type PointerEvent, useMemo, useState } from "react";
import type { ChartData } from "../charts/data";
import { ChartTable } from "../charts/ChartTable";
import { fixed } from "../format";
import { useTexts } from "../preferences";
import { clockAt, type Journey, momentAt } from "./journey";
import { INSET, SpeedChart } from "./SpeedChart";
import { PACES, type Playback } from "./usePlayback";

const STEP_S = 10;
const PAGE_MS = 300_000;

/** The mean speed of each minute that has fixes: what the chart shows, to be copied. */
function table(journey: Journey, name: string): ChartData {
  const minutes = new Map<string, number[]>();
  journey.fixes.forEach((fix, i) => {
    const minute = clockAt(journey.times[i]!).slice(0, 5);
    minutes.set(minute, [...(minutes.get(minute) ?? []), fix.speed_km_h]);
  });
  const values = [...minutes.values()].map((speeds) => speeds.reduce((a, b) => a + b, 0) / speeds.length);
  return { labels: [...minutes.keys()], unit: "km/h", series: [{ name, colour: "", kind: "bar", values }] };
}

/** Time of the day: played, dragged, or stepped through with the keyboard, over how fast it went. */
export function Timeline({ journey, plate, playback }: { journey: Journey; plate: string; playback: Playback }) {
  const t = useTexts();
  const [asTable, setAsTable] = useState(false);
  const { moment, seek, isPlaying, toggle, pace, setPace, skips, setSkips } = playback;
  const question = t("map_speed_question", { plate });
  const data = useMemo(() => table(journey, t("map_mean_speed")), [journey, t]);
  const at = momentAt(journey, moment);
  const clock = clockAt(moment);
  const words = at?.state === "moving" ? t("map_now_moving", { at: clock, speed: fixed(at.speed, 0) }) : t(at?.state === "lost" ? "map_now_lost" : "map_now_standing", { at: clock });
  const share = (moment - journey.from) / Math.max(1, journey.to - journey.from);

  const page = (event: KeyboardEvent) => {
    const by = { PageUp: PAGE_MS, PageDown: -PAGE_MS }[event.key];
    if (event.key === " ") toggle();
    else if (by !== undefined) seek(moment + by);
    else return;
    event.preventDefault();
  };
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons !== 1) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const area = event.currentTarget.getBoundingClientRect();
    seek(journey.from + ((event.clientX - area.left - INSET) / (area.width - 2 * INSET)) * (journey.to - journey.from));
  };
  return (
    <section className="card timeline" aria-label={question}>
      <div className="playing">
        <Button type="primary" onClick={toggle} aria-keyshortcuts="p" title={t("map_play_keys")}>
          <span aria-hidden="true">{isPlaying ? "❚❚" : "▶"}</span> {t(isPlaying ? "map_pause" : "map_play")}
        </Button>
        <label>
          <span className="caption">{t("map_pace")}</span>
          <select value={pace} onChange={(event) => setPace(Number(event.target.value))}>
            {PACES.map((one) => (
              <option key={one} value={one}>
                {t("map_pace_n", { n: one })}
              </option>
            ))}
          </select>
        </label>
        <label className="check">
          <input type="checkbox" checked={skips} onChange={(event) => setSkips(event.target.checked)} />
          {t("map_skip")}
        </label>
        <output className="moment">{words}</output>
        <span className="spring" />
        <Button size="small" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {t(asTable ? "as_chart" : "as_table")}
        </Button>
      </div>
      {asTable ? (
        <ChartTable data={data} label={question} />
      ) : (
        <div className="speed-area" onPointerDown={drag} onPointerMove={drag}>
          <SpeedChart journey={journey} label={question} />
          <i className="cursor" aria-hidden="true" style={{ left: `calc(${INSET}px + (100% - ${2 * INSET}px) * ${share})` }} />
        </div>
      )}
      <input
        type="range"
        className="time-slider"
        aria-label={t("map_time")}
        aria-valuetext={words}
        min={0}
        max={Math.max(1, Math.round((journey.to - journey.from) / 1000))}
        step={STEP_S}
        value={Math.round((moment - journey.from) / 1000)}
        onChange={(event) => seek(journey.from + Number(event.target.value) * 1000)}
        onKeyDown={page}
      />
      <p className="caption keys">{t("map_play_keys")}</p>
    </section>
  );
}
