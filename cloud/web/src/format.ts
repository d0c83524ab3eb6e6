import type { Language } from "./texts";

/** Digits after the point, by what the figure means. */
const DECIMALS: Record<string, number> = { kWh: 0, kgce: 0, "m³": 0, "kgce/人": 1, "kgce/m²": 1, "kWh/m²": 1, "m³/人": 1, kW: 1 };

export const UNKNOWN = "—";

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** The decimal string with thousands separators and every digit it came with. */
export function exact(value: string): string {
  const [, sign = "", whole = "", rest = ""] = /^(-?)(\d+)(\.\d+)?$/.exec(value) ?? [];
  return whole ? sign.replace("-", "−") + grouped(whole) + rest.replace(/\.?0+$/, "") : value;
}

/** Decimals the exact value is written with. */
function decimalsIn(value: string | null): number {
  return value === null ? 0 : (exact(value).split(".")[1]?.length ?? 0);
}

/** The most decimals that any value of a column is written with. */
export function decimalsAmong(values: (string | null)[]): number {
  return Math.max(0, ...values.map(decimalsIn));
}

/** What has to stand, unseen, right of an exact value for its decimal point to stand under the others'. */
export function padding(value: string | null, decimals: number): string {
  const own = decimalsIn(value);
  return (own === 0 && decimals > 0 ? "." : "") + "0".repeat(Math.max(0, decimals - own));
}

export function fixed(value: number, decimals: number): string {
  const [whole = "", rest] = Math.abs(value).toFixed(decimals).split(".");
  const text = grouped(whole) + (rest ? `.${rest}` : "");
  return value < 0 && Number(value.toFixed(decimals)) !== 0 ? `−${text}` : text;
}

export function decimalsOf(unit: string): number {
  return DECIMALS[unit] ?? 1;
}

export interface Scale { divisor: number; prefix: string }

/** 万 and 亿 (k and M in English) once a figure of this size would need more than five digits. */
export function scaleFor(largest: number, language: Language): Scale {
  const size = Math.abs(largest);
  if (language === "zh") {
    if (size >= 1e8) return { divisor: 1e8, prefix: "亿" };
    if (size >= 1e5) return { divisor: 1e4, prefix: "万" };
  } else {
    if (size >= 1e6) return { divisor: 1e6, prefix: "M" };
    if (size >= 1e5) return { divisor: 1e3, prefix: "k" };
  }
  return { divisor: 1, prefix: "" };
}

export function scaledUnit(scale: Scale, unit: string): string {
  return scale.prefix ? `${scale.prefix} ${unit}` : unit;
}

/** A value on a column's scale: whole units keep their decimals, scaled ones get one (two for M and 亿). */
export function onScale(value: number, scale: Scale, unit: string): string {
  if (scale.divisor === 1) return fixed(value, decimalsOf(unit));
  return fixed(value / scale.divisor, scale.divisor >= 1e6 ? 2 : 1);
}

/** A value on a scale of its own: no decimals beyond four digits. */
export function onOwnScale(value: number, scale: Scale, unit: string): string {
  const size = Math.abs(value / scale.divisor);
  return scale.divisor > 1 && size >= 1000 ? fixed(value / scale.divisor, 0) : onScale(value, scale, unit);
}

/** Share as per cent with one decimal; cut, never rounded up, so that 100 % means complete. */
export function percent(share: number): string {
  const cut = Math.floor(share * 1000 + 1e-9) / 10;
  return cut >= 100 || cut === 0 ? `${cut} %` : `${cut.toFixed(1)} %`;
}

export const UNITS_EN: Record<string, string> = {
  "kgce/人": "kgce/person",
  "m³/人": "m³/person",
  "元/km": "CNY/km",
  "元/m²": "CNY/m²",
  人: "people",
  元: "CNY",
  分: "points",
  天: "days",
  层: "floors",
  座: "seats",
  次: "times",
  辆: "vehicles",
  车日: "vehicle-days",
  件: "items",
  项: "items",
  个: "pcs",
};

export function unitIn(unit: string, language: Language): string {
  return language === "en" ? (UNITS_EN[unit] ?? unit) : unit;
}

/** "2026-11-21T08:00:00+08:00" → its date and clock as the business zone reads them. */
export const dateOf = (iso: string) => iso.slice(0, 10);
export const clockOf = (iso: string) => iso.slice(11, 16);
/** An instant of this browser as the business zone reads it. */
export const inChina = (iso: string) => new Date(Date.parse(iso) + 8 * 3_600_000).toISOString();
export const secondsOf = (iso: string) => iso.slice(11, 19);

/** "09:00" names an hour by its beginning; in full it is 09:00–10:00. */
export function hourSpan(label: string): string {
  return label.replace(/(\d\d):00$/, (_, hour: string) => `${hour}:00–${String(Number(hour) + 1).padStart(2, "0")}:00`);
}

/** Calendar arithmetic on YYYY-MM-DD without any time zone of the browser. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
