import { Skeleton } from "antd";
import type { CalendarDay, EnergyMonth } from "../api";
import { useResource } from "../client";
import { exact } from "../format";
import { ProblemPanel } from "../parts/ProblemPanel";
import { todayInChina } from "../parts/PeriodPicker";
import { usePreferences } from "../preferences";
import { type Address, visit, withQuery } from "../records/address";
import { INSTITUTION } from "../records/directory";
import { ReferenceInput } from "../records/ReferenceInput";
import type { TextKey } from "../texts/zh";
import { Choice } from "./CascadePage";

export const CALENDAR = "targets/calendar";
const MONTHS = 13;
const LIVE_MS = 60_000;
const WEEK = 7;
const KINDS: Record<string, TextKey> = { workday: "day_workday", weekend: "day_weekend", holiday: "day_holiday" };
const kwh = (value: string | null) => (value === null ? "—" : exact(Number(value).toFixed(0)));

function months(): string[] {
  const [year = 0, month = 0] = todayInChina().split("-").map(Number);
  return Array.from({ length: MONTHS }, (_, back) => {
    const at = year * 12 + month - 1 - back;
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
  });
}

/** A budget for each day of a month, what was used of it, and what the month has left over. */
export function EnergyCalendar({ address }: { address: Address }) {
  const { t } = usePreferences();
  const { query } = address;
  const institution = Number(query.get("institution")) || null;
  const options = months();
  const month = options.find((one) => one === query.get("month")) ?? options[0]!;
  const asked = `institution_id=${institution}&month=${month}`;
  const { data, problem, retry } = useResource<EnergyMonth>(institution ? `targets/calendar?${asked}` : null, LIVE_MS);
  const say = (said: Record<string, string | null>) => visit({ kind: CALENDAR, query: withQuery(query, said) }, true);
  const lead = data ? (new Date(`${data.days[0]!.date}T00:00:00Z`).getUTCDay() + WEEK - 1) % WEEK : 0;
  const today = data?.days.find((one) => one.is_running);
  return (
    <section className="card records targets">
      <header>
        <h1>{t("energy_calendar")}</h1>
        <span className="spring" />
        <Choice label={t("month_of")} value={month} options={options.map((one) => [one, one])} onChange={(value) => say({ month: value })} />
        <span className="labelled wide">
          <span className="caption">{t("institution")}</span>
          <ReferenceInput target={INSTITUTION} label={t("institution")} value={institution} onChange={(id) => say({ institution: id === null ? null : String(id) })} />
        </span>
      </header>
      {!institution && <p className="empty">{t("choose_institution")}</p>}
      {problem && <ProblemPanel problem={problem} onRetry={retry} />}
      {institution && data === null && !problem && <Skeleton active title={false} paragraph={{ rows: 8, width: "100%" }} />}
      {data && (
        <>
          {today && <Today day={today} />}
          <p>{t("calendar_line", { budget: kwh(data.budget_so_far), used: kwh(data.used_so_far), balance: kwh(data.balance) })}</p>
          <p className="secondary">
            {data.measured_days === 0 ? t("no_last_year") : t("budget_from", { days: data.measured_days, cut: Number(data.reduction).toFixed(2), plan: data.reduction_from || t("no_plan") })}
          </p>
          <ol className="calendar-days" aria-label={month}>
            {data.days.map((one, at) => (
              <Day key={one.date} day={one} column={at === 0 ? lead + 1 : undefined} />
            ))}
          </ol>
          <p className="caption">
            <a href={`/api/v1/targets/calendar/report?${asked}`}>{t("month_report_word")}</a> · <a href={`/api/v1/targets/calendar/report?${asked}&format=pdf`}>{t("month_report_pdf")}</a>
          </p>
        </>
      )}
    </section>
  );
}

const share = (day: CalendarDay) => (day.budget && Number(day.budget) > 0 && day.used !== null ? Number(day.used) / Number(day.budget) : null);

function Today({ day }: { day: CalendarDay }) {
  const { t } = usePreferences();
  return (
    <p>
      <strong>{t("today_so_far", { used: kwh(day.used), budget: kwh(day.budget), carry: kwh(day.carry) })}</strong>
      <Bar day={day} />
    </p>
  );
}

/** How much of the day's budget is used; the words beside it say the same. */
function Bar({ day }: { day: CalendarDay }) {
  const used = share(day);
  if (used === null) return null;
  return (
    <span className="budget-bar" aria-hidden="true">
      <span className={used > 1 ? "over" : ""} style={{ width: `${Math.min(100, used * 100)}%` }} />
    </span>
  );
}

function Day({ day, column }: { day: CalendarDay; column?: number }) {
  const { t } = usePreferences();
  const used = share(day);
  return (
    <li className={`${day.kind}${day.is_running ? " running" : ""}`} style={column ? { gridColumnStart: column } : undefined}>
      <span>
        <strong>{Number(day.date.slice(8))}</strong> <span className="caption">{t(KINDS[day.kind] ?? "day_workday")}</span>
      </span>
      <span>
        {kwh(day.used)} / {kwh(day.budget)}
      </span>
      <Bar day={day} />
      {used !== null && used > 1 && !day.is_running && <span className="behind">{t("over_budget")}</span>}
    </li>
  );
}
