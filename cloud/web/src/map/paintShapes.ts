import { FONT, STATES } from "../tokens";
import { boxOf, lonlat, pixelsOfMetre } from "./geometry";
import type { Shape } from "./shape";
import { type Painter, spotOf, type Stage, write } from "./stage";

export interface Drawn {
  name: string;
  shape: Shape;
  /** what the fence asks: watch, inside, outside */
  rule: string;
  isChosen: boolean;
}

/** Dashes tell what a fence asks as well as its colour does. */
export const DASHES: Record<string, number[]> = { watch: [1, 5], inside: [], outside: [9, 5] };

/** Traces a shape; its radius in pixels. */
function outline(stage: Stage, shape: Shape): number {
  const { pen, view } = stage;
  const spots = shape.places.map((place) => spotOf(stage, place));
  const radius = shape.widthM * pixelsOfMetre(view, shape.places[0]?.[1] ?? lonlat([view.x, view.y])[1]);
  pen.beginPath();
  if (shape.kind === "circle") {
    if (spots[0]) pen.arc(spots[0][0], spots[0][1], Math.max(1, radius), 0, 2 * Math.PI);
    return radius;
  }
  spots.forEach(([x, y], i) => (i === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
  if (shape.kind === "polygon") pen.closePath();
  return radius;
}

export function drawShape(stage: Stage, shape: Shape, colour: string, dash: number[], isStrong: boolean) {
  const { pen, palette } = stage;
  const radius = outline(stage, shape);
  pen.lineJoin = "round";
  pen.lineCap = "round";
  if (shape.kind === "corridor") {
    // The way itself carries the line; its width is a broad pale one.
    pen.strokeStyle = `${colour}${isStrong ? "3d" : "24"}`;
    pen.lineWidth = Math.max(2, 2 * radius);
    pen.stroke();
    pen.setLineDash(dash);
    pen.strokeStyle = colour;
    pen.lineWidth = isStrong ? 2.5 : 1.5;
    pen.stroke();
    pen.setLineDash([]);
    return;
  }
  pen.fillStyle = `${colour}${isStrong ? "2e" : "14"}`;
  pen.fill();
  pen.strokeStyle = palette.card;
  pen.lineWidth = isStrong ? 5 : 3.5;
  pen.stroke();
  pen.setLineDash(dash);
  pen.strokeStyle = colour;
  pen.lineWidth = isStrong ? 2.5 : 1.75;
  pen.stroke();
  pen.setLineDash([]);
}

export function colourOfRule(rule: string, primary: string): string {
  return rule === "outside" ? STATES.bad.colour : rule === "inside" ? primary : "#7A5BC7";
}

export function shapesPainter(drawn: Drawn[]): Painter {
  const sorted = drawn.toSorted((a, b) => Number(a.isChosen) - Number(b.isChosen));
  return (stage) => {
    for (const { shape, rule, isChosen } of sorted) drawShape(stage, shape, colourOfRule(rule, stage.palette.primary), DASHES[rule] ?? [], isChosen);
  };
}

/** Names of fences, above their northern edge. */
export function shapeNamesPainter(drawn: Drawn[]): Painter {
  return (stage) => {
    if (stage.view.k < 0.018 && drawn.length > 12) return;
    for (const { name, shape, rule } of drawn) {
      const box = boxOf(shape.places);
      if (!box) continue;
      const middle = (box.west + box.east) / 2;
      const north = shape.kind === "circle" ? box.north + shape.widthM / 111_195 : box.north;
      const [x, y] = spotOf(stage, shape.kind === "corridor" ? shape.places[Math.floor(shape.places.length / 2)]! : [middle, north]);
      const colour = rule === "outside" ? stage.palette.bad : rule === "inside" ? stage.palette.primary : stage.palette.text;
      write(stage, name, [x, y - 12], { font: `500 12px ${FONT}`, colour });
    }
  };
}
