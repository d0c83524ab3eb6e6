import { type Address, visit, withQuery } from "../records/address";

export const MAP = "fleet/map";
export const VIEWS = ["live", "replay", "fences", "alerts"] as const;
export type ViewKey = (typeof VIEWS)[number];

/** What the address says of the map. */
export interface MapQuery {
  view: ViewKey;
  vehicle: number | null;
  day: string | null;
  /** the moment of the day that the replay stands at, 09:30:00 */
  at: string | null;
  fence: number | "new" | null;
}

export function parseMap({ query }: Pick<Address, "query">): MapQuery {
  const number = (name: string) => (/^\d+$/.test(query.get(name) ?? "") ? Number(query.get(name)) : null);
  const formed = (name: string, form: RegExp) => (form.test(query.get(name) ?? "") ? query.get(name) : null);
  return {
    view: VIEWS.find((view) => view === query.get("view")) ?? "live",
    vehicle: number("vehicle"),
    day: formed("day", /^20\d\d-\d\d-\d\d$/),
    at: formed("at", /^\d\d:\d\d(:\d\d)?$/),
    fence: query.get("fence") === "new" ? "new" : number("fence"),
  };
}

export function mapHref(said: Partial<Record<keyof MapQuery, string | number | null>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(said)) if (value !== null && value !== undefined) query.set(name, String(value));
  return `#/${MAP}${query.size ? `?${query}` : ""}`;
}

/** Says something else in the address; a step back leads over it unless it replaces. */
export function turn(query: URLSearchParams, said: Record<string, string | number | null>, replace = true) {
  const texts = Object.fromEntries(Object.entries(said).map(([name, value]) => [name, value === null ? null : String(value)]));
  visit({ kind: MAP, query: withQuery(query, texts) }, replace);
}
