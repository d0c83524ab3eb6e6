import { type Palette, STATES } from "../tokens";
import type { Condition } from "./wire";

/** The ground, quieter than anything that lies on it; roads are pale ways between darker edges. */
export interface GroundColours {
  beyond: string;
  land: string;
  water: string;
  green: string;
  street: string;
  road: string;
  edge: string;
  express: string;
  rail: string;
  border: string;
  waterName: string;
}

export const GROUND: Record<"light" | "dark", GroundColours> = {
  light: {
    beyond: "#E9ECF0",
    land: "#F4F5F7",
    water: "#CFE0EC",
    green: "#DFEBDD",
    street: "#FFFFFF",
    road: "#FFFFFF",
    edge: "#D3D9E1",
    express: "#E3E7ED",
    rail: "#AFB8C4",
    border: "#B3BBC7",
    waterName: "#3F6C8C",
  },
  dark: {
    beyond: "#12151B",
    land: "#1B2028",
    water: "#1D3344",
    green: "#1E2E27",
    street: "#272E39",
    road: "#323A47",
    edge: "#10141A",
    express: "#3B4553",
    rail: "#556070",
    border: "#4B5565",
    waterName: "#84ADCB",
  },
};

export function colourOf(condition: Condition, palette: Palette): string {
  if (condition === "alarm") return STATES.bad.colour;
  if (condition === "silent") return STATES.watch.colour;
  if (condition === "moving") return STATES.good.colour;
  return condition === "standing" ? palette.secondary : STATES.unknown.colour;
}
