import { type Box, boxOf, type Lonlat, type Spot, world } from "./geometry";

interface Feature {
  properties: { kind?: string; zh?: string; en?: string; at?: [number, number] } | null;
  geometry: { type: string; coordinates: unknown } | null;
}

export interface GroundFile {
  features: Feature[];
}

export interface Name {
  kind: string;
  zh: string;
  en: string;
  at: Spot;
}

/** The ground ready to be drawn: one path a kind, in Mercator metres, and what is written on it. */
export interface Ground {
  paths: Map<string, Path2D>;
  names: Name[];
  box: Box | null;
}

const LINES: Record<string, (coordinates: never) => Lonlat[][]> = {
  LineString: (line: Lonlat[]) => [line],
  MultiLineString: (lines: Lonlat[][]) => lines,
  Polygon: (rings: Lonlat[][]) => rings,
  MultiPolygon: (polygons: Lonlat[][][]) => polygons.flat(),
};

/** Kinds that the painter knows: district, water, green, street, road, express, rail, border; others are left out. */
export function groundOf({ features }: GroundFile): Ground {
  const ground: Ground = { paths: new Map(), names: [], box: null };
  const all: Lonlat[] = [];
  for (const { properties, geometry } of features) {
    const kind = properties?.kind;
    if (!kind || !geometry) continue;
    const lines = LINES[geometry.type]?.(geometry.coordinates as never) ?? [];
    const isClosed = geometry.type.endsWith("Polygon");
    const path = ground.paths.get(kind) ?? new Path2D();
    ground.paths.set(kind, path);
    for (const line of lines) {
      if (kind === "district") all.push(...line);
      line.forEach((place, i) => (i === 0 ? path.moveTo(...world(place)) : path.lineTo(...world(place))));
      if (isClosed) path.closePath();
    }
    const longest = lines[0];
    const at = properties.at ?? (geometry.type === "Point" ? (geometry.coordinates as Lonlat) : longest?.[Math.floor(longest.length / 2)]);
    if (at && properties.zh) ground.names.push({ kind, zh: properties.zh, en: properties.en ?? properties.zh, at: world(at) });
  }
  ground.box = boxOf(all);
  return ground;
}
