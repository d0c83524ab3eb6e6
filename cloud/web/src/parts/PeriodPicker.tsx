import { Select } from "antd";
import { usePreferences } from "../preferences";
import { go, useRoute } from "../route";

/** The day it is in China, whatever zone the browser is set to. */
export function todayInChina(): string {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
}

/** A year or one of its months; the choice is in the address. */
export function PeriodPicker() {
  const { t } = usePreferences();
  const route = useRoute();
  const today = todayInChina();
  const thisYear = Number(today.slice(0, 4));
  const chosen = route.period ?? String(thisYear);
  const years = new Set([thisYear, thisYear - 1, Number(chosen.slice(0, 4))]);
  const groups = [...years].map((year) => {
    const months = year === thisYear ? Number(today.slice(5, 7)) : 12;
    const keys = Array.from({ length: months }, (_, i) => `${year}-${String(months - i).padStart(2, "0")}`);
    return {
      label: t("year", { year }),
      options: [
        { value: String(year), label: t(year === thisYear ? "year_so_far" : "whole_year", { year }) },
        ...keys.map((key) => ({ value: key, label: t("month", { year, month: Number(key.slice(5)) }) })),
      ],
    };
  });
  return (
    <Select
      className="period"
      aria-label={t("period")}
      value={chosen}
      options={groups}
      listHeight={420}
      popupMatchSelectWidth={false}
      onChange={(period: string) => go({ ...route, period })}
    />
  );
}
