import { distanceM, lengthM, type Lonlat } from "./geometry";
import type { Fix, Happened, Leg, Track } from "./wire";

const WORTH_TELLING_M = 200; // a stop's radius: whoever is silent and stays there has not gone anywhere
const SHORTEST_STOP_MS = 180_000;

/** A part of the day: what the list names and the chart bands. */
export interface Part {
  kind: "trip" | "stop" | "gap" | "event";
  from: number;
  to: number;
  /** of its kind, from 1 */
  number: number;
  record: Leg | Happened | null;
  metres: number;
  isSeen: boolean;
  /** it has not ended: no record tells of it yet */
  isOpen?: boolean;
}

/** Where a vehicle is at a moment, as far as anybody knows. */
export interface Moment {
  place: Lonlat;
  course: number;
  speed: number;
  state: "moving" | "standing" | "lost";
}

/** A day of one vehicle; instants in ms. */
export interface Journey {
  fixes: Fix[];
  times: number[];
  places: Lonlat[];
  /** whether a line leads from each fix to the next one */
  joined: boolean[];
  gaps: { from: number; to: number; metres: number }[];
  parts: Part[];
  from: number;
  to: number;
  fastest: number;
  metres: number;
}

export function journeyOf(track: Track, trips: Leg[], stops: Leg[], events: Happened[]): Journey {
  const times = track.points.map((fix) => Date.parse(fix.at));
  const gaps = track.gaps.map((gap) => ({ from: Date.parse(gap.from), to: Date.parse(gap.to), metres: gap.distance_m }));
  let next = 0;
  const joined = times.map((time, i) => {
    while (next < gaps.length && gaps[next]!.to <= time) next += 1;
    const gap = gaps[next];
    return i + 1 < times.length && !(gap && gap.from >= time && gap.to <= times[i + 1]!);
  });
  const legs = (kind: "trip" | "stop", rows: Leg[]): Part[] =>
    rows
      .toSorted((a, b) => a.started_us.localeCompare(b.started_us))
      .map((record, i) => ({ kind, record, number: i + 1, from: Date.parse(record.started_us), to: Date.parse(record.ended_us), metres: Number(record.distance_m ?? 0) * 1000, isSeen: record.is_gap !== true }));
  const [driven, stood] = [legs("trip", trips), legs("stop", stops)];
  const places = track.points.map((fix): Lonlat => [fix.longitude, fix.latitude]);
  const open = openPart(times, places, [...driven, ...stood], { trip: driven.length + 1, stop: stood.length + 1 });
  if (open) (open.kind === "trip" ? driven : stood).push(open);
  const parts: Part[] = [
    ...driven,
    ...stood,
    ...gaps.filter((gap) => gap.metres >= WORTH_TELLING_M).map((gap, i): Part => ({ kind: "gap", record: null, number: i + 1, isSeen: false, ...gap })),
    ...events.map((record, i): Part => ({ kind: "event", record, number: i + 1, from: Date.parse(record.at_us), to: Date.parse(record.at_us), metres: 0, isSeen: true })),
  ];
  const order = ["stop", "trip", "gap", "event"];
  return {
    fixes: track.points,
    times,
    places,
    joined,
    gaps,
    parts: parts.toSorted((a, b) => a.from - b.from || order.indexOf(a.kind) - order.indexOf(b.kind)),
    from: times[0] ?? 0,
    to: times.at(-1) ?? 0,
    fastest: Math.max(0, ...track.points.map((fix) => fix.speed_km_h)),
    metres: driven.reduce((sum, trip) => sum + trip.metres, 0),
  };
}

/** What the vehicle does since its last trip or stop has ended; short remains are left out. */
function openPart(times: number[], places: Lonlat[], legs: Part[], numbers: { trip: number; stop: number }): Part | null {
  const from = Math.max(times[0] ?? 0, ...legs.map((leg) => leg.to));
  const to = times.at(-1) ?? 0;
  const rest = places.filter((_, i) => times[i]! >= from);
  if (to - from < SHORTEST_STOP_MS || rest.length < 2) return null;
  const kind = rest.every((place) => distanceM(place, rest[0]!) < WORTH_TELLING_M) ? "stop" : "trip";
  return { kind, from, to, number: numbers[kind], record: null, metres: kind === "trip" ? lengthM(rest) : 0, isSeen: true, isOpen: true };
}

/** The newest fix at or before a moment. */
export function indexAt({ times }: Journey, moment: number): number {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (times[middle]! <= moment) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function momentAt(journey: Journey, moment: number): Moment | null {
  const i = indexAt(journey, moment);
  const [fix, place, next] = [journey.fixes[i], journey.places[i], journey.places[i + 1]];
  if (!fix || !place) return null;
  const [from, to] = [journey.times[i]!, journey.times[i + 1]];
  const standing = journey.parts.some((part) => part.kind === "stop" && part.from <= moment && moment < part.to);
  if (!next || to === undefined || moment <= from) return { place, course: fix.course_deg, speed: fix.speed_km_h, state: standing ? "standing" : "moving" };
  if (!journey.joined[i]) return { place, course: fix.course_deg, speed: 0, state: "lost" };
  const share = (moment - from) / (to - from);
  const between: Lonlat = [place[0] + (next[0] - place[0]) * share, place[1] + (next[1] - place[1]) * share];
  return { place: between, course: fix.course_deg, speed: fix.speed_km_h, state: standing ? "standing" : "moving" };
}

/** An instant as the business zone's clock reads it. */
export const clockAt = (moment: number) => new Date(moment + 8 * 3_600_000).toISOString().slice(11, 19);
