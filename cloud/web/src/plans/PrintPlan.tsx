import { Button } from "antd";
import { useEffect, useId, useLayoutEffect, useMemo, useState } from "react";
import type { Plan } from "../api";
import { exact, fixed } from "../format";
import { usePreferences } from "../preferences";
import { type Address, addressOf, visit, withQuery } from "../records/address";
import { useKinds, useNamed } from "../records/kinds";
import { PALETTES, STATES } from "../tokens";
import { meaningOf, meaningsOf, WAYS } from "./meanings";
import { Outline, Patterns, RoomLabel, scaled, Swatch } from "./Shapes";

const PAPERS = { a4: { css: "A4 landscape", width: 1032, label: 11 }, a3: { css: "A3 landscape", width: 1497, label: 12 } } as const;
type Paper = keyof typeof PAPERS;

const now = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");

/** A floor as a sheet of paper: its plan, its legend, and the list of its rooms, to be signed. */
export function PrintPlan({ plan, address }: { plan: Plan; address: Address }) {
  const { t } = usePreferences();
  const named = useNamed();
  const id = useId();
  const { kinds, person } = useKinds();
  const paper: Paper = address.query.get("print") === "a3" ? "a3" : "a4";
  const way = WAYS.find((one) => one === address.query.get("by")) ?? "state";
  const fields = kinds.get("housing/rooms")?.fields ?? [];
  const meanings = useMemo(() => meaningsOf(way, fields, t, named), [way, fields, t, named]);
  const [withNames, setWithNames] = useState(true);
  const [ratio, setRatio] = useState<number | null>(null);
  const { css, width, label } = PAPERS[paper];
  const height = width * (ratio ?? 0.5);
  const say = (said: Record<string, string | null>) => visit({ ...address, query: withQuery(address.query, said) }, true);

  // A sheet is white whatever the screen is.
  useLayoutEffect(() => {
    const style = document.createElement("style");
    style.textContent = `@page { size: ${css}; margin: 12mm; }`;
    document.head.append(style);
    return () => style.remove();
  }, [css]);
  useEffect(() => {
    const before = document.title;
    document.title = `${plan.yard} ${plan.building} ${plan.name}`;
    return () => void (document.title = before);
  }, [plan]);

  const word = (field: "kind" | "state", value: string) => {
    const choice = fields.find((one) => one.key === field)?.choices.find((one) => one.key === value);
    return choice ? named(choice) : value;
  };
  const total = plan.rooms.reduce((sum, room) => sum + Math.round(Number(room.use_area) * 100), 0) / 100;
  const light = Object.fromEntries(Object.entries(PALETTES.light).map(([name, value]) => [`--${name}`, value])) as React.CSSProperties;
  return (
    <div className="print-view">
      <header className="card print-tools">
        <a href={addressOf({ ...address, query: withQuery(address.query, { print: null }) })}>{t("back_to_plan")}</a>
        <label>
          {t("paper")}
          <select value={paper} onChange={(event) => say({ print: event.target.value })}>
            {(Object.keys(PAPERS) as Paper[]).map((one) => (
              <option key={one} value={one}>
                {t(`paper_${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("colour_by")}
          <select value={way} onChange={(event) => say({ by: event.target.value })}>
            {WAYS.map((one) => (
              <option key={one} value={one}>
                {t(`by_${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input type="checkbox" checked={withNames} onChange={(event) => setWithNames(event.target.checked)} /> {t("with_names")}
        </label>
        <span className="spring" />
        <Button type="primary" onClick={() => window.print()}>
          {t("print_now")}
        </Button>
      </header>
      <article className={`sheet-of-paper ${paper}`} style={light}>
        <header>
          <h1>
            {plan.yard} {plan.building} {plan.name}
          </h1>
          <p>
            {t("floor_summary", { rooms: plan.rooms.length, area: exact(String(total)) })} · {t("as_of", { day: plan.as_of })}
            {plan.scale && ` · ${t("plan_scale", { scale: plan.scale })}`}
          </p>
        </header>
        {plan.picture && (
          <figure style={{ maxWidth: `min(100%, ${ratio ? (paper === "a4" ? 138 : 232) / ratio : 400}mm)` }}>
            <img src={`/api/v1/files/${plan.picture}`} alt={t("plan_of", { place: `${plan.building} ${plan.name}` })} onLoad={(event) => setRatio(event.currentTarget.naturalHeight / event.currentTarget.naturalWidth)} />
            {ratio !== null && (
              <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
                <Patterns id={id} meanings={meanings} strong={false} />
                {plan.rooms
                  .filter((room) => room.corners.length > 0)
                  .map((room) => {
                    const points = scaled(room.corners, width, height);
                    return (
                      <g key={room.id}>
                        <Outline id={id} room={room} points={points} meanings={meanings} way={way} />
                        <RoomLabel room={room} points={points} meaning={meanings.find((one) => one.key === meaningOf(way, room))} size={label} withNames={withNames} />
                      </g>
                    );
                  })}
              </svg>
            )}
          </figure>
        )}
        <p className="print-legend">
          <strong>{t("legend")}</strong>
          {meanings
            .filter((meaning) => plan.rooms.some((room) => meaningOf(way, room) === meaning.key))
            .map((meaning) => (
              <span key={meaning.key}>
                <Swatch meaning={meaning} /> {meaning.title}
              </span>
            ))}
          {way !== "standard" && plan.rooms.some((room) => room.is_over) && (
            <span>
              <i style={{ color: STATES.bad.colour }}>{STATES.bad.sign}</i> {t("standard_over")}
            </span>
          )}
        </p>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("rooms")}</th>
              <th scope="col">{t("room_use")}</th>
              <th scope="col">{t("room_state")}</th>
              <th scope="col" className="numeric">
                {t("room_area")} m²
              </th>
              <th scope="col">{t("room_owner")}</th>
              <th scope="col">{t("room_people")}</th>
              <th scope="col">{t("room_standard")}</th>
            </tr>
          </thead>
          <tbody>
            {plan.rooms.map((room) => (
              <tr key={room.id}>
                <th scope="row">{room.number}</th>
                <td>{word("kind", room.kind)}</td>
                <td>{word("state", room.state)}</td>
                <td className="numeric">{fixed(Number(room.use_area), 2)}</td>
                <td>{room.owner}</td>
                <td>{withNames ? room.people.join(t("list_comma")) : room.people.length ? t("people_count", { n: room.people.length }) : ""}</td>
                <td>{room.is_over ? `${STATES.bad.sign} ${t("standard_over")}` : room.people.length ? t("standard_within") : ""}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t("total_row")}</th>
              <td colSpan={2}>{t("rooms_count", { n: plan.rooms.length })}</td>
              <td className="numeric">{fixed(total, 2)}</td>
              <td colSpan={3} />
            </tr>
          </tfoot>
        </table>
        <footer>
          <span>{t("printed_at", { at: now() })}</span>
          <span>{t("printed_by", { who: person })}</span>
          <span className="spring" />
          <span className="sign">{t("checked_by")}</span>
        </footer>
      </article>
    </div>
  );
}
