import { Input } from "antd";
import type { Plan, PlanRoom } from "../api";
import { fixed } from "../format";
import { useTexts } from "../preferences";
import { STATES } from "../tokens";
import { type Meaning, meaningOf, type Way } from "./meanings";
import { Swatch } from "./Shapes";

/** What of a floor's rooms a search and a meaning leave. */
export function roomsFound(rooms: PlanRoom[], words: string, way: Way, only: string | null): PlanRoom[] {
  const said = words.trim().toLowerCase();
  const texts = (room: PlanRoom) => [room.number, room.owner, ...room.people].join("\n").toLowerCase();
  return rooms.filter((room) => (only === null || meaningOf(way, room) === only) && (said === "" || texts(room).includes(said)));
}

interface Props {
  plan: Plan;
  rooms: PlanRoom[];
  words: string;
  onWords: (words: string) => void;
  way: Way;
  meanings: Meaning[];
  chosen: number | null;
  onChoose: (id: number | null) => void;
}

/** Every room of the floor, drawn or not: the list says and does what the picture does. */
export function RoomList({ plan, rooms, words, onWords, way, meanings, chosen, onChoose }: Props) {
  const t = useTexts();
  if (plan.rooms.length === 0) return <p className="empty">{t("empty_rooms")}</p>;
  return (
    <>
      <div className="plan-search" role="search">
        <Input type="search" allowClear aria-label={t("find_room")} placeholder={t("find_room")} value={words} onChange={(event) => onWords(event.target.value)} />
      </div>
      <p className="caption room-heads" aria-hidden="true">
        <span>{t("rooms")}</span>
        <span>
          {t("room_area")} <span className="unit">m²</span>
        </span>
      </p>
      {rooms.length === 0 && <p className="empty">{t("no_such_room")}</p>}
      <ul className="room-list" aria-label={t("rooms")}>
        {rooms.map((room) => {
          const meaning = meanings.find((one) => one.key === meaningOf(way, room));
          return (
            <li key={room.id}>
              <button type="button" aria-pressed={room.id === chosen} onClick={() => onChoose(room.id === chosen ? null : room.id)}>
                {meaning && <Swatch meaning={meaning} />}
                <strong>{room.number}</strong>
                <span className="what">
                  {[meaning?.title, room.people.length === 1 ? room.people[0] : room.people.length ? t("people_count", { n: room.people.length }) : "", room.corners.length || !plan.picture ? "" : t("not_drawn")]
                    .filter(Boolean)
                    .join(" · ")}
                  {room.is_over && way !== "standard" && (
                    <span className="over">
                      <span aria-hidden="true" style={{ color: STATES.bad.colour }}>
                        {STATES.bad.sign}
                      </span>
                      {t("standard_over")}
                    </span>
                  )}
                </span>
                <span className="figure">{fixed(Number(room.use_area), 2)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
