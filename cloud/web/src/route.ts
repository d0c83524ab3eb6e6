import { useSyncExternalStore } from "react";

/** Where the reader is: all of it lives in the address, so that back, forward and copied links work. */
export interface Route {
  institution: number | null;
  period: string | null;
  /** figure opened in the lineage sheet */
  figure: string | null;
  /** meter opened in the sheet, and the day whose readings are shown */
  meter: number | null;
  date: string | null;
}

function parse(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const query = new URLSearchParams(search);
  const [page, id] = path.split("/");
  const number = (text: string | null | undefined) => (text && /^\d+$/.test(text) ? Number(text) : null);
  return {
    institution: page === "institutions" ? number(id) : null,
    period: query.get("period"),
    figure: query.get("figure"),
    meter: number(query.get("meter")),
    date: query.get("date"),
  };
}

export function href(route: Partial<Route>): string {
  const query = new URLSearchParams();
  for (const name of ["period", "figure", "meter", "date"] as const) {
    const value = route[name];
    if (value !== null && value !== undefined) query.set(name, String(value));
  }
  const path = route.institution ? `institutions/${route.institution}` : "";
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
