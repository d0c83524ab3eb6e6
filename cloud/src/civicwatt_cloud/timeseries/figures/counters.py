"""Which counters a query is about, as columns; every one of them starts from the actor's scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Literal, NamedTuple

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, select
from sqlalchemy.orm import Session, aliased

from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse
from civicwatt_cloud.timeseries.figures import sharing
from civicwatt_cloud.timeseries.figures.metering import POWER
from civicwatt_cloud.timeseries.figures.parts import Part
from civicwatt_cloud.timeseries.figures.sharing import Sharing, sharings
from civicwatt_cloud.timeseries.figures.steps import Ints
from civicwatt_cloud.timeseries.ledger.queries import PERIODS, Piece, fetch
from civicwatt_cloud.timeseries.ledger.virtual.definitions import has_days_only
from civicwatt_cloud.timeseries.points import Point

COUNTED = tuple(use for use in EndUse if use.is_counted)
CarrierKey = Carrier | Literal["pv"]  # generation is no consumption: it never adds up with electricity
GENERATED: Literal["pv"] = "pv"
_Row = tuple[int, int, int, int, str, str]  # as Counters


@dataclass(frozen=True, slots=True)
class Choice:
    """What part of the visible counters; None: all of it."""

    institution_id: int | None = None
    building_id: int | None = None
    end_use: EndUse | None = None  # a whole (总表) is in no sum unless it is asked for
    carrier: CarrierKey | None = None


class Counters(NamedTuple):
    """Bound counters as columns, by point id; at the end the shared ones, once for each institution."""

    point: Ints
    bound_from_us: Ints
    building: Ints
    institution: Ints
    end_use: list[str]
    carrier: list[str]  # a CarrierKey
    sharing: list[Sharing]  # of the shared ones


class PowerMeter(NamedTuple):
    """A counter with its device's power gauge, if it has one."""

    point_id: int
    gauge_id: int | None
    name: str
    end_use: str
    bound_from_us: int


class Totals(NamedTuple):
    """Sums by institution as columns, by its id: all its chosen counters, and their rows of the ledger."""

    institution: Ints
    counters: Ints
    bound_from_us: Ints  # of its first counter
    micro: Ints
    covered_s: Ints
    worst: Ints  # Quality.code
    rows: Ints


class Named(NamedTuple):
    """A building as tables name it."""

    id: int
    code: str
    name: str


class NamedInstitution(NamedTuple):
    """An institution as tables name it."""

    id: int
    code: str
    name: str
    region_code: str
    kind: str
    level: str


def ids(scope: Scope, choice: Choice) -> Select[int]:
    """The ids of the chosen counters that nobody shares."""
    return select(Point.id).join(Building, Building.id == Point.building_id).where(*_unshared(scope, choice))


def counters(session: Session, scope: Scope, choice: Choice) -> Counters:
    """The chosen counters. Errors: NotFound, also for an institution or building out of scope."""
    check(session, scope, choice)
    query = (
        select(
            Point.id,
            func.coalesce(Point.bound_from_us, 0),
            Point.building_id,
            Building.institution_id,
            Point.end_use,
            Point.carrier,
        )
        .join(Building, Building.id == Point.building_id)
        .where(*_unshared(scope, choice))
        .order_by(Point.id)
    )
    more = list(_shared(session, scope, choice))
    rows = [*session.connection().execute(query).cursor.fetchall(), *(row for row, _ in more)]
    numbers = np.fromiter(chain.from_iterable(row[:4] for row in rows), np.int64, 4 * len(rows))
    point, bound_from_us, building, institution = numbers.reshape(-1, 4).T
    return Counters(
        point,
        bound_from_us,
        building,
        institution,
        [row[4] for row in rows],
        [GENERATED if row[4] == EndUse.PV else row[5] for row in rows],
        [how for _, how in more],
    )


def parts(found: Counters, groups: Ints) -> list[Part]:
    """The shared ones among them, each with the group of its place."""
    first = len(found.point) - len(found.sharing)
    columns = (found.point, found.bound_from_us, found.institution, groups)
    return [
        Part(point, bound_from_us, how, institution, group)
        for how, point, bound_from_us, institution, group in zip(
            found.sharing, *(column[first:].tolist() for column in columns), strict=True
        )
    ]


def shared(session: Session, scope: Scope, choice: Choice) -> list[Part]:
    """The chosen shared counters, once for each institution; all in group 0."""
    return [Part(row[0], row[1], how, row[3], 0) for row, how in _shared(session, scope, choice)]


def _shared(session: Session, scope: Scope, choice: Choice) -> Iterator[tuple[_Row, Sharing]]:
    """Each shared counter for each chosen institution that has a part of it."""
    found = sharings(session, scope)
    if not found:
        return
    visible = set(session.scalars(scope.institution_ids()))
    chosen = visible if choice.institution_id is None else visible & {choice.institution_id}
    query = (
        select(Point.id, func.coalesce(Point.bound_from_us, 0), Building.id, Point.end_use, Point.carrier)
        .join(Building, Building.id == Point.building_id)
        .where(Point.is_consumption.is_(True), Building.id.in_(found), Point.end_use.in_(_uses(choice)))
    )
    if choice.building_id is not None:
        query = query.where(Point.building_id == choice.building_id)
    for point, bound_from_us, building, use, carrier in session.execute(query.order_by(Point.id)):
        for institution in found[building].institutions():
            if institution in chosen:
                row = (point, bound_from_us, building, institution, use or "", carrier or "")
                yield row, found[building]


