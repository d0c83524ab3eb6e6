import { Button } from "antd";
import { type ReactNode, useState } from "react";
import type { Resource } from "../client";
import { useTexts } from "../preferences";
import type { GroundFile } from "./ground";
import { mapHref, type ViewKey, VIEWS } from "./mapAddress";

interface Props {
  view: ViewKey;
  /** carried on from view to view */
  vehicle: number | null;
  day: string | null;
  side: ReactNode;
  map: ReactNode;
  /** under the map */
  below?: ReactNode;
  alerts: number | null;
  groundFile: Resource<GroundFile>;
}

/** The list beside the map; on a phone the list first, the map one press away. */
export function MapFrame({ view, vehicle, day, side, map, below, alerts, groundFile }: Props) {
  const t = useTexts();
  const [pane, setPane] = useState<"list" | "map">("list");
  return (
    <div className={`map-page shows-${pane}`}>
      <div className="map-head">
        <nav className="map-views" aria-label={t("map_views")}>
          {VIEWS.map((one) => (
            <a key={one} href={mapHref({ view: one, vehicle: one === "fences" ? null : vehicle, day: one === "replay" || one === "alerts" ? day : null })} aria-current={one === view ? "page" : undefined}>
              {t(`map_${one}`)}
              {one === "alerts" && alerts !== null && alerts > 0 && <span className="count">{alerts}</span>}
            </a>
          ))}
        </nav>
        <div className="map-panes" role="group" aria-label={t("map_panes")}>
          {(["list", "map"] as const).map((one) => (
            <button key={one} type="button" aria-pressed={one === pane} onClick={() => setPane(one)}>
              {t(one === "list" ? "map_list" : "map")}
            </button>
          ))}
        </div>
      </div>
      <section className="card map-side">{side}</section>
      <div className="map-main">
        <div className="card map-holder">
          {map}
          {groundFile.problem && (
            <p className="stale no-ground" role="status">
              <span aria-hidden="true">▲</span>
              {t("map_no_ground", { code: groundFile.problem.code })}
              <Button size="small" onClick={groundFile.retry}>
                {t("retry")}
              </Button>
            </p>
          )}
        </div>
        {below}
      </div>
    </div>
  );
}
