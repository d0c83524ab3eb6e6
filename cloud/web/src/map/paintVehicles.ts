import { FONT, type Palette, STATES } from "../tokens";
import { colourOf } from "./colours";
import type { Lonlat } from "./geometry";
import { MARKS } from "./marks";
import { isNear, type Painter, spotOf, type Stage, write } from "./stage";
import { type Condition, conditionOf, CONDITIONS, type Vehicle } from "./wire";

const PLATES_FROM = 0.055; // px/m: nearer than this, plates are written where there is room
const CROWD = 250; // vehicles in sight: of more than these, the ones with nothing amiss are drawn smaller
const SMALL = 0.6;
const paths = new Map<Condition, Path2D>();

function pathOf(condition: Condition): Path2D {
  const path = paths.get(condition) ?? new Path2D(MARKS[condition]);
  paths.set(condition, path);
  return path;
}

export const placeOf = (vehicle: Vehicle): Lonlat | null => vehicle.place && [vehicle.place.longitude, vehicle.place.latitude];

export const placesOfAll = (vehicles: Vehicle[]): Lonlat[] => vehicles.map(placeOf).filter((place) => place !== null);

const SPRITE_PX = 28;
const TURN_DEG = 10; // a mark is drawn once for every ten degrees
const sprites = new Map<string, HTMLCanvasElement>();

/** A mark drawn once and copied ever after: thousands of them move with the map. */
function sprite(condition: Condition, turn: number, ratio: number, palette: Palette): HTMLCanvasElement {
  const colour = colourOf(condition, palette);
  const key = [condition, turn, ratio, colour, palette.card].join();
  const known = sprites.get(key);
  if (known) return known;
  const made = document.createElement("canvas");
  made.width = made.height = Math.ceil(SPRITE_PX * ratio);
  const pen = made.getContext("2d")!;
  pen.scale(ratio, ratio);
  pen.translate(SPRITE_PX / 2, SPRITE_PX / 2);
  pen.rotate((turn * Math.PI) / 180);
  pen.lineWidth = 3.5;
  pen.lineJoin = "round";
  pen.strokeStyle = palette.card;
  pen.stroke(pathOf(condition));
  pen.fillStyle = condition === "unknown" ? palette.card : colour;
  pen.fill(pathOf(condition));
  if (condition === "unknown") {
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    pen.stroke(pathOf(condition));
  }
  sprites.set(key, made);
  return made;
}

/** One mark; what moves points where it goes. */
export function drawMark(stage: Stage, condition: Condition, [x, y]: readonly [number, number], course = 0, scale = 1) {
  const turn = condition === "moving" ? (Math.round(course / TURN_DEG) * TURN_DEG) % 360 : 0;
  const ratio = Math.ceil((window.devicePixelRatio || 1) * scale);
  const wide = SPRITE_PX * scale;
  stage.pen.drawImage(sprite(condition, turn, ratio, stage.palette), x - wide / 2, y - wide / 2, wide, wide);
}

/** A short line out of a vehicle that gives an alarm while it drives. */
function drawNose({ pen }: Stage, [x, y]: readonly [number, number], course: number) {
  const angle = (course * Math.PI) / 180;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + 15 * Math.sin(angle), y - 15 * Math.cos(angle));
  pen.lineWidth = 3;
  pen.lineCap = "round";
  pen.strokeStyle = STATES.bad.colour;
  pen.stroke();
}

/** All vehicles, the worst on top; the selected one ringed, with its plate. */
export function vehiclesPainter(vehicles: Vehicle[], selected: number | null): Painter {
  const rank = new Map(CONDITIONS.map((condition, i) => [condition, -i]));
  const sorted = vehicles
    .map((vehicle) => ({ vehicle, condition: conditionOf(vehicle), place: placeOf(vehicle) }))
    .toSorted((a, b) => rank.get(a.condition)! - rank.get(b.condition)! || Number(a.vehicle.vehicle_id === selected) - Number(b.vehicle.vehicle_id === selected));
  return (stage) => {
    const seen = sorted.flatMap((one) => {
      const spot = one.place && spotOf(stage, one.place);
      return spot && isNear(stage, spot) ? [{ ...one, spot }] : [];
    });
    const isCrowd = seen.length > CROWD;
    for (const { vehicle, condition, spot } of seen) {
      const course = vehicle.place?.course_deg ?? 0;
      if (condition === "alarm" && vehicle.motion === "moving") drawNose(stage, spot, course);
      drawMark(stage, condition, spot, course, isCrowd && (condition === "moving" || condition === "standing") ? SMALL : 1);
    }
    const font = `400 12px ${FONT}`;
    for (const { vehicle, spot } of seen.filter((one) => one.vehicle.vehicle_id === selected)) {
      const { pen, palette } = stage;
      pen.beginPath();
      pen.arc(spot[0], spot[1], 15, 0, 2 * Math.PI);
      pen.strokeStyle = palette.primary;
      pen.lineWidth = 2.5;
      pen.stroke();
      write(stage, vehicle.plate, [spot[0], spot[1] - 26], { font: `600 13px ${FONT}`, colour: palette.text, always: true });
    }
    if (stage.view.k < PLATES_FROM) return;
    for (const { vehicle, spot } of seen.toReversed()) {
      if (vehicle.vehicle_id !== selected) write(stage, vehicle.plate, [spot[0], spot[1] + 17], { font, colour: stage.palette.text });
    }
  };
}

/** The vehicle whose mark lies under a place of the screen. */
export function vehicleAt(vehicles: Vehicle[], near: (place: Lonlat) => number): Vehicle | null {
  let found: Vehicle | null = null;
  let least = 16;
  for (const vehicle of vehicles) {
    const place = placeOf(vehicle);
    const pixels = place ? near(place) : Infinity;
    if (pixels < least) [found, least] = [vehicle, pixels];
  }
  return found;
}
