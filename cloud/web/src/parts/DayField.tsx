import { Button } from "antd";
import { useRef } from "react";
import { useTexts } from "../preferences";

interface Props {
  date: string;
  latest: string;
  onChange: (date: string) => void;
}

/** A day written the same in every browser, 2026-11-21 周六; the browser's own calendar opens under it. */
export function DayField({ date, latest, onChange }: Props) {
  const t = useTexts();
  const field = useRef<HTMLInputElement>(null);
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return (
    <span className="day-field">
      <input
        ref={field}
        type="date"
        tabIndex={-1}
        aria-hidden="true"
        value={date}
        max={latest}
        onChange={(event) => event.target.value && onChange(event.target.value)}
      />
      <Button aria-label={t("choose_day", { date })} onClick={() => field.current?.showPicker()}>
        {date} {t("weekdays").split(" ")[weekday]} ▾
      </Button>
    </span>
  );
}
