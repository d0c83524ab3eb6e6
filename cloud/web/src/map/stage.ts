import type { Palette } from "../tokens";
import type { GroundColours } from "./colours";
import { type Lonlat, onScreen, type Size, type Spot, type View, world } from "./geometry";

/** What a painter works on: one frame of the map. */
export interface Stage {
  pen: CanvasRenderingContext2D;
  view: View;
  size: Size;
  palette: Palette;
  ground: GroundColours;
  zh: boolean;
  /** rectangles that are written on; whoever comes later keeps off */
  written: [left: number, top: number, right: number, bottom: number][];
}

export type Painter = (stage: Stage) => void;

export const spotOf = (stage: Stage, place: Lonlat): Spot => onScreen(stage.view, stage.size, world(place));

export function isNear(stage: Stage, [x, y]: Spot, margin = 40): boolean {
  return x > -margin && y > -margin && x < stage.size.width + margin && y < stage.size.height + margin;
}

/** Draws in Mercator metres until done; line widths are then metres too, so `px` says how many a pixel is. */
export function onWorld(stage: Stage, draw: (px: number) => void) {
  const { pen, view, size } = stage;
  pen.save();
  pen.translate(size.width / 2, size.height / 2);
  pen.scale(view.k, view.k);
  pen.translate(-view.x, -view.y);
  draw(1 / view.k);
  pen.restore();
}

interface Writing {
  font: string;
  colour: string;
  align?: CanvasTextAlign;
  /** written even where something else is */
  always?: boolean;
}

/** Writes with a halo, unless that would cover something that is written or be cut off; true where it did. */
export function write(stage: Stage, text: string, [x, y]: Spot, { font, colour, align = "center", always = false }: Writing): boolean {
  const { pen, written } = stage;
  pen.font = font;
  const width = pen.measureText(text).width;
  const left = align === "left" ? x : x - width / 2;
  const box: [number, number, number, number] = [left - 3, y - 8, left + width + 3, y + 8];
  const isCut = box[0] < 0 || box[1] < 0 || box[2] > stage.size.width || box[3] > stage.size.height;
  const meets = isCut || written.some(([l, t, r, b]) => box[0] < r && box[2] > l && box[1] < b && box[3] > t);
  if (meets && !always) return false;
  written.push(box);
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3;
  pen.strokeStyle = stage.palette.card;
  pen.strokeText(text, left, y);
  pen.fillStyle = colour;
  pen.fillText(text, left, y);
  return true;
}
