"""Virtual meters as the ledger books them: in order, their operands' rows read and computed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US, day_number, day_start_us
from civicwatt_cloud.timeseries.ledger.days import as_date, hours_of_days, seconds_of
from civicwatt_cloud.timeseries.ledger.queries import booked
from civicwatt_cloud.timeseries.ledger.virtual import computing
from civicwatt_cloud.timeseries.ledger.virtual.computing import Rows, Version
from civicwatt_cloud.timeseries.ledger.virtual.errors import FormulaCycle
from civicwatt_cloud.timeseries.ledger.virtual.linear import Linear, from_json, points
from civicwatt_cloud.timeseries.ledger.virtual.models import Formula
from civicwatt_cloud.timeseries.points import Point, Source
from civicwatt_cloud.timeseries.stores.readings import Ints


@dataclass(frozen=True, slots=True)
class Definition:
    """A virtual meter: formulas by first day, the points that any of them uses, whether it has days only."""

    versions: tuple[tuple[date, Linear], ...]
    operands: set[int]
    is_daily: bool


def definitions(session: Session) -> dict[int, Definition]:
    """All virtual meters by point, each after those it is computed from."""
    versions: dict[int, list[tuple[date, Linear]]] = {}
    for row in session.scalars(select(Formula).order_by(Formula.point_id, Formula.valid_from)):
        versions.setdefault(row.point_id, []).append((row.valid_from, from_json(row.terms)))
    if not versions:
        return {}
    daily = set(session.scalars(select(Point.id).where(Point.source == Source.BILL)))
    found: dict[int, Definition] = {}
    for point in in_order({point: operands_of(mine) for point, mine in versions.items()}):
        needed = operands_of(versions[point])
        is_daily = any(one in daily or (one in found and found[one].is_daily) for one in needed)
        found[point] = Definition(tuple(versions[point]), needed, is_daily)
    return found


def has_days_only(session: Session) -> ColumnElement[bool]:
    """The condition on Point: accounts, and what is computed from any of them, at any depth."""
    computed = [point for point, one in definitions(session).items() if one.is_daily]
    return or_(Point.source == Source.BILL, Point.id.in_(computed))


def rows_of(
    session: Session, definition: Definition, first: int, last: int, zone: ZoneInfo
) -> tuple[Literal["hour", "day"], Rows]:
    """What a virtual meter used on the days first to last (yyyymmdd), by hour, or by day where it must."""
    operands = sorted(definition.operands)
    if definition.is_daily:
        found = _operand_rows(session, "day", operands, first, last + 1)
        versions = [Version(day_number(start), terms) for start, terms in definition.versions]
        return "day", computing.days(versions, found, lambda days: _seconds(days, zone))
    found = _operand_rows(session, "hour", operands, *hours_of_days(first, last, zone))
    versions = [Version(day_start_us(start, zone) // HOUR_US, terms) for start, terms in definition.versions]
    return "hour", computing.hours(versions, found, zone)


def _operand_rows(
    session: Session, step: Literal["hour", "day"], operands: list[int], start: int, end: int
) -> dict[int, Rows]:
    rows: dict[int, list[tuple[int, ...]]] = {}
    for point, *facts, quality in booked(session, step, operands, start, end):
        rows.setdefault(point, []).append((*facts, quality.code))
    return {point: Rows(*np.array(found, np.int64).T) for point, found in rows.items()}


def _seconds(days: Ints, zone: ZoneInfo) -> Ints:
    return np.fromiter((seconds_of(as_date(day), zone) for day in days.tolist()), np.int64, len(days))


def operands_of(versions: Iterable[tuple[date, Linear]]) -> set[int]:
    """The points that any of these formulas uses."""
    return {point for _, terms in versions for point in points(terms)}


def in_order(graph: Mapping[int, set[int]]) -> list[int]:
    """Each after all it needs; what is no key needs nothing. Errors: FormulaCycle."""
    done: dict[int, None] = {}
    path: list[int] = []

    def visit(point: int) -> None:
        if point in done or point not in graph:
            return
        if point in path:
            cycle = FormulaCycle(path=" → ".join(map(str, path)))
            cycle.points = (*path[path.index(point) :], point)
            raise cycle
        path.append(point)
        for needed in sorted(graph[point]):
            visit(needed)
        path.pop()
        done[point] = None

    for point in sorted(graph):
        visit(point)
    return list(done)
