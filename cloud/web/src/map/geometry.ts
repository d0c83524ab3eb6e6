/** Places on the ground and where they lie on the screen: spherical Mercator, metres at the equator. */

export type Lonlat = readonly [longitude: number, latitude: number];
export type Spot = readonly [x: number, y: number];
export interface Box { west: number; south: number; east: number; north: number }

/** What part of the ground is shown: the middle in Mercator metres, and pixels a metre. */
export interface View { x: number; y: number; k: number }
export interface Size { width: number; height: number }

const EARTH_M = 6_378_137;
const MEAN_M = 6_371_000; // of distances, as the server measures them
const RADIANS = Math.PI / 180;
const SMALLEST_K = 0.00004; // the country, on a phone
const LARGEST_K = 4; // a parking place

export function world([longitude, latitude]: Lonlat): Spot {
  return [EARTH_M * longitude * RADIANS, -EARTH_M * Math.log(Math.tan(Math.PI / 4 + (latitude * RADIANS) / 2))];
}

export function lonlat([x, y]: Spot): Lonlat {
  return [x / EARTH_M / RADIANS, (2 * Math.atan(Math.exp(-y / EARTH_M)) - Math.PI / 2) / RADIANS];
}

export function onScreen(view: View, size: Size, [x, y]: Spot): Spot {
  return [(x - view.x) * view.k + size.width / 2, (y - view.y) * view.k + size.height / 2];
}

export function onGround(view: View, size: Size, [x, y]: Spot): Lonlat {
  return lonlat([(x - size.width / 2) / view.k + view.x, (y - size.height / 2) / view.k + view.y]);
}

/** Pixels of a metre on the ground at a latitude. */
export const pixelsOfMetre = (view: View, latitude: number) => view.k / Math.cos(latitude * RADIANS);

/** The same view, nearer or farther, with one place of the screen kept where it is. */
export function zoomed(view: View, size: Size, factor: number, [x, y]: Spot): View {
  const k = Math.min(LARGEST_K, Math.max(SMALLEST_K, view.k * factor));
  const [dx, dy] = [x - size.width / 2, y - size.height / 2];
  return { k, x: view.x + dx / view.k - dx / k, y: view.y + dy / view.k - dy / k };
}

export function boxOf(places: readonly Lonlat[]): Box | null {
  if (places.length === 0) return null;
  const box = { west: 180, south: 90, east: -180, north: -90 };
  for (const [longitude, latitude] of places) {
    box.west = Math.min(box.west, longitude);
    box.east = Math.max(box.east, longitude);
    box.south = Math.min(box.south, latitude);
    box.north = Math.max(box.north, latitude);
  }
  return box;
}

/** The view that shows all of a box with a margin around it. */
export function fitted(box: Box, size: Size): View {
  const margin = Math.min(48, 0.05 * size.width);
  const [left, top] = world([box.west, box.north]);
  const [right, bottom] = world([box.east, box.south]);
  const across = Math.max(40, size.width - 2 * margin) / Math.max(right - left, 300);
  const down = Math.max(40, size.height - 2 * margin) / Math.max(bottom - top, 300);
  return { x: (left + right) / 2, y: (top + bottom) / 2, k: Math.min(across, down, LARGEST_K) };
}

/** Great-circle length (haversine), as the server measures. */
export function distanceM([x1, y1]: Lonlat, [x2, y2]: Lonlat): number {
  const rise = Math.sin(((y2 - y1) * RADIANS) / 2) ** 2;
  const turn = Math.sin(((x2 - x1) * RADIANS) / 2) ** 2;
  return 2 * MEAN_M * Math.asin(Math.min(1, Math.sqrt(rise + Math.cos(y1 * RADIANS) * Math.cos(y2 * RADIANS) * turn)));
}

/** The place so many metres east of another. */
export function eastOf([longitude, latitude]: Lonlat, metres: number): Lonlat {
  return [longitude + metres / (MEAN_M * RADIANS * Math.cos(latitude * RADIANS)), latitude];
}

export function lengthM(way: readonly Lonlat[]): number {
  return way.slice(1).reduce((sum, place, i) => sum + distanceM(way[i]!, place), 0);
}

/** The area inside corners, in square metres: flat around the first of them, which a fence is small enough for. */
export function areaM2(corners: readonly Lonlat[]): number {
  const first = corners[0];
  if (!first) return 0;
  const metre = MEAN_M * RADIANS;
  const flat = corners.map(([x, y]) => [(x - first[0]) * metre * Math.cos(first[1] * RADIANS), (y - first[1]) * metre] as const);
  const twice = flat.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = flat[(i + 1) % flat.length]!;
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}

/** Whether edges of a ring cross each other. */
export function crossesItself(ring: readonly Lonlat[]): boolean {
  const edges = ring.map((one, i) => [one, ring[(i + 1) % ring.length]!] as const);
  const side = (a: Lonlat, b: Lonlat, c: Lonlat) => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
  return edges.some(([a, b], i) =>
    edges.some(([c, d], j) => {
      const apart = Math.abs(i - j);
      if (j <= i || apart === 1 || apart === edges.length - 1) return false;
      return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
    }),
  );
}
