"""The dated facts of counters as the books know them, and how a person enters them."""

from collections import defaultdict
from collections.abc import Collection
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.timeseries.ledger.counter.facts import NO_FACTS, Facts, Ratio, Rollover
from civicwatt_cloud.timeseries.ledger.counter.splice import Replacement
from civicwatt_cloud.timeseries.ledger.models import (
    ConfirmedRise,
    RatioChange,
    ReplacementForm,
    RolloverSpan,
)


def facts_of(session: Session, points: Collection[int]) -> dict[int, Facts]:
    """The facts of these points; a point without any is left out."""
    replaced, ratios, spans = replacements(session, points), defaultdict(list), defaultdict(list)
    confirmed = defaultdict(set)
    change, span, rise = RatioChange, RolloverSpan, ConfirmedRise
    of = select(change).where(change.point_id.in_(points)).order_by(change.from_us)
    for ratio in session.scalars(of):
        ratios[ratio.point_id].append(Ratio(ratio.from_us, Fraction(ratio.factor)))
    for one in session.scalars(select(span).where(span.point_id.in_(points)).order_by(span.from_us)):
        spans[one.point_id].append(Rollover(one.from_us, one.span_micro))
    for row in session.scalars(select(rise).where(rise.point_id.in_(points))):
        confirmed[row.point_id].add(row.ts_us)
    return {
        point: Facts(
            replaced.get(point, ()),
            ratios.get(point, ()),
            spans.get(point, ()),
            frozenset(confirmed.get(point, ())),
        )
        for point in replaced.keys() | ratios.keys() | spans.keys() | confirmed.keys()
    }


def replacements(session: Session, points: Collection[int]) -> dict[int, list[Replacement]]:
    """The replacements of these points, by point and time; a point without one is left out."""
    found: dict[int, list[Replacement]] = {}
    form = ReplacementForm
    query = select(form.point_id, form.at_us, form.old_final_micro, form.new_initial_micro)
    for point, *facts in session.execute(query.where(form.point_id.in_(points)).order_by(form.at_us)):
        found.setdefault(point, []).append(Replacement(*facts))
    return found


def facts(session: Session, point: int) -> Facts:
    """The facts of one point."""
    return facts_of(session, [point]).get(point, NO_FACTS)
