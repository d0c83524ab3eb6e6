import { Skeleton } from "antd";
import { useMemo, useState } from "react";
import { secondsOf } from "../format";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { useKinds, useNamed } from "../records/kinds";
import { useShown, useTitlesOf } from "../records/Shown";
import { STATES } from "../tokens";
import { DayStepper } from "./DayStepper";
import { isAlert } from "./events";
import { boxOf } from "./geometry";
import { mapHref, turn } from "./mapAddress";
import { MapCanvas } from "./MapCanvas";
import { MapFrame } from "./MapFrame";
import { drawnOf, type ViewProps } from "./MapPage";
import { shapesPainter } from "./paintShapes";
import { placeOf, placesOfAll, vehicleAt, vehiclesPainter } from "./paintVehicles";
import { rememberPurpose } from "./purpose";
import type { Happened } from "./wire";

/** What went wrong that day, each with the way to the moment it happened. */
export function AlertsView({ query, said, common }: ViewProps) {
  const { t } = usePreferences();
  const named = useNamed();
  const shown = useShown();
  const { kinds } = useKinds();
  const { events, live, listed, ground, frame, day } = common;
  const [withPassings, setWithPassings] = useState(false);
  const kind = kinds.get("fleet/vehicle-events");
  const fields = kind?.fields ?? [];
  const rows = events.data?.rows ?? [];
  useTitlesOf(fields, rows);
  const told = rows.filter((event) => withPassings || isAlert(event));
  const word = (event: Happened, key: string) => {
    const field = fields.find((one) => one.key === key);
    return field ? (shown(field, event[key]) ?? "") : "";
  };
  const all = live.data ?? [];
  const fenceId = rows.find((event) => event.vehicle_id === said.vehicle && event.fence_id !== null && isAlert(event))?.fence_id ?? null;
  const painters = useMemo(
    () => [ground, shapesPainter(drawnOf(listed.data?.rows ?? [], fenceId)), vehiclesPainter(all, said.vehicle), common.names],
    [ground, listed.data, live.data, said.vehicle, fenceId, common.names],
  );
  const selected = all.find((vehicle) => vehicle.vehicle_id === said.vehicle);
  const place = selected ? placeOf(selected) : null;

  const item = (event: Happened) => {
    const { sign, colour } = event.is_violation ? STATES.bad : isAlert(event) ? STATES.watch : STATES.unknown;
    const plate = word(event, "vehicle_id");
    const what = word(event, "kind");
    const at = secondsOf(event.at_us);
    const more = [word(event, "fence_id"), word(event, "distance_m"), word(event, "severity")].filter(Boolean);
    return (
      <li key={event.id} aria-current={event.vehicle_id === said.vehicle || undefined}>
        <div>
          <span className="sign" aria-hidden="true" style={{ color: colour }}>
            {sign}
          </span>
          <p>
            <time>{at.slice(0, 5)}</time> <strong>{plate}</strong> {what}
          </p>
          {more.length > 0 && <p className="more">{more.join(" · ")}</p>}
          <p className="links">
            <a href={mapHref({ view: "replay", vehicle: event.vehicle_id, day, at })} aria-label={`${plate} ${at} ${t("map_replay_it")}`} onClick={() => rememberPurpose(event.vehicle_id, day, t("map_reason_alert", { kind: what, at: at.slice(0, 5) }))}>
              {t("map_replay_it")}
            </a>
            <button type="button" className="link" aria-label={`${plate} ${t("map_locate")}`} onClick={() => turn(query, { vehicle: event.vehicle_id })}>
              {t("map_locate")}
            </button>
          </p>
        </div>
      </li>
    );
  };
  const body = () => {
    if (events.data === null) return events.problem ? <ProblemPanel problem={events.problem} onRetry={events.retry} /> : <Skeleton active title={false} paragraph={{ rows: 8, width: "100%" }} />;
    if (told.length === 0) return <p className="empty">{t("map_no_alerts", { day })}</p>;
    return <ol className="alerts">{told.map(item)}</ol>;
  };
  return (
    <MapFrame
      {...frame}
      side={
        <>
          <div className="side-head">
            <DayStepper day={day} onChange={(next) => turn(query, { day: next })} />
            <div className="conditions" role="group" aria-label={named(kind ?? { zh: "", en: "" })}>
              {[false, true].map((one) => (
                <button key={String(one)} type="button" aria-pressed={withPassings === one} onClick={() => setWithPassings(one)}>
                  {t(one ? "map_with_passings" : "map_only_violations")} <b>{one ? rows.length : rows.filter(isAlert).length}</b>
                </button>
              ))}
            </div>
            {events.data && events.problem && <StaleNote problem={events.problem} onRetry={events.retry} />}
          </div>
          <div className="side-body">{body()}</div>
        </>
      }
      map={
        <MapCanvas
          label={t("map_label_alerts")}
          painters={painters}
          sight={place ? { key: `vehicle ${said.vehicle}`, middle: place } : null}
          whole={ground.box ?? boxOf(placesOfAll(all))}
          onPress={(_, pixelsTo) => turn(query, { vehicle: vehicleAt(all, pixelsTo)?.vehicle_id ?? null })}
        />
      }
    />
  );
}
