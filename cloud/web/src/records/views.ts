import { useState } from "react";
import { useKinds, type Kind } from "./kinds";
import { fieldOf, OWNER } from "./record";

/** How somebody wants a list: its columns, and (as the address says it) its filters and order. */
export interface View {
  columns: string[];
  query: string;
}

interface Kept {
  columns: string[] | null;
  views: Record<string, View>;
}

function usual(kind: Kind): string[] {
  const state = kind.states.length && !kind.columns.includes("state") ? ["state"] : [];
  return [...kind.columns, ...state, OWNER.key];
}

function read(key: string): Kept {
  try {
    return { columns: null, views: {}, ...JSON.parse(window.localStorage.getItem(key) ?? "{}") } as Kept;
  } catch {
    return { columns: null, views: {} };
  }
}

/** The columns and saved views of a list, kept in this browser for this account. */
export function useViews(kind: Kind) {
  const { username } = useKinds();
  const key = `civicwatt.views.${username}.${kind.address}`;
  const [kept, setKept] = useState(() => read(key));
  const keep = (next: Kept) => {
    window.localStorage.setItem(key, JSON.stringify(next));
    setKept(next);
  };
  const known = kept.columns?.filter((column) => fieldOf(kind, column)) ?? [];
  return {
    columns: known.length ? known : usual(kind),
    isUsual: kept.columns === null,
    views: kept.views,
    setColumns: (columns: string[] | null) => keep({ ...kept, columns }),
    save: (name: string, view: View) => keep({ columns: view.columns, views: { ...kept.views, [name]: view } }),
    forget: (name: string) => keep({ ...kept, views: Object.fromEntries(Object.entries(kept.views).filter(([one]) => one !== name)) }),
  };
}
