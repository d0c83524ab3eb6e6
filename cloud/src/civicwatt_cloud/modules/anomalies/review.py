"""The month-end review: the same month judged again with what came after it, beside what was said live."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from sqlalchemy import select

from civicwatt_cloud.analysis.anomalies.live import Series
from civicwatt_cloud.analysis.anomalies.review import review
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.anomalies import found, rules, series, worth
from civicwatt_cloud.modules.anomalies.choices import Stance
from civicwatt_cloud.modules.anomalies.models import Finding, Judged, Review
from civicwatt_cloud.modules.anomalies.rules import Month
from civicwatt_cloud.modules.anomalies.series import Counter
from civicwatt_cloud.modules.anomalies.spots import Place, Seen, Spot

# [engineering defaults]
AFTER_DAYS = 10  # days after the month that are looked at: a week and what is late
TOGETHER = 4  # counters of one transaction: others wait for its end, some seconds


def run(context: Context) -> int:
    """Review the month before this one for some counters that wait for it; how many."""
    month = rules.before(rules.month_of(context.today))
    if context.today < month.end + timedelta(days=AFTER_DAYS):
        return 0
    waiting = {
        one.point_id: one
        for one in context.session.scalars(select(Judged).where(Judged.review_month < month.number))
        if one.live_hour >= series.first_hour(month.end, context.zone)
    }
    some = [one for one in series.counters(context.session) if one.point_id in waiting][:TOGETHER]
    if some:
        _review(context, some, month)
    for one in some:
        waiting[one.point_id].review_month = month.number
    return len(some)


def _review(context: Context, counters: Sequence[Counter], month: Month) -> None:
    start = series.first_hour(month.past, context.zone)
    end = series.first_hour(month.end + timedelta(days=AFTER_DAYS), context.zone)
    rows = series.rows(start, end, context.zone)
    value = series.values(context.session, [one.point_id for one in counters], start, end)
    judged = review(Series(rows.day, rows.hour, value))
    last = rows.row(series.first_hour(month.end, context.zone))
    of_month = series.rows(start, start + last, context.zone)
    for at, counter in enumerate(counters):
        seen = Seen(value[at, :last], judged.score[at, :last], judged.expected[at, :last])
        place = Place(counter, month, of_month)
        _write(context, place, found.spots(place, seen))


def _write(context: Context, place: Place, spots: Sequence[Spot]) -> None:
    """What is confirmed and added, with hindsight's own figures; what is withdrawn, with those of then."""
    live = context.session.scalars(
        select(Finding)
        .where(Finding.point_id == place.counter.point_id, Finding.month == place.month.number)
        .order_by(Finding.begin_us)
    ).all()
    meant: set[int] = set()
    for spot in spots:
        begin_us, end_us = ((place.rows.start + one) * HOUR_US for one in (spot.start, spot.end))
        same = [
            one for one in live if one.rule == spot.rule and one.begin_us < end_us and begin_us < one.end_us
        ]
        meant |= {one.id for one in same}
        figures = {
            "kind": spot.kind,
            "begin_us": begin_us,
            "end_us": end_us,
            "energy": round(float(np.nansum(spot.apart)) * 10),
            "cost": worth.of(context, place, spot),
            "confidence": round(spot.confidence * 100),
        }
        stance = Stance.CONFIRMED if same else Stance.ADDED
        _add(context, place, stance, same[0].id if same else None, figures)
    for one in live:
        if one.id not in meant:
            names = ("kind", "begin_us", "end_us", "energy", "cost", "confidence")
            _add(context, place, Stance.WITHDRAWN, one.id, {name: getattr(one, name) for name in names})


def _add(
    context: Context, place: Place, stance: Stance, finding_id: int | None, figures: dict[str, object]
) -> None:
    counter = place.counter
    context.session.add(
        Review(
            owner_id=counter.owner_id,
            rev=1,
            month=place.month.number,
            point_id=counter.point_id,
            meter=counter.name,
            stance=stance,
            finding_id=finding_id,
            **figures,
        )
    )
