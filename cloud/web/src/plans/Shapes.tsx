import { useId } from "react";
import type { PlanRoom } from "../api";
import { useTexts } from "../preferences";
import { STATES } from "../tokens";
import { boxOf, labelPoint, type Point, roomAround } from "./geometry";
import { type Meaning, meaningOf, type Pattern, type Way } from "./meanings";

const STROKES: Record<Pattern, string> = {
  plain: "",
  slanted: "M0 10 10 0M-2 2 2-2M8 12 12 8",
  crossed: "M0 10 10 0M0 0 10 10",
  level: "M0 5H10",
  upright: "M5 0V10",
  dotted: "M4 5H6",
};

/** The patterns of a plan's meanings, so that no room is told by its colour alone. */
export function Patterns({ id, meanings, strong }: { id: string; meanings: Meaning[]; strong: boolean }) {
  return (
    <defs>
      {meanings.map((meaning) => (
        <pattern key={meaning.key} id={`${id}${meaning.key}`} width="10" height="10" patternUnits="userSpaceOnUse">
          <rect width="10" height="10" fill={meaning.colour} fillOpacity={strong ? 0.3 : 0.14} />
          <path d={STROKES[meaning.pattern]} stroke={meaning.colour} strokeOpacity={strong ? 0.7 : 0.45} strokeWidth={meaning.pattern === "dotted" ? 2.5 : 1.2} />
        </pattern>
      ))}
    </defs>
  );
}

/** A small field of the legend, drawn as the rooms are. */
export function Swatch({ meaning }: { meaning: Meaning }) {
  const id = useId();
  return (
    <svg className="plan-swatch" width="22" height="14" aria-hidden="true">
      <Patterns id={id} meanings={[meaning]} strong={false} />
      <rect x="0.5" y="0.5" width="21" height="13" rx="2" fill={`url(#${id}${meaning.key})`} stroke={meaning.colour} />
    </svg>
  );
}

const LINE = 1.35; // of the size of type
const WIDE = /[\u2e80-\uffff]/;

/** About how wide a text is, in sizes of its type. */
export function widthOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (WIDE.test(letter) ? 1 : 0.58), 0);
}

interface LabelProps {
  room: PlanRoom;
  points: Point[];
  /** what the room is coloured for, said where that is not what most are */
  meaning: Meaning | undefined;
  size: number;
  withNames: boolean;
}

/** What is written into a room: as many lines as it has place for. */
export function RoomLabel({ room, points, meaning, size, withNames }: LabelProps) {
  const t = useTexts();
  const at = labelPoint(points);
  const { top, bottom } = boxOf(points);
  const people = room.people.length < 2 ? room.people[0] : t("and_others", { name: room.people[0] ?? "", n: room.people.length });
  const facts = [
    `${Number(room.use_area)} m²`,
    ...(meaning && (meaning.pattern !== "plain" || room.people.length === 0) ? [meaning.title] : []),
  ];
  const height = bottom - top - size * 0.6;
  const fits = (line: string, of: number) => widthOf(line) * size <= roomAround(at, (of * size * LINE) / 2, points) - size * 0.5;
  const heads = room.is_over ? [[true, room.number], [false, room.number], [true, ""]] as const : [[false, room.number]] as const;
  const head = heads.find(([sign, number]) => fits(`${sign ? STATES.bad.sign : ""} ${number}`.trim(), 1));
  if (!head || size * LINE > height) return null;
  const lines = [head[1]];
  const add = (fact: string) => {
    const fit = (lines.length + 1) * size * LINE <= height && fits(fact, lines.length + 1);
    if (fit) lines.push(fact);
    return fit;
  };
  for (const fact of facts) add(fact);
  if (withNames && people && !add(people)) add(t("people_count", { n: room.people.length }));
  const first = at[1] - ((lines.length - 1) * size * LINE) / 2;
  return (
    <text className="room-label" textAnchor="middle" dominantBaseline="central" fontSize={size} aria-hidden="true">
      {lines.map((line, index) => (
        <tspan key={line} x={at[0]} y={first + index * size * LINE} className={index === 0 ? "head" : undefined}>
          {index === 0 && head[0] ? (
            <>
              <tspan fill={STATES.bad.colour} className="over-sign">
                {STATES.bad.sign}
              </tspan>
              {line && ` ${line}`}
            </>
          ) : (
            line
          )}
        </tspan>
      ))}
    </text>
  );
}

export const scaled = (points: Point[], width: number, height: number): Point[] => points.map(([x, y]) => [x * width, y * height]);
export const pathOf = (points: Point[]) => points.map((point) => point.join()).join(" ");

/** The outline of one room, filled with what it stands for. */
export function Outline({ id, room, points, meanings, way }: { id: string; room: PlanRoom; points: Point[]; meanings: Meaning[]; way: Way }) {
  const meaning = meanings.find((one) => one.key === meaningOf(way, room));
  return <polygon points={pathOf(points)} fill={meaning ? `url(#${id}${meaning.key})` : "none"} stroke={meaning?.colour ?? "currentColor"} strokeWidth="1.5" strokeLinejoin="round" />;
}
