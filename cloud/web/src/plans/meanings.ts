import type { FieldMeta, PlanRoom } from "../api";
import { STATES } from "../tokens";
import type { Translate } from "../texts";

/** What the rooms of a plan are coloured by. */
export const WAYS = ["state", "kind", "standard"] as const;
export type Way = (typeof WAYS)[number];

/** What a colour and a pattern stand for; the word stands beside them wherever they are. */
export interface Meaning {
  key: string;
  title: string;
  colour: string;
  pattern: Pattern;
  sign: string;
}

export type Pattern = "plain" | "slanted" | "crossed" | "dotted" | "level" | "upright";

type Look = Pick<Meaning, "colour" | "pattern">;

const LOOKS: Record<string, Look> = {
  in_use: { colour: "#1F5FBF", pattern: "plain" },
  idle: { colour: STATES.watch.colour, pattern: "slanted" },
  leased_out: { colour: "#0E7C86", pattern: "level" },
  lent: { colour: "#0E7C86", pattern: "dotted" },
  repair: { colour: "#6B7686", pattern: "upright" },
  sealed: { colour: "#6B7686", pattern: "crossed" },
  office: { colour: "#1F5FBF", pattern: "plain" },
  service: { colour: "#0E7C86", pattern: "slanted" },
  equipment: { colour: "#6B7686", pattern: "crossed" },
  attached: { colour: "#8C6D46", pattern: "level" },
  technical: { colour: "#8A4F7D", pattern: "dotted" },
};
const OTHER: Look = { colour: STATES.unknown.colour, pattern: "plain" };

const BY_STANDARD: Record<string, Look & { sign: string }> = {
  over: { colour: STATES.bad.colour, pattern: "slanted", sign: STATES.bad.sign },
  within: { colour: STATES.good.colour, pattern: "plain", sign: STATES.good.sign },
  none: { colour: STATES.unknown.colour, pattern: "plain", sign: STATES.unknown.sign },
};

export const standardOf = (room: PlanRoom) => (room.is_over ? "over" : room.people.length ? "within" : "none");
export const meaningOf = (way: Way, room: PlanRoom) => (way === "standard" ? standardOf(room) : room[way]);

/** Every meaning of a way of colouring, in the order of the closed list. */
export function meaningsOf(way: Way, fields: FieldMeta[], t: Translate, named: (one: { zh: string; en: string }) => string): Meaning[] {
  if (way === "standard") return (["over", "within", "none"] as const).map((key) => ({ key, title: t(`standard_${key}`), ...BY_STANDARD[key]! }));
  const choices = fields.find((field) => field.key === way)?.choices ?? [];
  return choices.map((choice) => ({ key: choice.key, title: named(choice), sign: "", ...(LOOKS[choice.key] ?? OTHER) }));
}
