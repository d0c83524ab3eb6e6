import { useSyncExternalStore } from "react";
import type { FigureKey } from "./api";

/** Where the reader is: all of it lives in the address, so that back, forward and copied links work. */
export interface Route {
  /** null: the city, or one institution; what is not about energy is read by records/address */
  page: "gateways" | "records" | null;
  institution: number | null;
  period: string | null;
  /** figure opened in the lineage sheet */
  figure: FigureKey | null;
  /** meter opened in the sheet, and the day whose readings are shown */
  meter: number | null;
  date: string | null;
}

const FIGURES: FigureKey[] = [
  "electricity",
  "energy",
  "energy_per_capita",
  "energy_per_area",
  "electricity_per_area",
  "water",
  "water_per_capita",
  "pv",
  "carbon",
  "carbon_per_area",
];

/** The address as a route; what it does not understand it leaves out. */
function parse(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const query = new URLSearchParams(search);
  const [page, id] = path.split("/");
  const number = (text: string | null | undefined) => (text && /^\d+$/.test(text) ? Number(text) : null);
  const formed = (name: string, form: RegExp) => (form.test(query.get(name) ?? "") ? query.get(name) : null);
  return {
    page: page === "gateways" ? page : page && page !== "institutions" ? "records" : null,
    institution: page === "institutions" ? number(id) : null,
    period: formed("period", /^20\d\d(-(0[1-9]|1[0-2]))?$/),
    figure: FIGURES.find((key) => key === query.get("figure")) ?? null,
    meter: number(query.get("meter")),
    date: formed("date", /^20\d\d-\d\d-\d\d$/),
  };
}

export function href(route: Partial<Route>): string {
  const query = new URLSearchParams();
  for (const name of ["period", "figure", "meter", "date"] as const) {
    const value = route[name];
    if (value !== null && value !== undefined) query.set(name, String(value));
  }
  const path = route.page ? route.page : route.institution ? `institutions/${route.institution}` : "";
  return `#/${path}${query.size ? `?${query}` : ""}`;
}

export function go(route: Partial<Route>, replace = false) {
  if (replace) window.location.replace(href(route));
  else window.location.hash = href(route);
}

function subscribe(listener: () => void) {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export function useRoute(): Route {
  return parse(useSyncExternalStore(subscribe, () => window.location.hash));
}
