import { areaM2, type Box, boxOf, crossesItself, eastOf, lengthM, type Lonlat } from "./geometry";
import { converted, type SystemKey } from "./systems";

/** A fence as it lies on the ground, in WGS-84. */
export interface Shape {
  kind: "polygon" | "circle" | "corridor";
  places: Lonlat[];
  /** radius of a circle, half width of a corridor */
  widthM: number;
}

const DIGITS = 6; // 0.1 m

/** The pairs of a text, as the server reads it; null where one is none. */
export function placesOf(text: string): Lonlat[] | null {
  const pairs = text.replaceAll("，", ",").replace(/[；;]/g, " ").split(/\s+/).filter(Boolean);
  const places = pairs.map((pair): Lonlat | null => {
    const [longitude, latitude, more] = pair.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
    if (longitude === undefined || latitude === undefined || more !== undefined) return null;
    return Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 ? [longitude, latitude] : null;
  });
  return places.every((place) => place !== null) ? places : null;
}

export const textOf = (places: readonly Lonlat[]) => places.map(([x, y]) => `${x.toFixed(DIGITS)},${y.toFixed(DIGITS)}`).join(" ");

const KINDS = ["polygon", "circle", "corridor"] as const;

/** What the fields of a fence draw; null while they draw nothing yet. */
export function shapeOf(said: { shape?: unknown; system?: unknown; places?: unknown; width_m?: unknown }): Shape | null {
  const kind = KINDS.find((one) => one === said.shape);
  const places = placesOf(String(said.places ?? ""));
  if (!kind || places === null) return null;
  const system = (said.system ?? "wgs84") as SystemKey;
  return { kind, places: places.map((place) => converted(place, system, "wgs84")), widthM: Number(String(said.width_m ?? "").replaceAll(",", "")) || 0 };
}

/** How many places the shape still lacks. */
export function missing({ kind, places }: Shape): number {
  return Math.max(0, { polygon: 3, circle: 1, corridor: 2 }[kind] - places.length);
}

export const isTangled = (shape: Shape) => shape.kind === "polygon" && crossesItself(shape.places);

export function boxOfShape({ places, widthM }: Shape): Box | null {
  const box = boxOf(places);
  if (!box) return null;
  const around = eastOf([box.west, box.south], widthM)[0] - box.west;
  return { west: box.west - around, south: box.south - around, east: box.east + around, north: box.north + around };
}

/** Its size as people compare it: square kilometres inside, kilometres along. */
export function sizeOf({ kind, places, widthM }: Shape): { area?: number; length?: number } {
  if (kind === "polygon") return { area: areaM2(places) / 1e6 };
  if (kind === "circle") return { area: (Math.PI * widthM ** 2) / 1e6 };
  return { length: lengthM(places) / 1000 };
}
