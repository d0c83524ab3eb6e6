import { Button, Skeleton } from "antd";
import { useState } from "react";
import type { PointReadings } from "../api";
import { useResource } from "../client";
import { addDays, clockOf, decimalsAmong, hourSpan, secondsOf } from "../format";
import { DayField } from "../parts/DayField";
import { Completeness } from "../parts/Completeness";
import { Exact } from "../parts/Exact";
import { ProblemPanel } from "../parts/ProblemPanel";
import { QualityMark } from "../parts/QualityMark";
import { usePreferences } from "../preferences";
import { go, type Route } from "../route";

interface Props {
  point: number;
  date: string;
  today: string;
  route: Partial<Route>;
}

/** The ground every figure stands on: a day of one meter, hour by hour, each hour opening its raw readings. */
export function Readings({ point, date, today, route }: Props) {
  const { language, t } = usePreferences();
  const { data, problem, retry } = useResource<PointReadings>(`points/${point}/readings?date=${date}`, date === today ? 10_000 : 0);
  const [opened, setOpened] = useState<string | null>(null);
  const show = (day: string) => go({ ...route, date: day }, true);

  const hours = () => {
    if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active paragraph={{ rows: 12 }} />;
    if (data.hours.length === 0 && data.readings.length === 0) return <p className="empty">{t("empty_day")}</p>;
    const decimals = decimalsAmong(data.hours.map((hour) => hour.value));
    const counterDecimals = decimalsAmong(data.readings.map((reading) => reading.value));
    return (
      <table className="data-table narrow hours">
        <thead>
          <tr>
            <th scope="col">{t("hour")}</th>
            <th scope="col" className="numeric">
              {t("amount")}
              <span className="unit">{data.point.unit}</span>
            </th>
            <th scope="col">{t("quality")}</th>
            <th scope="col" className="numeric">
              {t("covered")}
            </th>
            <th scope="col" className="numeric">
              {t("readings")}
            </th>
          </tr>
        </thead>
        <tbody>
          {data.hours.map((hour) => {
            const inside = data.readings.filter((reading) => reading.at.slice(0, 13) === hour.start.slice(0, 13));
            const open = opened === hour.start;
            return [
              <tr key={hour.start} className={inside.length ? "opens" : ""} onClick={() => setOpened(open ? null : hour.start)}>
                <td>{hourSpan(clockOf(hour.start))}</td>
                <td className="numeric">
                  <Exact value={hour.value} decimals={decimals} />
                </td>
                <td>
                  <QualityMark quality={hour.quality} />
                  {hour.running && <span className="caption running-hour">{t("running_short")}</span>}
                </td>
                <td className="numeric">
                  <Completeness share={hour.covered} />
                </td>
                <td className="numeric">
                  {inside.length > 0 ? (
                    <button type="button" className="link" aria-expanded={open}>
                      {inside.length} {open ? "▴" : "▾"}
                    </button>
                  ) : (
                    0
                  )}
                </td>
              </tr>,
              open && inside.length > 0 && (
                <tr key={`${hour.start} readings`} className="raw">
                  <td colSpan={5}>
                    <ol>
                      {inside.map((reading) => (
                        <li key={reading.at}>
                          <time>{secondsOf(reading.at)}</time>
                          {reading.value === null ? (
                            <span className="watch">▲ {language === "zh" ? reading.reason : reading.reason_en}</span>
                          ) : (
                            <Exact value={reading.value} decimals={counterDecimals} />
                          )}
                        </li>
                      ))}
                    </ol>
                  </td>
                </tr>
              ),
            ];
          })}
        </tbody>
      </table>
    );
  };

  return (
    <section>
      <div className="day-picker">
        <Button onClick={() => show(addDays(date, -1))}>{t("day_before")}</Button>
        <DayField date={date} latest={today} onChange={show} />
        <Button disabled={date >= today} onClick={() => show(addDays(date, 1))}>
          {t("day_after")}
        </Button>
      </div>
      {data && <p className="secondary">{t("readings_hint", { n: data.readings.length, failed: data.readings.filter((r) => r.value === null).length })}</p>}
      {hours()}
    </section>
  );
}
