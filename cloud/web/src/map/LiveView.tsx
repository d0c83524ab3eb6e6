import { Button, Input, type InputRef, Skeleton } from "antd";
import { useMemo, useRef, useState } from "react";
import { clockOf, dateOf } from "../format";
import { useKey } from "../keys";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import { addressOf } from "../records/address";
import { boxOf, type Lonlat } from "./geometry";
import { turn } from "./mapAddress";
import { MapCanvas } from "./MapCanvas";
import { MapFrame } from "./MapFrame";
import { Mark } from "./Mark";
import { placeOf, placesOfAll, vehicleAt, vehiclesPainter } from "./paintVehicles";
import type { ViewProps } from "./MapPage";
import { VehicleCard } from "./VehicleCard";
import { VehicleList } from "./VehicleList";
import { conditionOf, CONDITIONS, type Condition, type Vehicle } from "./wire";

export const newestOf = (vehicles: Vehicle[]) => vehicles.reduce((newest, { place }) => (place && place.at > newest ? place.at : newest), "");

/** Where the vehicles are now: the list and the map say and do the same. */
export function LiveView({ query, said, common }: ViewProps) {
  const t = useTexts();
  const { live, ground, frame } = common;
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<Set<Condition>>(new Set());
  const [follows, setFollows] = useState(false);
  const [sought, setSought] = useState(said.vehicle);
  const search = useRef<InputRef>(null);
  useKey("/", () => search.current?.focus());

  const all = live.data ?? [];
  const asked = words.trim().toUpperCase();
  const found = useMemo(
    () =>
      all
        .filter((vehicle) => (chosen.size === 0 || chosen.has(conditionOf(vehicle))) && (!asked || vehicle.plate.toUpperCase().includes(asked) || vehicle.owner.toUpperCase().includes(asked)))
        .toSorted((a, b) => CONDITIONS.indexOf(conditionOf(a)) - CONDITIONS.indexOf(conditionOf(b)) || a.plate.localeCompare(b.plate, "zh-CN")),
    [live.data, asked, chosen],
  );
  const counts = useMemo(() => new Map(CONDITIONS.map((one) => [one, all.filter((vehicle) => conditionOf(vehicle) === one).length])), [live.data]);
  const selected = all.find((vehicle) => vehicle.vehicle_id === said.vehicle) ?? null;
  const place: Lonlat | null = selected && placeOf(selected);
  const painters = useMemo(() => [common.ground, common.fences, vehiclesPainter(found, said.vehicle), common.names], [common.ground, common.fences, common.names, found, said.vehicle]);
  const whole = ground.box ?? boxOf(placesOfAll(all));

  const select = (id: number | null, isSought: boolean) => {
    if (id === null) setFollows(false);
    setSought(isSought ? id : null);
    turn(query, { vehicle: id });
  };
  const sight = follows && place ? { key: `follow ${place.join()}`, middle: place } : sought !== null && place ? { key: `seek ${sought}`, middle: place } : null;
  const flip = (condition: Condition) => {
    const next = new Set(chosen);
    if (!next.delete(condition)) next.add(condition);
    setChosen(next);
  };
  const clear = () => {
    setWords("");
    setChosen(new Set());
  };
  const newest = newestOf(all);
  const card = selected && <VehicleCard vehicle={selected} isFollowed={follows} onFollow={() => setFollows(!follows)} onClose={() => select(null, false)} />;
  const legend = CONDITIONS.map((condition) => (
    <button key={condition} type="button" aria-pressed={chosen.has(condition)} onClick={() => flip(condition)}>
      <Mark condition={condition} />
      {t(`map_${condition}`)} <b>{counts.get(condition)}</b>
    </button>
  ));
  const body = () => {
    if (live.data === null) return live.problem ? <ProblemPanel problem={live.problem} onRetry={live.retry} /> : <Skeleton active title={false} paragraph={{ rows: 10, width: "100%" }} />;
    if (all.length === 0)
      return (
        <p className="empty">
          {t("map_no_vehicles")}
          <Button href={addressOf({ kind: "fleet/vehicles" })}>{t("map_register")}</Button>
        </p>
      );
    if (found.length === 0)
      return (
        <p className="empty">
          {t("map_none_match")}
          <Button onClick={clear}>{t("map_all_vehicles")}</Button>
        </p>
      );
    return <VehicleList vehicles={found} selected={said.vehicle} onSelect={(id) => select(id, true)} />;
  };
  return (
    <MapFrame
      {...frame}
      side={
        <>
          <div className="side-head">
            <Input ref={search} aria-label={t("map_find_label")} placeholder={t("map_find")} allowClear value={words} onChange={(event) => setWords(event.target.value)} />
            <div className="conditions" role="group" aria-label={t("map_conditions")}>
              {legend}
            </div>
            {all.length > 0 && (
              <p className="caption">
                {found.length === all.length ? t("map_count", { n: all.length }) : t("map_count_of", { n: found.length, all: all.length })}
                {newest && ` · ${t("map_newest", { at: `${dateOf(newest)} ${clockOf(newest)}` })}`}
              </p>
            )}
            {live.data && live.problem && <StaleNote problem={live.problem} onRetry={live.retry} />}
          </div>
          {body()}
          {card}
        </>
      }
      map={
        <MapCanvas
          label={t("map_label_live")}
          painters={painters}
          sight={sight}
          whole={whole}
          onPress={(_, pixelsTo) => select(vehicleAt(found, pixelsTo)?.vehicle_id ?? null, false)}
        >
          <div className="on-phone">{card ?? <div className="legend conditions">{legend}</div>}</div>
        </MapCanvas>
      }
    />
  );
}
