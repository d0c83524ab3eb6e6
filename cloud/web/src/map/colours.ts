import { type Palette, STATES } from "../tokens";
import type { Condition } from "./wire";

/** The ground, quieter than anything that lies on it. */
export interface GroundColours {
  land: string;
  water: string;
  green: string;
  street: string;
  road: string;
  express: string;
  rail: string;
  border: string;
  waterName: string;
}

export const GROUND: Record<"light" | "dark", GroundColours> = {
  light: {
    land: "#FBFBFC",
    water: "#D3E3EE",
    green: "#E4EEE1",
    street: "#E8EAEE",
    road: "#D5DAE1",
    express: "#C3CAD4",
    rail: "#B4BCC7",
    border: "#B9C0CB",
    waterName: "#4A7290",
  },
  dark: {
    land: "#191D25",
    water: "#1C3040",
    green: "#1D2B25",
    street: "#252B36",
    road: "#343C49",
    express: "#434D5C",
    rail: "#4B5565",
    border: "#4B5565",
    waterName: "#7FA7C4",
  },
};

export function colourOf(condition: Condition, palette: Palette): string {
  if (condition === "alarm") return STATES.bad.colour;
  if (condition === "silent") return STATES.watch.colour;
  if (condition === "moving") return STATES.good.colour;
  return condition === "standing" ? palette.secondary : STATES.unknown.colour;
}
