import { FONT, STATES } from "../tokens";
import { colourOf } from "./colours";
import type { Lonlat } from "./geometry";
import { MARKS } from "./marks";
import { isNear, type Painter, spotOf, type Stage, write } from "./stage";
import { type Condition, conditionOf, CONDITIONS, type Vehicle } from "./wire";

const PLATES_FROM = 0.055; // px/m: nearer than this, plates are written where there is room
const paths = new Map<Condition, Path2D>();

function pathOf(condition: Condition): Path2D {
  const path = paths.get(condition) ?? new Path2D(MARKS[condition]);
  paths.set(condition, path);
  return path;
}

export const placeOf = (vehicle: Vehicle): Lonlat | null => vehicle.place && [vehicle.place.longitude, vehicle.place.latitude];

export const placesOfAll = (vehicles: Vehicle[]): Lonlat[] => vehicles.map(placeOf).filter((place) => place !== null);

/** One mark; what moves points where it goes. */
export function drawMark(stage: Stage, condition: Condition, [x, y]: readonly [number, number], course = 0, scale = 1) {
  const { pen, palette } = stage;
  const colour = colourOf(condition, palette);
  pen.save();
  pen.translate(x, y);
  pen.scale(scale, scale);
  if (condition === "moving") pen.rotate((course * Math.PI) / 180);
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
  pen.restore();
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
    for (const { vehicle, condition, spot } of seen) {
      const course = vehicle.place?.course_deg ?? 0;
      if (condition === "alarm" && vehicle.motion === "moving") drawNose(stage, spot, course);
      drawMark(stage, condition, spot, course);
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
