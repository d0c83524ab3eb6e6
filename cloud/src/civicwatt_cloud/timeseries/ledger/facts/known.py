"""The dated facts of counters as the books know them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.timeseries.ledger.counter.facts import Facts, Ratio, Rollover
from civicwatt_cloud.timeseries.ledger.counter.splice import Replacement
from civicwatt_cloud.timeseries.ledger.facts.models import (
    ConfirmedRise,
    RatioChange,
    ReplacementForm,
    RolloverSpan,
)

Row = TypeVar("Row", RatioChange, RolloverSpan, ConfirmedRise, ReplacementForm)


def facts_of(session: Session, points: Collection[int]) -> dict[int, Facts]:
    """The facts of these points; a point without any is left out."""
    replaced, ratios, spans = replacements(session, points), defaultdict(list), defaultdict(list)
    confirmed = defaultdict(set)
    for ratio in _of(session, RatioChange, points):
        ratios[ratio.point_id].append(Ratio(ratio.from_us, Fraction(ratio.factor)))
    for one in _of(session, RolloverSpan, points):
        spans[one.point_id].append(Rollover(one.from_us, one.span_micro))
    for row in _of(session, ConfirmedRise, points):
        confirmed[row.point_id].add(row.ts_us)
    return {
        point: Facts(
            replaced.get(point, ()),
            sorted(ratios.get(point, ())),
            sorted(spans.get(point, ())),
            frozenset(confirmed.get(point, ())),
        )
        for point in replaced.keys() | ratios.keys() | spans.keys() | confirmed.keys()
    }


def replacements(session: Session, points: Collection[int]) -> dict[int, list[Replacement]]:
    """The replacements of these points, by point and time; a point without one is left out."""
    found: dict[int, list[Replacement]] = {}
    for form in _of(session, ReplacementForm, points):
        one = Replacement(form.at_us, form.old_final_micro, form.new_initial_micro)
        found.setdefault(form.point_id, []).append(one)
    return {point: sorted(mine) for point, mine in found.items()}


def forms(session: Session, points: Sequence[int], start_us: int, end_us: int) -> list[ReplacementForm]:
    """The forms of these points with start <= at < end, by time."""
    at = ReplacementForm.at_us
    query = select(ReplacementForm).where(ReplacementForm.point_id.in_(points), at >= start_us, at < end_us)
    return list(session.scalars(query.order_by(at, ReplacementForm.form_number)))


def _of(session: Session, table: type[Row], points: Collection[int]) -> list[Row]:
    """The rows of these points: they are few, and the points may be many."""
    if not points:
        return []
    wanted = set(points)
    rows = session.scalars(select(table).where(table.point_id.between(min(points), max(points))))
    return [row for row in rows if row.point_id in wanted]
