import { Input, Skeleton } from "antd";
import { useEffect, useState } from "react";
import type { Book } from "../api";
import { useResource } from "../client";
import { exact } from "../format";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import { addressOf } from "../records/address";
import { useKinds, useNamed } from "../records/kinds";
import type { Listed } from "../records/record";

const SHOWN = 30;
export const PLANS = "housing/plans";

interface Props {
  floor: number | null;
  /** the yard of the floor that is shown; null until it is known */
  yard: number | null;
  query: URLSearchParams;
  /** a floor to begin with, where none is chosen */
  onFirst: (floor: number) => void;
}

/** Yards, the buildings of the open one, and their floors. */
export function BookIndex({ floor, yard, query, onFirst }: Props) {
  const t = useTexts();
  const [words, setWords] = useState("");
  const [opened, setOpened] = useState<number | null>(null);
  const asked = new URLSearchParams({ limit: String(SHOWN), order: "name", ...(words.trim() ? { q: words.trim() } : {}) });
  const { data, problem, retry } = useResource<Listed>(`housing/yards?${asked}`);
  const open = opened ?? yard ?? (floor === null ? (data?.rows[0]?.id ?? null) : null);
  useEffect(() => setOpened(null), [yard]);
  if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 8 }} />;
  const isNone = data.total === 0 && words.trim() === "";
  const listed = data.rows.some((row) => row.id === open) || open === null ? data.rows : [...data.rows, { id: open, name: null }];
  return (
    <>
      {(data.total > SHOWN / 3 || words) && (
        <Input type="search" allowClear aria-label={t("find_yard")} placeholder={t("find_yard")} value={words} onChange={(event) => setWords(event.target.value)} />
      )}
      {isNone && <p className="empty">{t("empty_yards")}</p>}
      {data.total === 0 && !isNone && <p className="empty">{t("nothing_found")}</p>}
      <ul className="yards">
        {listed.map((row) => (
          <li key={row.id}>
            {row.name !== null && (
              <button type="button" className="yard" aria-expanded={row.id === open} onClick={() => setOpened(row.id === open ? -1 : row.id)}>
                <span aria-hidden="true">{row.id === open ? "▾" : "▸"}</span>
                {String(row.name)}
              </button>
            )}
            {row.id === open && <YardBuildings id={row.id} isNamed={row.name !== null} floor={floor} query={query} onFirst={onFirst} />}
          </li>
        ))}
      </ul>
      {data.total > data.rows.length && <p className="caption">{t("yards_more", { n: data.total - data.rows.length })}</p>}
    </>
  );
}

function YardBuildings({ id, isNamed, floor, query, onFirst }: { id: number; isNamed: boolean } & Omit<Props, "yard">) {
  const t = useTexts();
  const named = useNamed();
  const { kinds } = useKinds();
  const { data, problem, retry } = useResource<Book>(`housing/yards/${id}/book`);
  useEffect(() => {
    const floors = data?.buildings.flatMap((building) => building.floors) ?? [];
    const first = floors.find((one) => one.has_picture) ?? floors[0];
    if (floor === null && first) onFirst(first.id);
  }, [data, floor]);
  if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 3 }} />;
  const structure = (key: string | null) => kinds.get("housing/buildings")?.fields.find((field) => field.key === "structure")?.choices.find((one) => one.key === key);
  const facts = (building: Book["buildings"][number]) => {
    const choice = structure(building.structure);
    return [choice && named(choice), building.storeys && t("storeys", { n: building.storeys }), building.built_year && t("built_in", { year: building.built_year })].filter(Boolean).join(" · ");
  };
  return (
    <div className="yard-book">
      {!isNamed && <strong>{data.name}</strong>}
      <p className="caption">{data.address}</p>
      {data.buildings.length === 0 && <p className="caption">{t("empty_buildings")}</p>}
      {data.buildings.map((building) => (
        <section key={building.id} aria-label={building.name}>
          <h3>{building.name}</h3>
          <p className="caption">{facts(building)}</p>
          {building.floors.length === 0 && <p className="caption">{t("empty_floors")}</p>}
          <ul>
            {building.floors.map((one) => (
              <li key={one.id}>
                <a href={addressOf({ kind: PLANS, record: one.id, query: new URLSearchParams(query.get("by") ? { by: query.get("by")! } : {}) })} aria-current={one.id === floor ? "page" : undefined}>
                  <span>
                    {one.name}
                    {!one.has_picture && <span className="caption"> {t("no_picture_yet")}</span>}
                  </span>
                  <span className="caption">{t(one.idle ? "floor_counts_idle" : "floor_counts", { rooms: one.rooms, area: exact(one.use_area), idle: one.idle })}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
