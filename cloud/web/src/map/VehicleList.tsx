import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { clockOf, fixed } from "../format";
import { useTexts } from "../preferences";
import { Mark } from "./Mark";
import { useConditionWords } from "./useConditionWords";
import { conditionOf, type Vehicle } from "./wire";

const ROW_PX = 50;
const AROUND = 6; // rows made beyond what is seen

interface Props {
  vehicles: Vehicle[];
  selected: number | null;
  onSelect: (id: number) => void;
}

/** Thousands of vehicles, of which only those in sight are made; one stop for the tab key, arrows between them. */
export function VehicleList({ vehicles, selected, onSelect }: Props) {
  const t = useTexts();
  const wordsOf = useConditionWords();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const at = vehicles.findIndex((vehicle) => vehicle.vehicle_id === selected);

  useEffect(() => {
    const watcher = new ResizeObserver(() => box.current && setHeight(box.current.clientHeight));
    if (box.current) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => {
    const element = box.current;
    if (!element || at < 0) return;
    if (at * ROW_PX < element.scrollTop) element.scrollTop = at * ROW_PX;
    else if ((at + 1) * ROW_PX > element.scrollTop + element.clientHeight) element.scrollTop = (at + 1) * ROW_PX - element.clientHeight;
  }, [selected]);

  const pressKey = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / ROW_PX) - 1);
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: vehicles.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = vehicles[Math.min(vehicles.length - 1, Math.max(0, to))];
    if (next) onSelect(next.vehicle_id);
  };
  const first = Math.max(0, Math.floor(top / ROW_PX) - AROUND);
  const last = Math.min(vehicles.length, Math.ceil((top + height) / ROW_PX) + AROUND);
  const optionId = (number: number) => `${id}${number}`;
  return (
    <div
      ref={box}
      className="vehicle-list"
      role="listbox"
      aria-label={t("map_vehicles")}
      tabIndex={0}
      aria-activedescendant={at >= first && at < last ? optionId(selected!) : undefined}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={pressKey}
    >
      <div style={{ height: vehicles.length * ROW_PX, position: "relative" }} role="presentation">
        {vehicles.slice(first, last).map((vehicle, i) => {
          const condition = conditionOf(vehicle);
          return (
            <div
              key={vehicle.vehicle_id}
              id={optionId(vehicle.vehicle_id)}
              role="option"
              className="vehicle-row"
              aria-selected={vehicle.vehicle_id === selected}
              aria-setsize={vehicles.length}
              aria-posinset={first + i + 1}
              style={{ top: (first + i) * ROW_PX, height: ROW_PX }}
              onClick={() => onSelect(vehicle.vehicle_id)}
            >
              <Mark condition={condition} />
              <span className="plate">{vehicle.plate}</span>
              <span className={condition === "alarm" ? "doing alarm-words" : "doing"}>{wordsOf(vehicle)}</span>
              <span className="owner">{vehicle.owner}</span>
              <span className="when">
                {vehicle.motion === "moving" && vehicle.place ? t("map_speed", { n: fixed(vehicle.place.speed_km_h, 0) }) : vehicle.place ? clockOf(vehicle.place.at) : ""}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
