import { useTexts } from "../preferences";
import { useKinds, useNamed } from "../records/kinds";
import { conditionOf, type Vehicle } from "./wire";

/** What a vehicle does, or what is wrong with it, in words. */
export function useConditionWords(): (vehicle: Vehicle) => string {
  const t = useTexts();
  const named = useNamed();
  const { kinds } = useKinds();
  const choices = kinds.get("fleet/vehicle-events")?.fields.find((field) => field.key === "kind")?.choices ?? [];
  return (vehicle) => {
    const wrong = vehicle.alarms.flatMap((alarm) => choices.filter((choice) => choice.key === alarm).map(named));
    return wrong.join(t("list_comma")) || t(`map_${conditionOf(vehicle)}`);
  };
}
