import { useTexts } from "../preferences";
import type { Lonlat } from "./geometry";

interface Props {
  /** pixels of a metre */
  metre: number;
  aim: Lonlat | null;
  onZoom: (factor: number) => void;
  onWhole: () => void;
}

const LENGTHS = [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000];
const WIDEST_PX = 110;

/** Nearer, farther, all of it; the scale, and where the pointer is. */
export function MapTools({ metre, aim, onZoom, onWhole }: Props) {
  const t = useTexts();
  const length = LENGTHS.findLast((one) => one * metre <= WIDEST_PX) ?? 50;
  return (
    <>
      <div className="map-tools">
        <button type="button" aria-label={t("map_nearer")} title={t("map_nearer")} onClick={() => onZoom(1.6)}>
          +
        </button>
        <button type="button" aria-label={t("map_farther")} title={t("map_farther")} onClick={() => onZoom(1 / 1.6)}>
          −
        </button>
        <button type="button" aria-label={t("map_whole")} title={t("map_whole")} onClick={onWhole}>
          ⤢
        </button>
      </div>
      <div className="map-scale" aria-hidden="true">
        <span className="bar" style={{ width: length * metre }}>
          {length < 1000 ? `${length} m` : `${length / 1000} km`}
        </span>
        <span>WGS-84{aim && ` ${aim[0].toFixed(5)}, ${aim[1].toFixed(5)}`}</span>
      </div>
    </>
  );
}
