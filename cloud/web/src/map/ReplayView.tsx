import { Skeleton } from "antd";
import { useMemo, useState } from "react";
import { type Problem, useResource } from "../client";
import { addDays } from "../format";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import { boxOf } from "./geometry";
import { DayCourse } from "./DayCourse";
import { journeyOf, momentAt } from "./journey";
import { turn } from "./mapAddress";
import { MapCanvas } from "./MapCanvas";
import { MapFrame } from "./MapFrame";
import type { ViewProps } from "./MapPage";
import { cursorPainter, pointsPainter, trackPainter } from "./paintTrack";
import { purposeOf, rememberPurpose } from "./purpose";
import { ReplayForm } from "./ReplayForm";
import { Timeline } from "./Timeline";
import { usePlayback } from "./usePlayback";
import { type Happened, type Leg, type Rows, type Track, wholeDay } from "./wire";

const POINTS = 6000; // a day with a fix every 15 s, unthinned
const ZONE = "+08:00";

/** Where one vehicle was on one day: asked for with a reason, listed, drawn and played. */
export function ReplayView({ query, said, common }: ViewProps) {
  const t = useTexts();
  const { frame, live, ground, day } = common;
  const agreed = purposeOf(said.vehicle, day);
  const [, setAsked] = useState(0); // what was agreed lies in the browser's storage, which tells nobody

  const wanted = said.vehicle !== null && agreed !== null;
  const span = new URLSearchParams({ from: `${day}T00:00:00${ZONE}`, to: `${addDays(day, 1)}T00:00:00${ZONE}`, purpose: agreed ?? "" });
  const track = useResource<Track>(wanted ? `fleet/vehicles/${said.vehicle}/track?points=${POINTS}&${span}` : null);
  const legs = `vehicle_id=${said.vehicle}&limit=500&started_us=${encodeURIComponent(wholeDay(day))}`;
  const trips = useResource<Rows<Leg>>(wanted ? `fleet/trips?${legs}` : null);
  const stops = useResource<Rows<Leg>>(wanted ? `fleet/stops?${legs}` : null);
  const events = useResource<Rows<Happened>>(wanted ? `fleet/vehicle-events?vehicle_id=${said.vehicle}&is_violation=true&limit=100&at_us=${encodeURIComponent(wholeDay(day))}` : null);
  const parts = [track, trips, stops, events];
  const problem: Problem | null = parts.find((one) => one.problem)?.problem ?? null;
  const retry = () => parts.filter((one) => one.problem).forEach((one) => one.retry());
  const journey = useMemo(
    () => (track.data && trips.data && stops.data && events.data ? journeyOf(track.data, trips.data.rows, stops.data.rows, events.data.rows) : null),
    [track.data, trips.data, stops.data, events.data],
  );
  const start = useMemo(() => (said.at ? Date.parse(`${day}T${said.at.padEnd(8, ":00")}${ZONE}`) : null), [said.at, day]);
  const playback = usePlayback(journey, start);
  const { moment } = playback;

  const plate = live.data?.find((vehicle) => vehicle.vehicle_id === said.vehicle)?.plate ?? "";
  const words = { start: t("map_start"), end: t("map_end") };
  const at = journey ? momentAt(journey, moment) : null;
  const painters = useMemo(() => {
    const under = [common.ground, common.fences];
    if (!journey) return [...under, common.names];
    return [...under, trackPainter(journey, moment), pointsPainter(journey, track.data?.left_out ?? [], words), cursorPainter(at, plate), common.names];
  }, [common.ground, common.fences, common.names, journey, moment, plate, words.start]);
  const box = useMemo(() => boxOf(journey?.places ?? []), [journey]);

  const ask = (vehicle: number, why: string) => {
    rememberPurpose(vehicle, day, why);
    turn(query, { vehicle, day }); // the day stays, whatever comes in after midnight
    setAsked((n) => n + 1);
  };
  const body = () => {
    if (!wanted) return <p className="empty">{t("map_replay_hint")}</p>;
    if (!journey) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 8, width: "100%" }} />;
    if (journey.fixes.length === 0) return <p className="empty">{t("map_no_fixes", { plate, day })}</p>;
    return <DayCourse journey={journey} track={track.data!} vehicle={said.vehicle!} span={span} moment={moment} onSeek={playback.seek} />;
  };
  const isShown = journey !== null && journey.fixes.length > 0;
  return (
    <MapFrame
      {...frame}
      side={
        <>
          <ReplayForm
            vehicle={said.vehicle}
            day={day}
            agreed={agreed}
            onVehicle={(vehicle) => turn(query, { vehicle, at: null })}
            onDay={(next) => turn(query, { day: next, at: null })}
            onAsk={ask}
          />
          <div className="side-body">{body()}</div>
        </>
      }
      map={<MapCanvas label={t("map_label_replay")} painters={painters} sight={box && { key: `track ${said.vehicle} ${day}`, box }} whole={box ?? ground.box} />}
      below={isShown ? <Timeline journey={journey} plate={plate} playback={playback} /> : undefined}
    />
  );
}
