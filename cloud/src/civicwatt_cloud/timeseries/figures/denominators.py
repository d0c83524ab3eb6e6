"""Dated head counts and floor areas of all visible institutions, averaged over a period in columns.

Where every day of the period has a row, days × value add up in columns. The other institutions go through the
rules one by one, which also say from which day on something is not known.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Building, Denominator, DenominatorKind
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.timeseries.figures import dated, rules
from civicwatt_cloud.timeseries.figures.reasons import Reason
from civicwatt_cloud.timeseries.figures.rules import DatedValue
from civicwatt_cloud.timeseries.figures.sharing import shared_buildings
from civicwatt_cloud.timeseries.figures.steps import Ints

CENTI = 100  # floor areas are stored in 0.01 m²


class Means(NamedTuple):
    """By institution, the mean as a numerator over one denominator for all, or why it is not known."""

    numerators: dict[int, int | Reason]
    denominator: int


class _Dated(NamedTuple):
    """A value of an institution or building on [valid_from, valid_to), in columns or as one row.

    A building without any has one row without value and dates.
    """

    institution: Any
    subject: Any
    name: Any
    value: Any
    valid_from: Any
    valid_to: Any


def head_counts(session: Session, scope: Scope, start: date, end: date) -> Means:
    """Mean persons on [start, end) of each institution that has a head count at all."""
    row = Denominator
    query = select(row.subject_id, row.subject_id, row.source, row.value, row.valid_from, row.valid_to).where(
        row.kind == DenominatorKind.HEAD_COUNT, row.subject_id.in_(scope.institution_ids())
    )

    def by_rule(rows: list[_Dated]) -> Fraction | Reason:
        return rules.head_count(_values(rows), start, end)

    return _means(_columns(session, query), start, end, 1, by_rule)


def floor_areas(session: Session, scope: Scope, start: date, end: date) -> Means:
    """Mean floor area [m²] on [start, end) of each institution that has a building."""
    row = Denominator
    query = (
        select(Building.institution_id, Building.id, Building.name, row.value, row.valid_from, row.valid_to)
        .outerjoin(row, (row.subject_id == Building.id) & (row.kind == DenominatorKind.FLOOR_AREA))
        .where(Building.institution_id.in_(scope.institution_ids()), Building.id.not_in(shared_buildings()))
    )

    def by_rule(rows: list[_Dated]) -> Fraction | Reason:
        buildings: dict[int, list[_Dated]] = defaultdict(list)
        for one in rows:
            buildings[one.subject].append(one)
        return rules.floor_area([(mine[0].name, _values(mine)) for mine in buildings.values()], start, end)

    found = _columns(session, query)
    for institution, areas in dated.shared_areas(session, scope).items():
        for building, rows in areas:
            whose = (institution, building.id, building.name)
            if not rows:
                _append(found, (*whose, None, None, None))
            for area in rows:
                _append(found, (*whose, area.value, area.valid_from, area.valid_to))
    return _means(found, start, end, CENTI, by_rule)


def _columns(session: Session, query: Select[*tuple[Any, ...]]) -> _Dated:
    """Lists instead of rows: so many small tuples would keep the collector busy."""
    columns = _Dated([], [], [], [], [], [])
    for row in session.connection().execute(query):
        _append(columns, row)
    return columns


def _append(columns: _Dated, row: Iterable[Any]) -> None:
    for column, one in zip(columns, row, strict=True):
        column.append(one)


def _means(
    found: _Dated, start: date, end: date, scale: int, by_rule: Callable[[list[_Dated]], Fraction | Reason]
) -> Means:
    first, days = start.toordinal(), max(0, (end - start).days)
    if not found.institution or not days:
        return Means({}, 1)
    never = first + days
    begins = np.fromiter((day.toordinal() if day else never for day in found.valid_from), np.int64) - first
    ends = np.fromiter((day.toordinal() if day else never for day in found.valid_to), np.int64) - first
    valid = np.maximum(0, np.minimum(ends, days) - np.maximum(begins, 0))
    value = np.fromiter((one or 0 for one in found.value), np.int64)
    ids, of_row = np.unique(np.array(found.institution, np.int64), return_inverse=True)
    weighted = _added(of_row, valid * value, len(ids))
    subjects, subject_of_row = np.unique(np.array(found.subject, np.int64), return_inverse=True)
    is_gap = _added(subject_of_row, valid, len(subjects)) != days
    has_gap = _added(of_row, is_gap[subject_of_row].astype(np.int64), len(ids)) > 0
    is_odd = has_gap | (weighted == 0)
    numerators: dict[int, int | Reason] = dict(zip(ids.tolist(), weighted.tolist(), strict=True))
    odd: dict[int, list[_Dated]] = defaultdict(list)
    for place in np.flatnonzero(is_odd[of_row]).tolist():
        row = _Dated(*(column[place] for column in found))
        odd[row.institution].append(row)
    for institution, rows in odd.items():
        mean = by_rule(rows)
        numerators[institution] = mean if isinstance(mean, Reason) else int(mean * days * scale)
    return Means(numerators, days * scale)


def _added(places: Ints, values: Ints, count: int) -> Ints:
    total = np.zeros(count, np.int64)
    np.add.at(total, places, values)
    return total


def _values(rows: list[_Dated]) -> list[DatedValue]:
    return [DatedValue(row.value, row.valid_from, row.valid_to) for row in rows if row.value is not None]
