import { useState } from "react";
import { fixed } from "../format";
import { usePreferences } from "../preferences";
import { useKinds } from "../records/kinds";
import { useShown, useTitlesOf } from "../records/Shown";
import { STATES } from "../tokens";
import { clockAt, type Journey, type Part } from "./journey";
import { SYSTEM_NAMES, type SystemKey } from "./systems";
import type { Happened, Track } from "./wire";

interface Props {
  journey: Journey;
  track: Track;
  vehicle: number;
  /** from, to and purpose, as the track was asked for */
  span: URLSearchParams;
  moment: number;
  onSeek: (moment: number) => void;
}

const INTO_GAP_MS = 1000; // its first instant is still a fix
const EXPORTS = [
  ["gpx", "GPX"],
  ["geojson", "GeoJSON"],
  ["csv", "CSV"],
] as const;

/** The day as a list, trip by trip: each line leads to its moment. What does not count, and the files. */
export function DayCourse({ journey, track, vehicle, span, moment, onSeek }: Props) {
  const { language, t } = usePreferences();
  const shown = useShown();
  const { kinds } = useKinds();
  const [system, setSystem] = useState<SystemKey>("wgs84");
  const fields = kinds.get("fleet/vehicle-events")?.fields ?? [];
  const records = journey.parts.flatMap((part) => (part.kind === "event" && part.record ? [part.record] : []));
  useTitlesOf(fields, records);
  const count = (kind: Part["kind"]) => journey.parts.filter((part) => part.kind === kind).length;
  const km = (metres: number) => t("map_kilometres", { n: fixed(metres / 1000, 1) });
  const lasted = (part: Part) => {
    const minutes = Math.round((part.to - part.from) / 60_000);
    return minutes < 60 ? t("minutes", { n: minutes }) : `${t("hours", { n: Math.floor(minutes / 60) })}${minutes % 60 ? ` ${t("minutes", { n: minutes % 60 })}` : ""}`;
  };
  const word = (event: Happened, key: string) => {
    const field = fields.find((one) => one.key === key);
    return field ? (shown(field, event[key]) ?? "") : "";
  };
  const nameOf = (part: Part) => {
    if (part.kind === "trip") return t("map_trip_n", { n: part.number });
    if (part.kind === "stop") return t("map_stop_n", { n: part.number });
    return part.kind === "gap" ? t("map_gap") : word(part.record as Happened, "kind");
  };
  const moreOf = (part: Part): string[] => {
    const open = part.isOpen ? [t("map_open")] : [];
    if (part.kind === "trip") return [km(part.metres), lasted(part), ...(part.isSeen ? [] : [t("map_unseen")]), ...open];
    if (part.kind === "stop") return [lasted(part), ...open];
    if (part.kind === "gap") return [lasted(part), t("map_gap_apart", { n: fixed(part.metres / 1000, 1) })];
    return [word(part.record as Happened, "fence_id"), word(part.record as Happened, "severity")].filter(Boolean);
  };
  const isNow = (part: Part) => (part.kind === "trip" || part.kind === "stop") && part.from <= moment && moment < part.to;
  const reasons = new Map<string, number>();
  for (const fix of track.left_out) reasons.set(fix[language], (reasons.get(fix[language]) ?? 0) + 1);
  return (
    <div className="day-course">
      <p className="summary">
        <strong className="figure">{km(journey.metres)}</strong>
        <span>{t("map_trips_n", { n: count("trip") })}</span>
        <span>{t("map_stops_n", { n: count("stop") })}</span>
        <span>{t("map_fastest", { n: fixed(journey.fastest, 0) })}</span>
        <span className="secondary">{t("map_fixes_n", { n: fixed(track.fixes, 0) })}</span>
      </p>
      <ol className="course" aria-label={t("map_day_course")}>
        {journey.parts.map((part) => (
          <li key={`${part.kind}${part.number}`} className={part.kind} aria-current={isNow(part) ? "time" : undefined}>
            <button type="button" onClick={() => onSeek(part.from + (part.kind === "gap" ? INTO_GAP_MS : 0))}>
              <time>{clockAt(part.from).slice(0, 5)}</time>
              <span className="sign" aria-hidden="true" style={part.kind === "event" ? { color: STATES.bad.colour } : undefined}>
                {part.kind === "stop" ? part.number : part.kind === "event" ? STATES.bad.sign : part.kind === "gap" ? "┄" : ""}
              </span>
              <span className="what">{nameOf(part)}</span>
              <span className="more">{moreOf(part).join(" · ")}</span>
            </button>
          </li>
        ))}
      </ol>
      {track.left_out.length > 0 && (
        <p className="caption">
          <span aria-hidden="true">× </span>
          {t("map_left_out", { n: track.left_out.length, reasons: [...reasons].map(([reason, n]) => t("map_reason_n", { reason, n })).join(t("list_comma")) })}
        </p>
      )}
      <div className="exports">
        <label>
          <span className="caption">{t("map_export_system")}</span>
          <select value={system} onChange={(event) => setSystem(event.target.value as SystemKey)}>
            {(["wgs84", "gcj02"] as const).map((one) => (
              <option key={one} value={one}>
                {SYSTEM_NAMES[one]}
              </option>
            ))}
          </select>
        </label>
        {EXPORTS.map(([format, name]) => {
          const as = format === "gpx" ? "wgs84" : system;
          return (
            <a key={format} className="ant-btn ant-btn-default" download href={`/api/v1/fleet/vehicles/${vehicle}/track/export?${span}&format=${format}&system=${as}`} aria-label={t("map_export_as", { format: name, system: SYSTEM_NAMES[as] })}>
              {name}
            </a>
          );
        })}
      </div>
      {system !== "wgs84" && <p className="caption">{t("map_gpx_wgs")}</p>}
    </div>
  );
}
