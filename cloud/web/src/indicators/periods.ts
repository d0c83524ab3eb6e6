import { todayInChina } from "../parts/PeriodPicker";
import type { Translate } from "../texts";

const FORM = /^20\d\d(-(Q[1-4]|0[1-9]|1[0-2]))?$/;
const YEARS = 3;

export const isPeriod = (said: string | null): said is string => said !== null && FORM.test(said);
export const thisYear = () => todayInChina().slice(0, 4);

export function periodTitle(period: string, t: Translate): string {
  const [year = "", part] = period.split("-");
  if (!part) return t("whole_year_of", { year });
  return part.startsWith("Q") ? t("quarter_of", { year, n: part.slice(1) }) : t("month", { year, month: Number(part) });
}

/** Years, quarters and months until today, the latest first. */
export function periods(): string[] {
  const today = todayInChina();
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7))];
  return Array.from({ length: YEARS }, (_, back) => year - back).flatMap((one) => {
    const last = one === year ? month : 12;
    const quarters = Array.from({ length: Math.ceil(last / 3) }, (_, n) => `${one}-Q${Math.ceil(last / 3) - n}`);
    const months = Array.from({ length: last }, (_, n) => `${one}-${String(last - n).padStart(2, "0")}`);
    return [String(one), ...quarters, ...months];
  });
}
