import { useSyncExternalStore } from "react";

/** Where the reader is among the records: all of it lives in the address, so that back, forward and copied links work. */
export interface Address {
  /** module/path of the kind of record */
  kind: string;
  record: number | "new" | null;
  /** filters by field, q, order, page; the sheet's tab */
  query: URLSearchParams;
}

const ASIDE = ["tab"]; // what belongs to the sheet, not to the list

export function parseAddress(hash: string): Address {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [module = "", kind = "", record = ""] = path.replace(/^([\w-]+)\/(\d+)$/, "$1//$2").split("/");
  return {
    kind: kind ? `${module}/${kind}` : module,
    record: record === "new" ? "new" : /^\d+$/.test(record) ? Number(record) : null,
    query: new URLSearchParams(search),
  };
}

export function addressOf({ kind, record = null, query = new URLSearchParams() }: Partial<Address>): string {
  return `#/${kind}${record === null ? "" : `/${record}`}${query.size ? `?${query}` : ""}`;
}

/** The query with some of it said otherwise; null takes a part away. */
export function withQuery(query: URLSearchParams, said: Record<string, string | null>): URLSearchParams {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(said)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  return next;
}

export const withoutSheet = (query: URLSearchParams) => withQuery(query, Object.fromEntries(ASIDE.map((name) => [name, null])));

export function visit(address: Partial<Address>, replace = false) {
  if (replace) window.location.replace(addressOf(address));
  else window.location.hash = addressOf(address);
}

function subscribe(listener: () => void) {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export function useHash(): string {
  return useSyncExternalStore(subscribe, () => window.location.hash);
}
