import { FONT } from "../tokens";
import type { Ground, Name } from "./ground";
import { lonlat, onScreen, pixelsOfMetre } from "./geometry";
import { isNear, onWorld, type Painter, type Stage, write } from "./stage";

// From which scale on a kind is drawn [px/m], how wide at least [px] and on the ground [m]; with edges where there is room.
const LINES = [
  { kind: "street", from: 0.01, px: 1.25, metres: 14, colour: "street", edgeFrom: 0.05 },
  { kind: "rail", from: 0, px: 1.5, metres: 0, colour: "rail", edgeFrom: Infinity, dash: [6, 4] },
  { kind: "border", from: 0, px: 1, metres: 0, colour: "border", edgeFrom: Infinity, dash: [2, 4] },
  { kind: "road", from: 0, px: 2.25, metres: 36, colour: "road", edgeFrom: 0 },
  { kind: "express", from: 0, px: 3, metres: 40, colour: "express", edgeFrom: 0 },
] as const;

// The order in which names are written: who comes first keeps the place.
const NAMES: Record<string, { from: number; until: number; size: number }> = {
  district_name: { from: 0, until: 0.12, size: 15 },
  water: { from: 0.01, until: 9, size: 12 },
  place: { from: 0.03, until: 9, size: 12 },
  green: { from: 0.015, until: 9, size: 12 },
  express: { from: 0.02, until: 9, size: 11 },
  road: { from: 0.03, until: 9, size: 11 },
};

export function groundPainter(ground: Ground): Painter {
  return (stage) => {
    const { pen, view, size } = stage;
    const metre = pixelsOfMetre(view, lonlat([view.x, view.y])[1]);
    pen.fillStyle = stage.ground.beyond;
    pen.fillRect(0, 0, size.width, size.height);
    if (ground.paths.size === 0) return graticule(stage);
    onWorld(stage, (px) => {
      for (const [kind, colour] of [["district", "land"], ["green", "green"], ["water", "water"]] as const) {
        const path = ground.paths.get(kind);
        if (!path) continue;
        pen.fillStyle = stage.ground[colour];
        pen.fill(path, "evenodd");
        if (kind !== "district") continue;
        pen.strokeStyle = stage.ground.border;
        pen.lineWidth = px;
        pen.stroke(path);
      }
      pen.lineJoin = "round";
      for (const line of LINES) {
        const path = ground.paths.get(line.kind);
        if (!path || metre < line.from) continue;
        const width = Math.max(line.px, line.metres * metre) * px;
        pen.lineCap = "dash" in line ? "butt" : "round";
        pen.setLineDash("dash" in line ? line.dash.map((one) => one * px) : []);
        if (metre >= line.edgeFrom) {
          pen.strokeStyle = stage.ground.edge;
          pen.lineWidth = width + 2 * px;
          pen.stroke(path);
        }
        pen.strokeStyle = stage.ground[line.colour];
        pen.lineWidth = width;
        pen.stroke(path);
      }
      pen.setLineDash([]);
    });
  };
}

/** Names come after everything else, so that they keep off what matters more. */
export function namesPainter(ground: Ground): Painter {
  const sorted = Object.keys(NAMES).flatMap((kind) => ground.names.filter((name) => name.kind === kind));
  return (stage) => {
    for (const name of sorted) writeName(stage, name);
  };
}

function writeName(stage: Stage, name: Name) {
  const look = NAMES[name.kind];
  const spot = onScreen(stage.view, stage.size, name.at);
  if (!look || stage.view.k < look.from || stage.view.k > look.until || !isNear(stage, spot)) return;
  const isWater = name.kind === "water";
  const colour = isWater ? stage.ground.waterName : stage.palette.secondary;
  const font = `${isWater ? "italic " : ""}${name.kind === "district_name" ? 600 : 400} ${look.size}px ${FONT}`;
  const text = stage.zh ? name.zh : name.en;
  if (name.kind !== "place") {
    write(stage, text, spot, { font, colour });
    return;
  }
  if (!write(stage, text, [spot[0] + 7, spot[1]], { font, colour, align: "left" })) return;
  stage.pen.beginPath();
  stage.pen.rect(spot[0] - 2.5, spot[1] - 2.5, 5, 5);
  stage.pen.fillStyle = stage.palette.card;
  stage.pen.strokeStyle = stage.palette.secondary;
  stage.pen.lineWidth = 1.25;
  stage.pen.fill();
  stage.pen.stroke();
}

const STEPS_M = [100, 200, 500, 1000, 2000, 5000, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6];
const LEAST_PX = 64;

/** Without a ground: meridians and parallels, so that moving and scale can be seen. */
function graticule({ pen, view, size, palette }: Stage) {
  const step = STEPS_M.find((metres) => metres * view.k >= LEAST_PX) ?? 1e6;
  const spacing = step * view.k;
  pen.strokeStyle = palette.border;
  pen.lineWidth = 0.5;
  pen.beginPath();
  for (let x = (size.width / 2 - view.x * view.k) % spacing; x < size.width; x += spacing) {
    pen.moveTo(Math.round(x) + 0.5, 0);
    pen.lineTo(Math.round(x) + 0.5, size.height);
  }
  for (let y = (size.height / 2 - view.y * view.k) % spacing; y < size.height; y += spacing) {
    pen.moveTo(0, Math.round(y) + 0.5);
    pen.lineTo(size.width, Math.round(y) + 0.5);
  }
  pen.stroke();
}
