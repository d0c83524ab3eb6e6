import { Button } from "antd";
import { clockOf, dateOf, fixed, UNKNOWN } from "../format";
import { usePreferences } from "../preferences";
import { addressOf } from "../records/address";
import { useKinds, useNamed } from "../records/kinds";
import { mapHref } from "./mapAddress";
import { Mark } from "./Mark";
import { useConditionWords } from "./useConditionWords";
import { conditionOf, type Vehicle } from "./wire";

interface Props {
  vehicle: Vehicle;
  isFollowed: boolean;
  onFollow: () => void;
  onClose: () => void;
}

/** What is known of the chosen vehicle, and what can be done next. */
export function VehicleCard({ vehicle, isFollowed, onFollow, onClose }: Props) {
  const { t } = usePreferences();
  const named = useNamed();
  const { kinds } = useKinds();
  const condition = conditionOf(vehicle);
  const wordsOf = useConditionWords();
  const use = kinds.get("fleet/vehicles")?.fields.find((field) => field.key === "kind")?.choices.find((choice) => choice.key === vehicle.kind);
  const { place } = vehicle;
  const ignition = vehicle.is_on === null ? t("map_not_told") : t(vehicle.is_on ? "map_on" : "map_off");
  return (
    <div className="vehicle-card">
      <header>
        <Mark condition={condition} />
        <h2>{vehicle.plate}</h2>
        {condition !== "alarm" && <span>{wordsOf(vehicle)}</span>}
        {place && vehicle.motion === "moving" && <strong>{t("map_speed", { n: fixed(place.speed_km_h, 0) })}</strong>}
        <span className="spring" />
        <button type="button" className="close" aria-label={t("map_unselect")} title={t("map_unselect")} onClick={onClose}>
          ×
        </button>
      </header>
      {vehicle.alarms.length > 0 && <p className="alarm-words">{wordsOf(vehicle)}</p>}
      <dl className="facts">
        <dt>{t("institution")}</dt>
        <dd>{vehicle.owner}</dd>
        <dt>{t("map_use")}</dt>
        <dd>{use ? named(use) : vehicle.kind}</dd>
        <dt>{t("map_last_fix")}</dt>
        <dd>{place ? `${dateOf(place.at)} ${clockOf(place.at)}` : UNKNOWN}</dd>
        {place && (
          <>
            <dt>{t("map_ignition")}</dt>
            <dd>{ignition}</dd>
            <dt>{t("map_place")}</dt>
            <dd>
              {place.longitude.toFixed(5)}, {place.latitude.toFixed(5)}
            </dd>
          </>
        )}
      </dl>
      {!place && <p className="secondary">{t("map_never_heard")}</p>}
      <footer className="buttons">
        {place && (
          <>
            <Button type="primary" href={mapHref({ view: "replay", vehicle: vehicle.vehicle_id, day: dateOf(place.at) })}>
              {t("map_replay")}
            </Button>
            <Button aria-pressed={isFollowed} onClick={onFollow}>
              {t(isFollowed ? "map_following" : "map_follow")}
            </Button>
          </>
        )}
        <Button href={addressOf({ kind: "fleet/vehicles", record: vehicle.vehicle_id })}>{t("map_record")}</Button>
      </footer>
    </div>
  );
}
