"""Hours that have to be booked again because other hours of their point changed.

Whether a rise is held depends on the rises of the weeks around it, and where a gap's use is placed on the
measured hours of the weeks before. So a change reaches farther than the hours it is in, though seldom: it
matters to held rises that now have support, to hours near a rise that is no longer there, to later gaps.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import bulk
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.books.bookings import NewHours, Replaced
from civicwatt_cloud.timeseries.ledger.books.computed import NewDays
from civicwatt_cloud.timeseries.ledger.counter.plausibility import FAR_H, LONGEST_US, PEAK_FACTOR
from civicwatt_cloud.timeseries.ledger.counter.profile import LOOK_BACK_H
from civicwatt_cloud.timeseries.ledger.days import hours_of_days
from civicwatt_cloud.timeseries.ledger.models import HeldStep, LedgerDay, ThinRise
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.virtual.definitions import definitions
from civicwatt_cloud.timeseries.ledger.virtual.models import Formula
from civicwatt_cloud.timeseries.stores.readings import Ints

_REACH_H = FAR_H + 25  # a rise is compared with those of FAR_H hours around its own, and of a day around it
_KEY = 2**21  # more than there are hours
_OLD = """
SELECT part.point_id, part.hour, part.micro, part.quality, part.peak
FROM (VALUES {}) AS asked CROSS JOIN ledger_hour AS part
WHERE part.point_id = asked.column1 AND part.hour >= asked.column2 AND part.hour < asked.column3"""
_OLD_HELD = """
SELECT part.point_id, (part.ts_us - 1) / 3600000000, part.rate
FROM (VALUES {}) AS asked CROSS JOIN held_step AS part
WHERE part.point_id = asked.column1 AND part.ts_us >= asked.column2 * 3600000000
    AND part.ts_us < asked.column3 * 3600000000 AND part.rate > 0"""
_GAPS = f"""
SELECT part.point_id, part.hour, part.hour + 1
FROM (VALUES {{}}) AS asked CROSS JOIN ledger_hour AS part
WHERE part.point_id = asked.column1 AND part.hour >= asked.column2 AND part.hour < asked.column3
    AND part.quality = {Quality.INTERPOLATED.code}"""  # noqa: S608 - our own number


class _Change(NamedTuple):
    """What became different in the replaced hours of a point."""

    replaced: Replaced
    first: int  # hours, both included
    last: int
    highest: int  # of the new peaks that differ [micro/h]
    is_lower: bool  # a peak fell or went
    is_measured: bool  # a measured hour came, went or changed


class Dependents:
    """Compares what is replaced with what stands there; one instance a transaction."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        self._session, self._zone = session, zone
        self._changes: list[_Change] = []
        self._changed_days: list[tuple[int, int, int]] = []  # of points that have no hours, as hours

    def note(self, booked: NewHours) -> None:
        """Before the hours are replaced."""
        old = _States(*self._columns(_OLD, booked.replaced, 5)).with_held(
            self._columns(_OLD_HELD, booked.replaced, 3)
        )
        held = [(point, (one.ts_us - 1) // HOUR_US, one.rate) for point, one in booked.held if one.rate]
        hours = booked.hours
        new = _States(booked.point, hours.hour, hours.micro, hours.quality, hours.peak).with_held(
            np.array(held, np.int64).reshape(-1, 3).T
        )
        differs = _difference(old, new)
        bounds = np.searchsorted(differs.point, [one.point for one in booked.replaced])
        ends = np.searchsorted(differs.point, [one.point for one in booked.replaced], side="right")
        for one, start, end in zip(booked.replaced, bounds.tolist(), ends.tolist(), strict=True):
            if start < end:
                mine = slice(start, end)
                self._changes.append(
                    _Change(
                        one,
                        int(differs.hour[start]),
                        int(differs.hour[end - 1]),
                        int(differs.new_peak[mine].max()),
                        bool((differs.new_peak[mine] < differs.old_peak[mine]).any()),
                        bool(differs.is_measured[mine].any()),
                    )
                )

    def note_days(self, booked: NewDays) -> None:
        """Before the days are replaced."""
        day = LedgerDay
        query = select(day.day, day.micro, day.covered_s, day.quality).where(
            day.point_id == booked.point, day.day >= booked.first, day.day <= booked.last
        )
        old = {tuple(row) for row in self._session.execute(query)}
        new = set(zip(*(column.tolist() for column in booked.days), strict=True))
        if changed := sorted(row[0] for row in old ^ new):
            hours = hours_of_days(changed[0], changed[-1], self._zone)
            self._changed_days.append((booked.point, *hours))

    def found(self) -> list[tuple[int, int, int]]:
        """After all is replaced: the hours [from, to) of points to book again."""
        return [*self._near(), *self._virtual()] if self._changes or self._changed_days else []

    def _virtual(self) -> Iterable[tuple[int, int, int]]:
        """The virtual meters that are computed from what changed."""
        changed = [(one.replaced.point, one.first, one.last + 1) for one in self._changes]
        if self._session.scalar(select(Formula.point_id).limit(1)) is None:
            return
        for meter, definition in definitions(self._session).items():
            for point, hour_from, hour_to in (*changed, *self._changed_days):
                if point in definition.operands:
                    yield meter, hour_from, hour_to

    def _near(self) -> list[tuple[int, int, int]]:
        """The hours of the same points that a change reaches."""
        if not self._changes:
            return []
        lower = [
            (one.replaced.point, max(0, one.first - _REACH_H), one.last + _REACH_H)
            for one in self._changes
            if one.is_lower
        ]
        windows = [
            (one.replaced.point, one.replaced.hour_to, one.last + LOOK_BACK_H)
            for one in self._changes
            if one.is_measured
        ]
        gaps = [tuple(row) for part in bulk.values(windows) for row in self._run(_GAPS, part)]
        return [*lower, *self._supported(), *gaps]  # type: ignore[list-item]

    def _supported(self) -> Iterable[tuple[int, int, int]]:
        """Held rises elsewhere that new ones come near to, and thin ones, which may turn out implausible."""
        changes: dict[int, list[_Change]] = {}
        for one in self._changes:
            changes.setdefault(one.replaced.point, []).append(one)
        for point, ts_us, lasting in self._watched(changes.keys()):
            hour = ts_us // HOUR_US
            for one in changes[point]:
                is_inside = one.replaced.hour_from <= hour < one.replaced.hour_to
                is_near = one.first - _REACH_H <= hour <= one.last + _REACH_H
                if is_near and not is_inside and (one.highest + 1) * PEAK_FACTOR >= lasting:
                    yield point, hour, hour + 1
                    break

    def _watched(self, points: Collection[int]) -> Iterable[tuple[int, int, int]]:
        """(point, time, rate that would support it): rises that are held, or booked on thin ground (any)."""
        between = (min(points), max(points))
        for held in self._session.scalars(select(HeldStep).where(HeldStep.point_id.between(*between))):
            if held.rate and held.point_id in points:
                rise = held.after_micro - held.before_micro
                lasting = min(held.rate, rise * HOUR_US // LONGEST_US) if rise > 0 else held.rate
                yield held.point_id, held.ts_us, lasting
        thin = select(ThinRise.point_id, ThinRise.ts_us).where(ThinRise.point_id.between(*between))
        for point, ts_us in self._session.execute(thin):
            if point in points:
                yield point, ts_us, 0

    def _columns(self, statement: str, replaced: Sequence[Replaced], width: int) -> Ints:
        rows = [tuple(row) for part in bulk.values(replaced) for row in self._run(statement, part)]
        return np.array(rows, np.int64).reshape(-1, width).T

    def _run(self, statement: str, values: str) -> Iterable[Sequence[int]]:
        return self._session.connection().exec_driver_sql(statement.format(values)).all()


class _States(NamedTuple):
    """Hours as they were, or will be; micro is -1 where only a held rise ended in them."""

    point: Ints
    hour: Ints
    micro: Ints
    quality: Ints
    peak: Ints

    @property
    def key(self) -> Ints:
        return self.point * _KEY + self.hour

    def with_held(self, held: Ints) -> "_States":
        """With held rises counted among the peaks."""
        if not held.size:
            return self.in_order()
        point, hour, rate = held
        nothing = np.full(len(point), -1)
        states = (
            np.concatenate(pair) for pair in zip(self, (point, hour, nothing, nothing, rate), strict=True)
        )
        return _States(*states).in_order()

    def in_order(self) -> "_States":
        """One row an hour, by point and hour."""
        key, place = np.unique(self.key, return_inverse=True)
        columns = [np.full(len(key), -1) for _ in range(3)]
        for column, given in zip(columns, self[2:], strict=True):
            np.maximum.at(column, place, given)
        return _States(key // _KEY, key % _KEY, *columns)


class _Difference(NamedTuple):
    """Hours that differ, by point and hour; a peak is -1 where there is none."""

    point: Ints
    hour: Ints
    old_peak: Ints
    new_peak: Ints
    is_measured: Ints


def _difference(old: _States, new: _States) -> _Difference:
    key = np.union1d(old.key, new.key)
    before, after = (_spread(one, key) for one in (old, new))
    differs = (before != after).any(axis=0)
    measured = Quality.MEASURED.code
    is_measured = ((before[1] == measured) | (after[1] == measured)) & (before[:2] != after[:2]).any(axis=0)
    return _Difference(
        *(column[differs] for column in (key // _KEY, key % _KEY, before[2], after[2], is_measured))
    )


def _spread(states: _States, key: Ints) -> Ints:
    """Micro, quality and peak at each key; -1 where there is no hour."""
    columns = np.full((3, len(key)), -1)
    columns[:, np.searchsorted(key, states.key)] = states[2:]
    return columns
