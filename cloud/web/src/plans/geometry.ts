/** Arithmetic of outlines: corners are shares of the picture's sides, or pixels on the screen; nothing here asks which. */
export type Point = [number, number];

export const SHARE_DIGITS = 4; // of a corner: a tenth of a pixel on a picture of A0

export const round = ([x, y]: Point): Point => [Number(x.toFixed(SHARE_DIGITS)), Number(y.toFixed(SHARE_DIGITS))];
export const within = ([x, y]: Point): Point => [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))];
export const rectangle = ([x, y]: Point, [u, v]: Point): Point[] => [
  [Math.min(x, u), Math.min(y, v)],
  [Math.max(x, u), Math.min(y, v)],
  [Math.max(x, u), Math.max(y, v)],
  [Math.min(x, u), Math.max(y, v)],
];

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function boxOf(points: Point[]): Box {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

function sides(points: Point[]): [Point, Point][] {
  return points.map((point, index) => [point, points[(index + 1) % points.length] ?? point]);
}

function isInside([x, y]: Point, points: Point[]): boolean {
  return sides(points).filter(([[ax, ay], [bx, by]]) => ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax).length % 2 === 1;
}

function toSide([x, y]: Point, [[ax, ay], [bx, by]]: [Point, Point]): number {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
  return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay));
}

const GRID = 16;

/** Where a label stands best: the middle of the box, or the point of a grid that lies farthest from all sides. */
export function labelPoint(points: Point[]): Point {
  const { left, top, right, bottom } = boxOf(points);
  const middle: Point = [(left + right) / 2, (top + bottom) / 2];
  if (points.length === 4 && isInside(middle, points)) return middle;
  let best = middle;
  let far = -1;
  for (let i = 1; i < GRID; i++)
    for (let j = 1; j < GRID; j++) {
      const at: Point = [left + ((right - left) * i) / GRID, top + ((bottom - top) * j) / GRID];
      const clear = isInside(at, points) ? Math.min(...sides(points).map((side) => toSide(at, side))) : -1;
      if (clear > far) [best, far] = [at, clear];
    }
  return best;
}

/** How wide a label can be around a point, at a height on either side of it. */
export function roomAround([x, y]: Point, half: number, points: Point[]): number {
  let free = Infinity;
  for (const level of [y - half, y, y + half])
    for (const [[ax, ay], [bx, by]] of sides(points))
      if (ay > level !== by > level) free = Math.min(free, Math.abs(ax + ((bx - ax) * (level - ay)) / (by - ay) - x));
  return free === Infinity ? 0 : free * 2;
}

const DIRECTIONS: Record<string, Point> = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
export const directionOf = (key: string): Point | undefined => DIRECTIONS[key];

/** The nearest of some points in a direction; what lies aside counts double. */
export function nearest(from: Point, [dx, dy]: Point, others: Point[]): number {
  let found = -1;
  let least = Infinity;
  others.forEach(([x, y], index) => {
    const along = (x - from[0]) * dx + (y - from[1]) * dy;
    const aside = Math.abs((x - from[0]) * dy) + Math.abs((y - from[1]) * dx);
    if (along <= 1e-9 || aside > along * 3) return;
    const cost = along + 2 * aside;
    if (cost < least) [found, least] = [index, cost];
  });
  return found;
}

const turn = (a: Point, b: Point, c: Point) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
const between = (a: Point, b: Point, c: Point) =>
  Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1]);

function meet([a, b]: [Point, Point], [c, d]: [Point, Point]): boolean {
  const turns = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)] as const;
  if (turns[0] * turns[1] < 0 && turns[2] * turns[3] < 0) return true;
  const ends = [[a, b, c], [a, b, d], [c, d, a], [c, d, b]] as const;
  return ends.some((end, index) => turns[index] === 0 && between(...end));
}

export type Fault = "outline_few" | "outline_outside" | "outline_crossed" | "outline_flat";
const SMALLEST = 1e-6; // as the server has it

/** Why these corners make no area, as the server would say it; null: they do. */
export function faultOf(points: Point[]): Fault | null {
  if (points.length < 3) return "outline_few";
  if (points.some((point) => point.some((at) => !(at >= 0 && at <= 1)))) return "outline_outside";
  const all = sides(points);
  for (let i = 0; i < all.length; i++)
    for (let j = i + 2; j < all.length; j++) if (!(i === 0 && j === all.length - 1) && meet(all[i]!, all[j]!)) return "outline_crossed";
  return areaOf(points) < SMALLEST ? "outline_flat" : null;
}

const FINE_GRID = 24;
const SHARE_OF_WALL = 0.03; // of the smaller area: less is a wall drawn twice [engineering default]

const areaOf = (points: Point[]) => Math.abs(sides(points).reduce((sum, [[ax, ay], [bx, by]]) => sum + ax * by - bx * ay, 0)) / 2;

/** Whether two outlines cover the same ground by more than the thickness of a wall; seen on a grid over what their boxes share. */
export function overlap(a: Point[], b: Point[]): boolean {
  if (a.length < 3 || b.length < 3) return false;
  const [one, other] = [boxOf(a), boxOf(b)];
  const [left, top] = [Math.max(one.left, other.left), Math.max(one.top, other.top)];
  const [width, height] = [Math.min(one.right, other.right) - left, Math.min(one.bottom, other.bottom) - top];
  if (width <= 0 || height <= 0) return false;
  let shared = 0;
  for (let i = 0; i < FINE_GRID; i++)
    for (let j = 0; j < FINE_GRID; j++) {
      const at: Point = [left + (width * (i + 0.5)) / FINE_GRID, top + (height * (j + 0.5)) / FINE_GRID];
      if (isInside(at, a) && isInside(at, b)) shared += 1;
    }
  return (shared / FINE_GRID ** 2) * width * height > SHARE_OF_WALL * Math.min(areaOf(a), areaOf(b));
}

/** A point drawn to the corners of others, or in line with one, when it lies within `reach` pixels of it. */
export function snapped(at: Point, others: Point[], [width, height]: Point, reach: number): Point {
  const away = ([x, y]: Point) => Math.hypot((x - at[0]) * width, (y - at[1]) * height);
  const corner = others.reduce<Point | null>((best, one) => (away(one) < Math.min(reach, best ? away(best) : Infinity) ? one : best), null);
  if (corner) return corner;
  const line = (axis: 0 | 1, scale: number) =>
    others.reduce((best, one) => (Math.abs(one[axis] - at[axis]) * scale < Math.min(reach * 0.75, Math.abs(best - at[axis]) * scale || Infinity) ? one[axis] : best), at[axis]);
  return [line(0, width), line(1, height)];
}
