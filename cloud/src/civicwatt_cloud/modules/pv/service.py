"""Use cases: a plant's figures, what its records must keep to, what is made of a finding."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import rules_local
from civicwatt_cloud.kit.business_time import day_start_us, month_number
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.pv import rules
from civicwatt_cloud.modules.pv.errors import AnotherPlants, NoMonth, UnknownPoint
from civicwatt_cloud.modules.pv.models import ClearSky, Irradiation, Plant
from civicwatt_cloud.modules.pv.rules import Counted, Figures, Over, Why
from civicwatt_cloud.timeseries.ledger import queries as ledger
from civicwatt_cloud.timeseries.points import Point

MONTHS = 12
_PURPOSES = {"generation": ("发电", "generation"), "export": ("上网", "export"), "import": ("用网", "import")}
_NOTHING_OVER = Counted(None, None, rules.NOT_OVER)
_NOT_BEGUN = Why("本期尚未开始", "the period has not begun")


class Span(NamedTuple):
    """Months [first, end) of a plant's figures; the label is 2026 or 2026-07."""

    label: str
    first: date
    end: date


def points_are_its_own(session: Session, plant: Plant) -> None:
    """Errors: UnknownPoint, AnotherPlants."""
    for said in (plant.generation_points, plant.export_points, plant.import_points):
        try:
            wanted = set(rules.point_ids(said))
        except ValueError as error:
            raise UnknownPoint(said=said) from error
        own = select(Point.id).join(Building, Building.id == Point.building_id)
        known = own.where(
            Building.institution_id == plant.owner_id, Point.id.in_(wanted), Point.is_consumption
        )
        if set(session.scalars(known)) != wanted:
            raise UnknownPoint(said=said)
    mine = set(rules.point_ids(plant.generation_points))
    others = select(Plant).where(Plant.owner_id == plant.owner_id, Plant.removed_us.is_(None))
    for other in session.scalars(others):
        if other is not plant and mine & set(rules.point_ids(other.generation_points)):
            raise AnotherPlants(said=plant.generation_points, code=other.code)


def is_a_month(_session: Session, row: Irradiation) -> None:
    """Errors: NoMonth."""
    if not 1 <= row.month <= MONTHS:
        raise NoMonth(year=row.year, month=row.month)


def looked_at(step: Step) -> None:
    """What somebody found on the roof."""
    step.record.cause = step.said["cause"]


def figures(context: Context, plant: Plant, year: int) -> list[tuple[Span, Figures]]:
    """The figures of the year and of each of its months; a few statements, whatever is asked."""
    session = context.session
    months = [
        Span(f"{year}-{n:02d}", date(year, n, 1), month_after(date(year, n, 1))) for n in range(1, MONTHS + 1)
    ]
    whole = Span(str(year), months[0].first, months[-1].end)
    institution = session.get_one(Institution, plant.owner_id)
    row = rules_local.of(session).value("pv.least_completeness", context.today, place_of(institution))
    books = {purpose: _booked(session, plant, purpose, year) for purpose in _PURPOSES}
    sun, clear = _sun(session, plant, year), _clear(session, plant, year)

    def of(span: Span) -> Figures:
        def counted(purpose: str) -> Counted:
            return _counted(context, books[purpose], purpose, span)

        over = [one for one in months if span.first <= one.first < span.end and _is_over(context, plant, one)]
        both = Span(span.label, over[0].first, over[-1].end) if over else None
        generation = _counted(context, books["generation"], "generation", both) if both else _NOTHING_OVER
        light = _all_of(over, sun, rules.PARTLY_LIT if sun else rules.NO_IRRADIATION)
        sky = _all_of(over, clear, rules.NOT_YET) if place_is_known(plant) else rules.NO_PLACE
        return rules.figures(plant.mode, plant.capacity, counted, Over(generation, light, sky), row.value)

    return [(span, of(span)) for span in (whole, *months)]


def _sun(session: Session, plant: Plant, year: int) -> dict[int, int]:
    """The irradiation of each month that has been entered."""
    rows = select(Irradiation).where(
        Irradiation.plant_id == plant.id, Irradiation.year == year, Irradiation.removed_us.is_(None)
    )
    return {one.month: one.plane for one in session.scalars(rows)}


def _clear(session: Session, plant: Plant, year: int) -> dict[int, int]:
    """What each month would give without a cloud, as far as the background job has come."""
    rows = select(ClearSky.month, ClearSky.micro).where(
        ClearSky.plant_id == plant.id, ClearSky.month > year * 100, ClearSky.month <= year * 100 + MONTHS
    )
    return {month % 100: micro for month, micro in session.execute(rows)}


def _all_of(over: Sequence[Span], known: dict[int, int], why: Why) -> int | Why:
    """The sum over months, of which none is missing."""
    if not over:
        return rules.NOT_OVER
    found = [known.get(one.first.month) for one in over]
    return why if None in found else sum(one or 0 for one in found)


def place_is_known(plant: Plant) -> bool:
    """Whether the sun over the plant can be computed."""
    return None not in (plant.latitude, plant.longitude, plant.tilt, plant.azimuth)


def _is_over(context: Context, plant: Plant, month: Span) -> bool:
    """A month that has ended, and in all of which the plant was there."""
    there = plant.commissioned_on is None or plant.commissioned_on <= month.first
    return there and month.end <= context.today


class _Book(NamedTuple):
    points: Sequence[tuple[int, int]]  # with the first instant of their binding
    months: dict[int, list[ledger.Booked]]


def _booked(session: Session, plant: Plant, purpose: str, year: int) -> _Book:
    ids = rules.point_ids(getattr(plant, f"{purpose}_points"))
    if not ids:
        return _Book([], {})
    points = [
        (one, bound or 0)
        for one, bound in session.execute(select(Point.id, Point.bound_from_us).where(Point.id.in_(ids)))
    ]
    months: dict[int, list[ledger.Booked]] = {}
    for row in ledger.booked(session, "month", ids, year * 100 + 1, year * 100 + MONTHS + 1):
        months.setdefault(row.period, []).append(row)
    return _Book(points, months)


def _counted(context: Context, book: _Book, purpose: str, span: Span) -> Counted:
    zh, en = _PURPOSES[purpose]
    if not book.points:
        return Counted(None, None, Why(f"没有{zh}计量点", f"no point of {en}"))
    start_us, end_us = (day_start_us(day, context.zone) for day in (span.first, span.end))
    if start_us >= context.now_us:
        return Counted(None, None, _NOT_BEGUN)
    first, end = month_number(span.first), month_number(span.end)
    rows = [row for period, some in book.months.items() if first <= period < end for row in some]
    if {row.point_id for row in rows} != {point for point, _ in book.points}:
        return Counted(None, None, Why(f"{zh}计量点在本期没有读数", f"no readings of {en} in this period"))
    due = sum(ledger.expected_s(bound, start_us, end_us, context.now_us) for _, bound in book.points)
    covered = sum(row.covered_s for row in rows)
    share = min(Decimal(1), Decimal(covered) / due) if due else None
    return Counted(sum(row.micro for row in rows), share, None)


def month_after(first: date) -> date:
    """The first day of the next month."""
    if first.month == MONTHS:
        return date(first.year + 1, 1, 1)
    return date(first.year, first.month + 1, 1)
