"""What a handful of fixes comes to, in one transaction: positions, trips, stops, events, where to go on."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select

from civicwatt_cloud.kit import bulk
from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.geo import Area, Point
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.fleet.positions import happenings, watching
from civicwatt_cloud.modules.fleet.positions.figures import Figures
from civicwatt_cloud.modules.fleet.positions.fixes import Filtered, Fix, judged
from civicwatt_cloud.modules.fleet.positions.guarded import Guarded, Known
from civicwatt_cloud.modules.fleet.positions.happenings import Happening
from civicwatt_cloud.modules.fleet.positions.models import Position, Stop, Trip, VehicleEventKind
from civicwatt_cloud.modules.fleet.positions.motion import Leg
from civicwatt_cloud.modules.fleet.positions.seals import Span
from civicwatt_cloud.modules.fleet.positions.watching import Seen, Watched

FIX_COLUMNS = (
    "at_us",
    "latitude_micro",
    "longitude_micro",
    "speed_hm_h",
    "course_deg",
    "altitude_m",
    "accuracy_m",
    "is_on",
    "mileage_hm",
)
_COLUMNS = ("vehicle_id", "received_us", "source", "filtered", *FIX_COLUMNS)
_POSITIONS = (
    f"INSERT INTO position ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608
    "ON CONFLICT (vehicle_id, at_us) DO NOTHING"
)
_LIVE = (
    "INSERT INTO vehicle_live (vehicle_id, at_us, state) VALUES (?, ?, ?) ON CONFLICT (vehicle_id) "
    "DO UPDATE SET at_us = excluded.at_us, state = excluded.state"
)
LONGEST_REPLAY_US = 7 * DAY_US  # older fixes are kept, and change no trip [engineering default]


class Batch:
    """One transaction's work."""

    def __init__(self, context: Context, fences: Mapping[int, Guarded], figures: Figures) -> None:
        self._context, self._fences, self._figures = context, fences, figures
        self._positions: list[tuple[Any, ...]] = []
        self._late: list[tuple[Known, Mapping[int, Area], int]] = []
        self._after: dict[int, Watched] = {}

    def take(
        self,
        vehicle: Known,
        watched: Watched,
        areas: Mapping[int, Area],
        fixes: Mapping[int, tuple[Fix, str]],
    ) -> None:
        """Take a vehicle's fixes in, by time."""
        newest_us = watched.last.at_us if watched.last else -1
        late = [at_us for at_us in sorted(fixes) if at_us <= newest_us]
        for at_us in self._missing(vehicle, late):
            fix, source = fixes[at_us]
            filtered = judged(fix, None, self._context.now_us, self._figures)
            self._position(vehicle, fix, source, filtered)
            if filtered is None and (not self._late or self._late[-1][0] is not vehicle):
                self._late.append((vehicle, areas, at_us))
        for at_us in sorted(fixes):
            if at_us > newest_us:
                fix, source = fixes[at_us]
                seen = watching.seen(watched, fix, self._context.now_us, areas, self._figures)
                watched = seen.watched
                self._position(vehicle, fix, source, seen.filtered)
                self._happened(vehicle, seen)
        self._after[vehicle.id] = watched

    def write(self) -> dict[int, Watched]:
        """Write what was taken; what the vehicles are then seen doing."""
        connection = self._context.session.connection()
        bulk.run(connection, _POSITIONS, self._positions)
        for vehicle, areas, late_us in self._late:
            if late_us > self._context.now_us - LONGEST_REPLAY_US:
                self._after[vehicle.id] = self._replayed(vehicle, areas, late_us)
        live = [
            (number, one.last.at_us, watching.text_of(one))
            for number, one in sorted(self._after.items())
            if one.last is not None
        ]
        bulk.run(connection, _LIVE, live)
        return self._after

    def _missing(self, vehicle: Known, times: list[int]) -> list[int]:
        """Those of the times at which no position is stored."""
        if not times:
            return []
        stored = select(Position.at_us).where(Position.vehicle_id == vehicle.id, Position.at_us.in_(times))
        there = set(self._context.session.scalars(stored))
        return [at_us for at_us in times if at_us not in there]

    def _position(self, vehicle: Known, fix: Fix, source: str, filtered: Filtered | None) -> None:
        told = (getattr(fix, name) for name in FIX_COLUMNS)
        self._positions.append((vehicle.id, self._context.now_us, source, filtered, *told))

    def _happened(self, vehicle: Known, seen: Seen) -> None:
        for leg in seen.legs:
            self._leg(vehicle, leg)
        for number, passing in seen.passed:
            what = happenings.passed(self._context, self._fences[number], passing, self._figures)
            happenings.write(self._context, vehicle, what)
        if seen.is_power_cut and seen.watched.last is not None:
            cut = Happening(VehicleEventKind.POWER_CUT, seen.watched.last.at_us, True)
            happenings.write(self._context, vehicle, cut)

    def _leg(self, vehicle: Known, leg: Leg) -> None:
        times = {"started_us": leg.start.at_us, "ended_us": leg.end.at_us}
        whose: dict[str, Any] = {"owner_id": vehicle.owner_id, "vehicle_id": vehicle.id, "rev": 1}
        whose["sensitivity"] = vehicle.sensitivity
        if not leg.is_trip:
            self._context.session.add(Stop(**whose, **times, place=_told(leg.start.place)))
            return
        row = Trip(**whose, **times, distance_m=round(leg.distance_m), is_gap=leg.is_gap)
        row.from_place, row.to_place = _told(leg.start.place), _told(leg.end.place)
        self._context.session.add(row)
        span = Span(leg.start.at_us, leg.end.at_us)
        sealed = happenings.sealed_use(self._context, vehicle, span, leg.distance_m, self._figures)
        if sealed is not None:
            happenings.write(self._context, vehicle, sealed)

    def _replayed(self, vehicle: Known, areas: Mapping[int, Area], late_us: int) -> Watched:
        """Go once more over a vehicle's fixes, from the last stop before those that came late."""
        session = self._context.session
        session.flush()
        from_us = self._last_stop_us(vehicle, late_us)
        for model in (Trip, Stop):
            session.execute(delete(model).where(model.vehicle_id == vehicle.id, model.ended_us > from_us))
        columns = [getattr(Position, name) for name in FIX_COLUMNS]
        query = select(*columns).where(
            Position.vehicle_id == vehicle.id, Position.at_us >= from_us, Position.filtered.is_(None)
        )
        watched = Watched()
        for row in session.execute(query.order_by(Position.at_us)).all():
            fix = Fix(**row._asdict())
            seen = watching.seen(watched, fix, self._context.now_us, areas, self._figures)
            watched = seen.watched
            self._happened(vehicle, seen)
        return watched

    def _last_stop_us(self, vehicle: Known, late_us: int) -> int:
        """When the last stop that ended before an instant began; a day before, where there is none."""
        before = select(func.max(Stop.started_us)).where(
            Stop.vehicle_id == vehicle.id, Stop.ended_us <= late_us, Stop.ended_us > late_us - DAY_US
        )
        return self._context.session.scalar(before) or late_us - DAY_US


def _told(place: Point) -> str:
    return f"{place.longitude:.6f},{place.latitude:.6f}"
