import type { EndUse } from "./api";

/** The visual language as values; CSS variables, the antd theme and the chart theme are all made from these. */
export interface Palette {
  ground: string;
  card: string;
  hover: string;
  line: string;
  border: string;
  text: string;
  secondary: string;
  primary: string;
  rest: string;
  veil: string;
  past: string;
  bad: string;
}

export const PALETTES: Record<"light" | "dark", Palette> = {
  light: {
    ground: "#F5F6F8",
    card: "#FFFFFF",
    hover: "#F0F4FA",
    line: "#E3E6EB",
    border: "#CBD1DA",
    text: "#1F2430",
    secondary: "#5A6372",
    primary: "#1F5FBF",
    rest: "#5A637214",
    veil: "#FFFFFF8C",
    past: "#8A93A1",
    bad: "#C8372D",
  },
  dark: {
    ground: "#12151B",
    card: "#1A1E26",
    hover: "#232935",
    line: "#2C323D",
    border: "#3A4250",
    text: "#E6E9EF",
    secondary: "#A3ADBB",
    primary: "#74A7F2",
    rest: "#A3ADBB1A",
    veil: "#1A1E268C",
    past: "#8A93A1",
    bad: "#F0837A",
  },
};

export const END_USES: EndUse[] = ["lighting", "hvac", "power", "special"];

export const COLOURS: Record<EndUse, string> = {
  lighting: "#E3A008",
  hvac: "#2F6FD0",
  power: "#7A5BC7",
  special: "#6B7686",
  other: "#A0785A",
  coal: "#4A4A4A",
  natural_gas: "#D9603B",
  manufactured_gas: "#D9603B",
  lpg: "#D9603B",
  gasoline_vehicle: "#B0486B",
  gasoline_other: "#B0486B",
  diesel_vehicle: "#B0486B",
  diesel_other: "#B0486B",
  heat: "#C8372D",
  other_energy: "#A0785A",
  pv: "#3A9D5D",
  water: "#2AA5C4",
};

export const STATES = {
  good: { colour: "#2E8B57", sign: "●" },
  watch: { colour: "#D98A00", sign: "▲" },
  bad: { colour: "#C8372D", sign: "■" },
  unknown: { colour: "#8A93A1", sign: "○" },
} as const;

export const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
