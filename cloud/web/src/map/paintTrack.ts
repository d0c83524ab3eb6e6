import { FONT, STATES } from "../tokens";
import { type Journey, type Moment, momentAt } from "./journey";
import { drawMark } from "./paintVehicles";
import { type Painter, spotOf, type Stage, write } from "./stage";
import type { LeftOut } from "./wire";

/** The line of a track up to a moment and beyond it, each a path cut wherever no line leads. */
function linesOf(stage: Stage, journey: Journey, moment: number) {
  const [past, coming, unseen] = [new Path2D(), new Path2D(), new Path2D()];
  for (let i = 0; i + 1 < journey.places.length; i++) {
    const [one, other] = [spotOf(stage, journey.places[i]!), spotOf(stage, journey.places[i + 1]!)];
    const path = !journey.joined[i] ? unseen : journey.times[i + 1]! <= moment ? past : coming;
    path.moveTo(...one);
    path.lineTo(...other);
  }
  return { past, coming, unseen };
}

export function trackPainter(journey: Journey, moment: number): Painter {
  return (stage) => {
    const { pen, palette } = stage;
    const { past, coming, unseen } = linesOf(stage, journey, moment);
    pen.lineCap = "round";
    pen.lineJoin = "round";
    for (const path of [coming, past]) {
      pen.strokeStyle = palette.card;
      pen.lineWidth = 7;
      pen.stroke(path);
    }
    pen.strokeStyle = `${palette.primary}66`;
    pen.lineWidth = 4;
    pen.stroke(coming);
    pen.strokeStyle = palette.primary;
    pen.stroke(past);
    pen.setLineDash([2, 7]);
    pen.lineWidth = 2.5;
    pen.strokeStyle = palette.secondary;
    pen.stroke(unseen);
    pen.setLineDash([]);
  };
}

/** Stops by the numbers of the list, where the day began and ended, fixes that do not count, violations. */
export function pointsPainter(journey: Journey, leftOut: LeftOut[], words: { start: string; end: string }): Painter {
  const stops = journey.parts.filter((part) => part.kind === "stop");
  const events = journey.parts.filter((part) => part.kind === "event");
  return (stage) => {
    const { pen, palette } = stage;
    for (const fix of leftOut) {
      if (fix.longitude === null || fix.latitude === null) continue;
      const [x, y] = spotOf(stage, [fix.longitude, fix.latitude]);
      pen.beginPath();
      for (const side of [-1, 1]) {
        pen.moveTo(x - 4, y - 4 * side);
        pen.lineTo(x + 4, y + 4 * side);
      }
      pen.strokeStyle = STATES.unknown.colour;
      pen.lineWidth = 1.75;
      pen.stroke();
    }
    for (const stop of stops) {
      const at = momentAt(journey, (stop.from + stop.to) / 2);
      if (at) badge(stage, at, String(stop.number), palette.secondary);
    }
    for (const event of events) {
      const at = momentAt(journey, event.from);
      if (at) drawMark(stage, "alarm", spotOf(stage, at.place), 0, 0.9);
    }
    const [first, last] = [momentAt(journey, journey.from), momentAt(journey, journey.to)];
    if (first) badge(stage, first, words.start, STATES.good.colour);
    if (last) badge(stage, last, words.end, palette.text);
  };
}

function badge(stage: Stage, { place }: Moment, text: string, colour: string) {
  const { pen, palette } = stage;
  const [x, y] = spotOf(stage, place);
  pen.beginPath();
  pen.arc(x, y, 10, 0, 2 * Math.PI);
  pen.fillStyle = palette.card;
  pen.fill();
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.stroke();
  pen.font = `600 11px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = palette.text;
  pen.fillText(text, x, y + 0.5);
  stage.written.push([x - 12, y - 12, x + 12, y + 12]);
}

/** The vehicle at the moment that is shown; hollow while nobody knows where it is. */
export function cursorPainter(at: Moment | null, plate: string): Painter {
  return (stage) => {
    if (!at) return;
    const spot = spotOf(stage, at.place);
    const { pen, palette } = stage;
    pen.beginPath();
    pen.arc(spot[0], spot[1], 17, 0, 2 * Math.PI);
    pen.fillStyle = `${palette.primary}22`;
    pen.fill();
    pen.strokeStyle = palette.primary;
    pen.lineWidth = 2;
    pen.setLineDash(at.state === "lost" ? [3, 4] : []);
    pen.stroke();
    pen.setLineDash([]);
    drawMark(stage, at.state === "lost" ? "unknown" : at.state, spot, at.course, 1.15);
    write(stage, plate, [spot[0], spot[1] - 28], { font: `600 13px ${FONT}`, colour: palette.text, always: true });
  };
}
