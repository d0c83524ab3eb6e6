import { memo, useLayoutEffect, useRef, useState } from "react";
import { STATES } from "../tokens";
import { usePreferences } from "../preferences";
import { clockAt, type Journey } from "./journey";

const HEIGHT = 92;
const TOP = 14;
const BOTTOM = 18; // the axis
const HOUR_MS = 3_600_000;
const LABEL_PX = 64;
export const INSET = 8; // half of the slider's thumb, so that it stands over its moment

/** How fast it went, on the same axis as the slider under it: gaps hatched, stops banded, violations marked. */
export const SpeedChart = memo(function SpeedChart({ journey, label }: { journey: Journey; label: string }) {
  const { palette } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const watcher = new ResizeObserver(() => box.current && setWidth(box.current.clientWidth));
    if (box.current) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);

  const span = Math.max(1, journey.to - journey.from);
  const most = Math.max(20, Math.ceil(journey.fastest / 20) * 20);
  const x = (time: number) => INSET + ((time - journey.from) / span) * (width - 2 * INSET);
  const y = (speed: number) => TOP + (1 - speed / most) * (HEIGHT - TOP - BOTTOM);
  const base = HEIGHT - BOTTOM;

  const runs: number[][] = [];
  journey.times.forEach((_, i) => {
    if (i === 0 || !journey.joined[i - 1]) runs.push([]);
    runs.at(-1)!.push(i);
  });
  const lineOf = (run: number[]) => run.map((i) => `${x(journey.times[i]!).toFixed(1)} ${y(journey.fixes[i]!.speed_km_h).toFixed(1)}`).join("L");
  const areaOf = (run: number[]) => `M${x(journey.times[run[0]!]!).toFixed(1)} ${base}L${lineOf(run)}L${x(journey.times[run.at(-1)!]!).toFixed(1)} ${base}Z`;
  const step = [0.25, 0.5, 1, 2, 3, 6].find((hours) => (hours * HOUR_MS * (width - 2 * INSET)) / span > LABEL_PX) ?? 6;
  const ticks: number[] = [];
  const offset = 8 * HOUR_MS;
  for (let at = Math.ceil((journey.from + offset) / (step * HOUR_MS)) * step * HOUR_MS - offset; at <= journey.to; at += step * HOUR_MS) ticks.push(at);
  return (
    <div className="speed-chart" ref={box}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={label}>
          <defs>
            <pattern id="map-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <line x1="0" y1="0" x2="0" y2="6" stroke={palette.past} strokeWidth="1.5" />
            </pattern>
          </defs>
          {journey.parts
            .filter((part) => part.kind === "stop")
            .map((part) => (
              <rect key={part.from} x={x(part.from)} y={TOP} width={Math.max(0, x(part.to) - x(part.from))} height={base - TOP} fill={palette.rest} />
            ))}
          {journey.gaps.map((gap) => (
            <rect key={gap.from} x={x(gap.from)} y={TOP} width={Math.max(1, x(gap.to) - x(gap.from))} height={base - TOP} fill="url(#map-hatch)" opacity="0.55" />
          ))}
          {[most, most / 2].map((speed) => (
            <g key={speed}>
              <line x1={INSET} x2={width - INSET} y1={y(speed)} y2={y(speed)} stroke={palette.line} />
              <text x={INSET + 2} y={y(speed) - 3} className="axis">
                {speed}
                {speed === most && " km/h"}
              </text>
            </g>
          ))}
          {runs.map((run) => (
            <path key={run[0]} d={areaOf(run)} fill={palette.primary} opacity="0.16" />
          ))}
          {runs.map((run) => (
            <path key={run[0]} d={`M${lineOf(run)}`} fill="none" stroke={palette.primary} strokeWidth="1.25" />
          ))}
          <line x1={INSET} x2={width - INSET} y1={base} y2={base} stroke={palette.border} />
          {ticks.map((at) => (
            <g key={at}>
              <line x1={x(at)} x2={x(at)} y1={base} y2={base + 4} stroke={palette.border} />
              <text x={x(at)} y={HEIGHT - 4} className="axis" textAnchor={x(at) < 24 ? "start" : x(at) > width - 24 ? "end" : "middle"}>
                {clockAt(at).slice(0, 5)}
              </text>
            </g>
          ))}
          {journey.parts
            .filter((part) => part.kind === "event")
            .map((part) => (
              <rect key={part.number} x={x(part.from) - 4} y="3" width="8" height="8" fill={STATES.bad.colour} />
            ))}
        </svg>
      )}
    </div>
  );
});
