/** What the server tells of vehicles on the road, under the names the map uses. */
import type { components } from "../api.gen";
import type { Row } from "../records/record";

type Schemas = components["schemas"];

export type Vehicle = Schemas["LiveVehicle"];
export type Track = Schemas["Track"];
export type Fix = Track["points"][number];
export type LeftOut = Track["left_out"][number];
export type System = "wgs84" | "gcj02" | "bd09";

/** Trips, stops, events and fences are records; these are the fields the map reads. */
export interface Leg extends Row {
  started_us: string;
  ended_us: string;
}
export interface Happened extends Row {
  vehicle_id: number;
  kind: string;
  at_us: string;
  is_violation: boolean;
  fence_id: number | null;
}
export interface Fence extends Row {
  name: string;
  shape: string;
  system: System;
  places: string;
  width_m: string | null;
  rule: string;
}

/** One page of a list, of rows that are known. */
export interface Rows<One> {
  total: number;
  rows: One[];
}

/** What a vehicle is seen doing; the worst first. */
export const CONDITIONS = ["alarm", "silent", "moving", "standing", "unknown"] as const;
export type Condition = (typeof CONDITIONS)[number];

export function conditionOf(vehicle: Vehicle): Condition {
  return vehicle.alarms.length ? "alarm" : vehicle.motion;
}

/** A day as a filter of moments takes it. */
export const wholeDay = (day: string) => `${day}T00:00..${day}T23:59:59`;
