"""The live pass: each settled hour of each counter is judged once, from itself and the hours before it.

A month's hours are judged by a detector that has read the ten weeks before the month, so that whoever begins
in the middle of the month says the same as who was there from its first hour on.
"""

from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import select
from sqlalchemy.engine import Engine

from civicwatt_cloud.analysis.anomalies.detector import Detector
from civicwatt_cloud.kit.business_time import HOUR_US, date_of
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.anomalies import found, rules, series
from civicwatt_cloud.modules.anomalies.models import Judged
from civicwatt_cloud.modules.anomalies.rules import Month
from civicwatt_cloud.modules.anomalies.series import Counter
from civicwatt_cloud.modules.anomalies.spots import Place, Seen

# [engineering defaults]
WORK = 20_000  # rows of counters judged in one transaction: others wait for its end, about a second
TOGETHER = 32  # counters of one detector
KEPT = 32  # detectors that are kept in memory between the hours, about 5 MB each


class Reading:
    """A detector on its way through a month, with what it has said."""

    def __init__(self, points: Sequence[int], start: int) -> None:
        self.points, self.start, self.next = list(points), start, start
        self.detector = Detector(len(points))
        shape = (len(points), 0)
        self.value, self.score, self.expected = np.empty(shape), np.empty(shape), np.empty(shape)

    def go_on(self, context: Context, end: int) -> None:
        """Judge the hours up to `end`."""
        if end <= self.next:
            return
        some = series.rows(self.next, end, context.zone)
        value = series.values(context.session, self.points, self.next, end)
        score, expected = np.zeros_like(value), np.full_like(value, np.nan)
        for at, like in enumerate(series.likenesses(some)):
            judged = self.detector.step(
                int(some.day[at]), int(some.hour[at]), np.ascontiguousarray(value[:, at]), None, like
            )
            score[:, at], expected[:, at] = judged.score, judged.expected
        self.value = np.hstack([self.value, value])
        self.score = np.hstack([self.score, score])
        self.expected = np.hstack([self.expected, expected])
        self.next = end


class _Due(NamedTuple):
    counters: list[Counter]
    hour: int  # judged up to here


_kept: WeakKeyDictionary[Engine, dict[tuple[int, ...], Reading]] = WeakKeyDictionary()


def run(context: Context) -> int:
    """Judge what is due, as much as one transaction should hold; the hours of counters that were judged."""
    settled = series.settled_hour(context.now_us)
    done = 0
    for due in _due(context, settled):
        month = rules.month_of(date_of(due.hour * HOUR_US, context.zone))
        reading = _reading(context, due, month)
        most = reading.next + max(1, WORK // len(due.counters))
        end = min(settled, series.first_hour(month.end, context.zone), most)
        done += (end - reading.next) * len(due.counters)
        reading.go_on(context, end)
        if reading.next > due.hour:  # else it still reads the past
            _keep(context, due, month, reading)
        if done >= WORK:
            break
    return done


def _due(context: Context, settled: int) -> list[_Due]:
    """Groups of counters that have hours to be judged, those that wait longest first."""
    marks = {one.point_id: one.live_hour for one in context.session.scalars(select(Judged))}
    begin = series.first_hour(rules.before(rules.month_of(context.today)).first, context.zone)
    every = series.counters(context.session)
    due = []
    for at in range(0, len(every), TOGETHER):
        by_hour: dict[int, list[Counter]] = {}
        for one in every[at : at + TOGETHER]:
            by_hour.setdefault(marks.get(one.point_id, begin), []).append(one)
        due += [_Due(some, hour) for hour, some in by_hour.items() if hour < settled]
    return sorted(due, key=lambda one: one.hour)


def _reading(context: Context, due: _Due, month: Month) -> Reading:
    """The detector that has read all before the hour; from memory, or made anew."""
    engine = context.session.connection().engine
    kept = _kept.setdefault(engine, {})
    points, start = [one.point_id for one in due.counters], series.first_hour(month.past, context.zone)
    reading = kept.pop(tuple(points), None)
    if reading is None or reading.start != start or reading.next > due.hour:
        reading = Reading(points, start)
    if len(kept) >= KEPT:
        kept.pop(next(iter(kept)))
    kept[tuple(points)] = reading
    return reading


def _keep(context: Context, due: _Due, month: Month, reading: Reading) -> None:
    """Write down what is found in the month, and how far the counters are judged."""
    rows = series.rows(reading.start, reading.next, context.zone)
    for at, counter in enumerate(due.counters):
        seen = Seen(reading.value[at], reading.score[at], reading.expected[at])
        found.keep(context, Place(counter, month, rows), due.hour, seen)
    for counter in due.counters:
        mark = context.session.get(Judged, counter.point_id)
        if mark is None:
            context.session.add(Judged(point_id=counter.point_id, live_hour=reading.next, review_month=0))
        else:
            mark.live_hour = reading.next
    context.session.flush()


def is_behind(context: Context) -> bool:
    """Whether some counter has hours that are settled and not judged."""
    return bool(_due(context, series.settled_hour(context.now_us)))
