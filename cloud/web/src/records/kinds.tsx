import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import type { EntityMeta, ModuleMeta, Title, Tree } from "../api";
import { request, RequestError } from "../client";
import { usePreferences } from "../preferences";
import { DIRECTORY } from "./directory";

/** A kind of record with the module it belongs to; `address` names it in the address and under /api/v1. */
export interface Kind extends EntityMeta {
  module: ModuleMeta;
  address: string;
}

interface Known {
  modules: ModuleMeta[];
  kinds: Map<string, Kind>;
  username: string;
  /** who is signed in, as people call them */
  person: string;
  /** what a record of another kind is called, as far as it was asked for */
  titles: Map<string, string>;
  learn: (target: string, ids: number[]) => Promise<void>;
}

const Context = createContext<Known | null>(null);

export function useKinds(): Known {
  const known = useContext(Context);
  if (known === null) throw new Error("outside KindsProvider");
  return known;
}

/** A title in the language of the pages; English ones begin with a capital as they stand alone. */
export function useNamed(): (named: { zh: string; en: string }) => string {
  const { language } = usePreferences();
  return useCallback((named) => (language === "zh" ? named.zh : named.en.charAt(0).toUpperCase() + named.en.slice(1)), [language]);
}

export const titleKey = (target: string, id: number) => `${target}/${id}`;

async function titlesOf(target: string, ids: number[], kinds: Map<string, Kind>): Promise<Map<number, string>> {
  const query = ids.map((id) => `id=${id}`).join("&");
  if (DIRECTORY[target]) {
    const { nodes } = await request<Pick<Tree, "nodes">>("GET", `${DIRECTORY[target]}?${query}`);
    return new Map(nodes.map((node) => [node.id, node.name]));
  }
  if (!kinds.has(target)) return new Map();
  const found = await request<Title[]>("GET", `${target}/titles?${query}`);
  return new Map(found.map(({ id, title }) => [id, String(title ?? id)]));
}

/** Gives the pages the manifests, and remembers what the records are called that others refer to. */
export function KindsProvider({ modules, username, person, children }: { modules: ModuleMeta[]; username: string; person: string; children: ReactNode }) {
  const kinds = useMemo(
    () =>
      new Map(
        modules.flatMap((module) =>
          module.entities.map((entity): [string, Kind] => [`${module.key}/${entity.path}`, { ...entity, module, address: `${module.key}/${entity.path}` }]),
        ),
      ),
    [modules],
  );
  const [titles, setTitles] = useState(new Map<string, string>());
  const asked = useRef(new Set<string>());
  const learn = useCallback(
    async (target: string, ids: number[]) => {
      const missing = [...new Set(ids)].filter((id) => !asked.current.has(titleKey(target, id)));
      if (missing.length === 0) return;
      for (const id of missing) asked.current.add(titleKey(target, id));
      try {
        const found = await titlesOf(target, missing, kinds);
        setTitles((old) => new Map([...old, ...[...found].map(([id, title]): [string, string] => [titleKey(target, id), title])]));
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        for (const id of missing) asked.current.delete(titleKey(target, id)); // asked again with the next page
      }
    },
    [kinds],
  );
  const known = useMemo(() => ({ modules, kinds, username, person, titles, learn }), [modules, kinds, username, person, titles, learn]);
  return <Context.Provider value={known}>{children}</Context.Provider>;
}
