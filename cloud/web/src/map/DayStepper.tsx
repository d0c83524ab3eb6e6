import { Button } from "antd";
import { addDays } from "../format";
import { DayField } from "../parts/DayField";
import { todayInChina } from "../parts/PeriodPicker";
import { useTexts } from "../preferences";

/** A day, and the ones before and after it. */
export function DayStepper({ day, onChange }: { day: string; onChange: (day: string) => void }) {
  const t = useTexts();
  const latest = todayInChina() > day ? todayInChina() : day;
  return (
    <span className="day-stepper">
      <Button aria-label={t("map_day_before")} onClick={() => onChange(addDays(day, -1))}>
        ‹
      </Button>
      <DayField date={day} latest={latest} onChange={onChange} />
      <Button aria-label={t("map_day_after")} disabled={day >= latest} onClick={() => onChange(addDays(day, 1))}>
        ›
      </Button>
    </span>
  );
}
