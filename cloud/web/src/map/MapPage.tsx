import { useMemo } from "react";
import { type Resource, useResource } from "../client";
import { dateOf } from "../format";
import { todayInChina } from "../parts/PeriodPicker";
import type { Address } from "../records/address";
import { AlertsView } from "./AlertsView";
import { isAlert } from "./events";
import { FencesView } from "./FencesView";
import { type Ground, groundOf, type GroundFile } from "./ground";
import { LiveView, newestOf } from "./LiveView";
import { type MapQuery, parseMap, type ViewKey } from "./mapAddress";
import { groundPainter, namesPainter } from "./paintGround";
import { type Drawn, shapeNamesPainter, shapesPainter } from "./paintShapes";
import { ReplayView } from "./ReplayView";
import { shapeOf } from "./shape";
import type { Painter } from "./stage";
import { type Fence, type Happened, type Rows, type Vehicle, wholeDay } from "./wire";
import "./map.css";

const LIVE_MS = 10_000;
const ALERTS_MS = 30_000;

/** What every view of the map has: the ground, the fences on it, the vehicles, and what frames the page. */
export interface Common {
  live: Resource<Vehicle[]>;
  listed: Resource<Rows<Fence>>;
  events: Resource<Rows<Happened>>;
  /** the day that is looked at: asked for, or that of the newest fix */
  day: string;
  frame: { view: ViewKey; vehicle: number | null; day: string | null; alerts: number | null; groundFile: Resource<GroundFile> };
  ground: Painter & { box: Ground["box"] };
  fences: Painter;
  groundNames: Painter;
  /** of fences, and of what they lie on */
  names: Painter;
}

export interface ViewProps {
  query: URLSearchParams;
  said: MapQuery;
  common: Common;
}

export const drawnOf = (fences: Fence[], chosen: number | null): Drawn[] =>
  fences.flatMap((fence) => {
    const shape = shapeOf(fence);
    return shape ? [{ name: fence.name, shape, rule: fence.rule, isChosen: fence.id === chosen }] : [];
  });

/** Vehicles on the map: live, replayed, fenced, and what was wrong with them. */
export default function MapPage({ address }: { address: Address }) {
  const said = parseMap(address);
  const live = useResource<Vehicle[]>("fleet/live", LIVE_MS);
  const file = useResource<GroundFile>("fleet/ground");
  const listed = useResource<Rows<Fence>>("fleet/fences?limit=500");
  const day = said.day ?? (dateOf(newestOf(live.data ?? [])) || todayInChina());
  const isKnown = said.day !== null || live.data !== null || live.problem !== null;
  const events = useResource<Rows<Happened>>(isKnown ? `fleet/vehicle-events?limit=500&order=-at_us&at_us=${encodeURIComponent(wholeDay(day))}` : null, ALERTS_MS);
  const ground = useMemo(() => groundOf(file.data ?? { features: [] }), [file.data]);
  const painters = useMemo(() => {
    const drawn = drawnOf(listed.data?.rows ?? [], null);
    const groundNames = namesPainter(ground);
    const fenceNames = shapeNamesPainter(drawn);
    const names: Painter = (stage) => [fenceNames, groundNames].forEach((paint) => paint(stage));
    return { ground: Object.assign(groundPainter(ground), { box: ground.box }), fences: shapesPainter(drawn), groundNames, names };
  }, [ground, listed.data]);
  const alerts = events.data ? events.data.rows.filter(isAlert).length : null;
  const common: Common = { live, listed, events, day, frame: { view: said.view, vehicle: said.vehicle, day: said.day, alerts, groundFile: file }, ...painters };
  const View = { live: LiveView, replay: ReplayView, fences: FencesView, alerts: AlertsView }[said.view];
  return <View query={address.query} said={said} common={common} />;
}