def power_meters(session: Session, scope: Scope, choice: Choice, points: list[int]) -> list[PowerMeter]:
    """The chosen counters, or those of `points` among them, with their power gauges, by id.

    What has days only has no power and is left out: bills, and what is computed from them. Errors: NotFound.
    """
    check(session, scope, choice)
    gauge = aliased(Point)
    of_device = and_(gauge.gateway == Point.gateway, gauge.device == Point.device, gauge.measure == POWER)
    query = (
        select(
            Point.id,
            gauge.id,
            func.coalesce(Point.title, Point.device),
            func.coalesce(Point.end_use, ""),
            func.coalesce(Point.bound_from_us, 0),
        )
        .join(Building, Building.id == Point.building_id)
        .outerjoin(gauge, of_device)
        .where(*_conditions(scope, choice), ~has_days_only(session))
        .order_by(Point.id)
    )
    if points:
        query = query.where(Point.id.in_(points))
    found = session.execute(query).all()
    if len(found) < len(set(points)):
        raise NotFound()
    return [PowerMeter(*row) for row in found]


def totals(session: Session, scope: Scope, choice: Choice, piece: Piece) -> Totals:
    """What each institution with such unshared counters used; added up by the database: they may be many."""
    bound = (
        select(Building.institution_id, func.count(), func.min(func.coalesce(Point.bound_from_us, 0)))
        .join(Point, Point.building_id == Building.id)
        .where(*_unshared(scope, choice))
        .group_by(Building.institution_id)
        .order_by(Building.institution_id)
    )
    institution, count, bound_from_us = fetch(session, bound, 3)
    table, period = PERIODS[piece.step]
    booked = (
        select(
            Building.institution_id,
            cast(func.sum(table.micro), BigInteger),
            cast(func.sum(table.covered_s), BigInteger),
            func.max(table.quality),
            func.count(),
        )
        .join(Point, Point.building_id == Building.id)
        .join(table, table.point_id == Point.id)
        .where(*_unshared(scope, choice), period >= piece.start, period < piece.end)
        .group_by(Building.institution_id)
    )
    at, *columns = fetch(session, booked, 5)
    place = np.searchsorted(institution, at)
    spread = (np.zeros(len(institution), np.int64) for _ in columns)
    return Totals(institution, count, bound_from_us, *map(partial(_put, place), spread, columns))


def _put(place: Ints, into: Ints, values: Ints) -> Ints:
    into[place] = values
    return into


def metered_carriers(session: Session, scope: Scope) -> list[Carrier]:
    """Of which carriers the visible institutions have a counter, own or shared."""
    query = select(Point.carrier).distinct().join(Building, Building.id == Point.building_id)
    found = session.scalars(
        query.where(Point.is_consumption.is_(True), Point.end_use.in_(COUNTED), sharing.visible(scope))
    )
    return sorted((Carrier(one) for one in found if one), key=list(Carrier).index)


def check(session: Session, scope: Scope, choice: Choice) -> None:
    """Errors: NotFound, when the institution or the building is absent or out of scope."""
    if choice.institution_id is not None:
        scope.institution(session, choice.institution_id)
    if choice.building_id is not None:
        query = select(Building.id).where(Building.id == choice.building_id, sharing.visible(scope))
        if session.scalar(query) is None:
            raise NotFound()


def institutions(session: Session, scope: Scope) -> dict[int, NamedInstitution]:
    """The visible institutions by id, in the order of their codes."""
    row = Institution
    query = select(row.id, row.code, row.name, row.region_code, row.kind, row.level)
    rows = session.connection().execute(query.where(scope.visible()).order_by(row.code))
    return {found[0]: NamedInstitution(*found) for found in rows}


def buildings(session: Session, scope: Scope, choice: Choice) -> dict[int, Named]:
    """Buildings that the visible institutions, or the chosen one, own or share, by id, ordered by code."""
    query = select(Building.id, Building.code, Building.name).where(sharing.visible(scope))
    if choice.institution_id is not None:
        own = select(Institution.id).where(Institution.id == choice.institution_id)
        query = query.where(sharing.of_institutions(own))
    return {row[0]: Named(*row) for row in session.execute(query.order_by(Building.code))}


def regions(session: Session) -> dict[str, str]:
    """Names of divisions by code."""
    return {code: name for code, name in session.execute(select(Region.code, Region.name))}  # noqa: C416


def carrier_of(use: EndUse) -> CarrierKey:
    """What a sum of that end use is a sum of."""
    return GENERATED if use is EndUse.PV else use.carrier


def titles(carrier: str) -> tuple[str, str, str]:
    """Title in Chinese and English, and unit, of a CarrierKey."""
    if carrier == GENERATED:
        return "光伏发电", "PV generation", Carrier.ELECTRICITY.unit
    found = Carrier(carrier)
    return found.zh, found.en, found.unit


def _conditions(scope: Scope, choice: Choice) -> list[ColumnElement[bool]]:
    """What a query of points joined with their buildings must hold."""
    found: list[ColumnElement[bool]] = [
        Point.is_consumption.is_(True),
        Building.institution_id.in_(scope.institution_ids()),
    ]
    if choice.institution_id is not None:
        found.append(Building.institution_id == choice.institution_id)
    if choice.building_id is not None:
        found.append(Building.id == choice.building_id)
    found.append(Point.end_use.in_(_uses(choice)))
    return found


def _unshared(scope: Scope, choice: Choice) -> list[ColumnElement[bool]]:
    """The same, but for the counters of shared buildings."""
    return [*_conditions(scope, choice), Building.id.not_in(sharing.shared_buildings())]


def _uses(choice: Choice) -> list[EndUse]:
    uses = [*COUNTED, EndUse.PV] if choice.end_use is None else [choice.end_use]
    return [use for use in uses if choice.carrier is None or carrier_of(use) == choice.carrier]
