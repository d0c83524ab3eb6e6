/**
 * The three coordinate systems used in China, as the server converts them (kit/geo.py): GCJ-02 is WGS-84 moved by
 * some hundred metres inside China, BD-09 is GCJ-02 moved once more; the way back is found by iteration.
 */
import type { Lonlat } from "./geometry";

export const SYSTEM_NAMES = { wgs84: "WGS-84", gcj02: "GCJ-02", bd09: "BD-09" } as const;
export type SystemKey = keyof typeof SYSTEM_NAMES;

const AXIS_M = 6_378_245; // Krasovsky 1940, as GCJ-02 uses it
const ECCENTRICITY_2 = 0.00669342162296594323;
const BD_PI = (Math.PI * 3000) / 180;
const NEAR = 1e-10;
const MOST_TURNS = 30;
const { PI, abs, atan2, cos, hypot, sin, sqrt } = Math;

function toGcj([longitude, latitude]: Lonlat): Lonlat {
  if (!(latitude >= 0.8293 && latitude <= 55.8271 && longitude >= 72.004 && longitude <= 137.8347)) return [longitude, latitude];
  const [x, y] = [longitude - 105, latitude - 35];
  const ripple = 20 * sin(6 * x * PI) + 20 * sin(2 * x * PI);
  let rise = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x));
  rise += ((ripple + 20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3;
  rise += ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
  let turn = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x));
  turn += ((ripple + 20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3;
  turn += ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
  const angle = (latitude * PI) / 180;
  const flat = 1 - ECCENTRICITY_2 * sin(angle) ** 2;
  const northM = (AXIS_M * (1 - ECCENTRICITY_2)) / (flat * sqrt(flat));
  const eastM = (AXIS_M / sqrt(flat)) * cos(angle);
  return [longitude + ((turn / eastM) * 180) / PI, latitude + ((rise / northM) * 180) / PI];
}

function gcjToBd([x, y]: Lonlat): Lonlat {
  const length = hypot(x, y) + 0.00002 * sin(y * BD_PI);
  const angle = atan2(y, x) + 0.000003 * cos(x * BD_PI);
  return [length * cos(angle) + 0.0065, length * sin(angle) + 0.006];
}

/** The place that a conversion leads from, closer with every turn. */
function back(convert: (place: Lonlat) => Lonlat, place: Lonlat, guess: Lonlat): Lonlat {
  let [x, y] = guess;
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const [east, north] = convert([x, y]);
    const [dx, dy] = [place[0] - east, place[1] - north];
    [x, y] = [x + dx, y + dy];
    if (Math.max(abs(dx), abs(dy)) < NEAR) break;
  }
  return [x, y];
}

/** The same place in another system. */
export function converted(place: Lonlat, from: SystemKey, to: SystemKey): Lonlat {
  if (from === to) return place;
  const gcj = from === "bd09" ? back(gcjToBd, place, [place[0] - 0.0065, place[1] - 0.006]) : place;
  const wgs = from === "wgs84" ? place : back(toGcj, gcj, gcj);
  if (to === "wgs84") return wgs;
  return to === "gcj02" ? toGcj(wgs) : gcjToBd(toGcj(wgs));
}
