"""What groups of counters used, step by step: rows of the ledger added up in columns, exactly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from sqlalchemy import Select

from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US
from civicwatt_cloud.timeseries.figures import parts as shared
from civicwatt_cloud.timeseries.figures import steps as step_rules
from civicwatt_cloud.timeseries.figures.parts import Look, Part
from civicwatt_cloud.timeseries.figures.periods import SETTLE_US
from civicwatt_cloud.timeseries.figures.steps import Ints, Steps
from civicwatt_cloud.timeseries.figures.summed import Sums
from civicwatt_cloud.timeseries.figures.usage import View
from civicwatt_cloud.timeseries.ledger import queries as ledger
from civicwatt_cloud.timeseries.ledger.queries import Columns, Period, Piece, Seconds, Step
from civicwatt_cloud.timeseries.ledger.virtual.definitions import has_days_only

_DIGITS: dict[Period, int] = {"day": 8, "month": 6, "year": 4}  # of the periods' numbers
_FINE_ROWS = (
    3_000_000  # quality comes from the hours up to so many rows [engineering default], about a second
)


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """The counters of a sum, by point id, and the group of each; beside them the parts of shared ones."""

    ids: Select[int]  # the same points for the database
    point: Ints
    bound_from_us: Ints
    group: Ints
    groups: int
    parts: Sequence[Part] = ()


def settled_us(view: View) -> int:
    """Up to here every reading of an hour has had time to arrive."""
    return (view.now_us - SETTLE_US) // HOUR_US * HOUR_US


def by_step(view: View, members: Members, steps: Steps, step: Period, fine: Step) -> Sums:
    """The sums of hours, days, months or years; `fine`: from which rows the quality is taken."""
    found = Sums.zero(members.groups, len(steps))
    source: Step = "month" if step in {"month", "year"} else "hour" if step == "hour" else "day"
    piece = _piece(steps, step, source)
    _add(found, members, steps, ledger.columns(view.session, piece, members.ids, step))
    _qualify(view, found, members, steps, step, fine=fine)
    until_us = view.now_us if step == "hour" else settled_us(view)
    _expect(found, members, steps, until_us)
    if step != "hour":
        _leave_unsettled(view, found, members, steps)
    shared.add(Look(view.session, view.zone, until_us), found, members.parts, steps, step)
    return found


def in_total(view: View, members: Members, start: date, end: date) -> Sums:
    """The sums of [start, end) as one step; of quality only the worst is told."""
    steps = step_rules.steps(start, end, "total", view.zone)
    found = Sums.zero(members.groups, 1)
    for piece in step_rules.pieces(start, end):
        _add(found, members, steps, ledger.columns(view.session, piece, members.ids, "total"))
    _expect(found, members, steps, settled_us(view))
    _leave_unsettled(view, found, members, steps)
    shared.add(Look(view.session, view.zone, settled_us(view)), found, members.parts, steps, "total")
    return found


def finest(members: Members, steps: Steps) -> Step:
    """From which rows quality is told: a coarser row counts whole as the worst within it."""
    hours = (int(steps.end_us[-1]) - int(steps.start_us[0])) // HOUR_US
    if members.point.size * hours <= _FINE_ROWS:
        return "hour"
    return "day" if members.point.size * hours // 24 <= _FINE_ROWS else "month"


def windows(steps: Steps, points: int, groups: int, limit: int) -> Iterator[tuple[int, int]]:
    """Places [from, to) of the steps such that one window reads, and holds, at most about `limit` values."""
    length = max(1, limit // max(points, groups, 1))
    yield from pairwise([*range(0, len(steps), length), len(steps)])


def _piece(steps: Steps, step: Period, source: Step) -> Piece:
    """The rows of `source` that lie in the steps."""
    first, last = int(steps.numbers[0]), int(steps.numbers[-1]) + 1
    if source == "hour":
        return Piece("hour", int(steps.start_us[0]) // HOUR_US, int(steps.end_us[-1]) // HOUR_US)
    more = 10 ** (_DIGITS[source] - _DIGITS[step])
    return Piece(source, first * more, last * more)


def _places(steps: Steps, period: Ints) -> Ints:
    return np.searchsorted(steps.numbers, period).astype(np.int64)


def _flat(members: Members, steps: Steps, point: Ints, place: Ints) -> Ints:
    return members.group[np.searchsorted(members.point, point)] * len(steps) + place


def _add(found: Sums, members: Members, steps: Steps, rows: Columns) -> None:
    at = _flat(members, steps, rows.point, _places(steps, rows.period))
    np.add.at(found.micro.reshape(-1), at, rows.micro)
    np.add.at(found.covered_s.reshape(-1), at, rows.covered_s)
    np.add.at(found.rows.reshape(-1), at, 1)
    np.maximum.at(found.worst.reshape(-1), at, rows.quality)


def _qualify(view: View, found: Sums, members: Members, steps: Steps, step: Period, *, fine: Step) -> None:
    """Quality from the rows of `fine`; of what is booked by the day, from its days."""
    ids = members.ids
    if fine == "hour" and step != "hour":
        daily = has_days_only(view.session)
        by_day = _piece(steps, step, "day")
        _tell(found, members, steps, ledger.uncertain_seconds(view.session, by_day, ids.where(daily), step))
        ids = ids.where(~daily)
    piece = _piece(steps, step, fine)
    _tell(found, members, steps, ledger.uncertain_seconds(view.session, piece, ids, step))


def _tell(found: Sums, members: Members, steps: Steps, rows: Seconds) -> None:
    at = _flat(members, steps, rows.point, _places(steps, rows.period))
    for quality, seconds in found.uncertain.items():
        mine = rows.quality == quality.code
        np.add.at(seconds.reshape(-1), at[mine], rows.covered_s[mine])


def _expect(found: Sums, members: Members, steps: Steps, until_us: int) -> None:
    """Each counter from its binding on, not in the future."""
    ends = np.minimum(steps.end_us, until_us)
    is_early = members.bound_from_us <= steps.start_us[0]
    whole = np.maximum(0, ends - steps.start_us) // SECOND_US
    early = np.bincount(members.group[is_early], minlength=members.groups)
    found.expected_s[:] = early[:, None] * whole
    late = ~is_early & (members.bound_from_us < ends[-1])
    for group, bound_us in zip(
        members.group[late].tolist(), members.bound_from_us[late].tolist(), strict=True
    ):
        found.expected_s[group] += np.maximum(0, ends - np.maximum(steps.start_us, bound_us)) // SECOND_US


def _leave_unsettled(view: View, found: Sums, members: Members, steps: Steps) -> None:
    """Take out of the covered seconds what lies in hours that are not settled yet."""
    first = max(settled_us(view), int(steps.start_us[0])) // HOUR_US
    last = int(steps.end_us[-1]) // HOUR_US
    if first >= last:
        return
    rows = ledger.columns(view.session, Piece("hour", first, last), members.ids, "hour")
    place = np.searchsorted(steps.start_us, rows.period * HOUR_US, side="right").astype(np.int64) - 1
    at = _flat(members, steps, rows.point, place)
    np.subtract.at(found.covered_s.reshape(-1), at, rows.covered_s)
    for quality, seconds in found.uncertain.items():
        mine = rows.quality == quality.code
        np.subtract.at(seconds.reshape(-1), at[mine], rows.covered_s[mine])
    for seconds in (found.covered_s, *found.uncertain.values()):
        np.maximum(seconds, 0, out=seconds)
