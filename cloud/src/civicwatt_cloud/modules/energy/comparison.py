"""同比 and 环比: a period beside the same one a year before, and beside the one before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.modules.energy.grouping import DIMENSIONS, Dimension, grouped
from civicwatt_cloud.modules.energy.query_schemas import Change, Compared, Comparison, Earlier, Span
from civicwatt_cloud.modules.energy.schemas import ReasonOut
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.figures import comparison as rules
from civicwatt_cloud.timeseries.figures import sums
from civicwatt_cloud.timeseries.figures.comparison import Days, Outcome, Side
from civicwatt_cloud.timeseries.figures.counters import Choice
from civicwatt_cloud.timeseries.figures.reasons import NO_SUCH_DAYS, Reason
from civicwatt_cloud.timeseries.figures.sums import Members
from civicwatt_cloud.timeseries.figures.usage import UNCERTAIN
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_protocols.quantity import format_micro

FLOOR = 0.9  # below this completeness nothing is compared or ranked [engineering default]


@dataclass(frozen=True, slots=True)
class _Known:
    side: Side
    estimated: bool


def comparison(
    view: View, key: str | None, choice: Choice, group_by: Sequence[Dimension], floor: float
) -> Comparison:
    """Each group now and before. Errors: NotFound, BadRequest."""
    today = date_of(view.now_us, view.zone)
    period = rules.period(key or str(today.year), today)
    members, groups = grouped(view, choice, group_by)
    # all counters of today are expected on both sides: a sum of more meters is no rise
    early = [replace(part, bound_from_us=0) for part in members.parts]
    members = replace(members, bound_from_us=np.zeros_like(members.bound_from_us), parts=early)
    year, before = rules.year_before(period), rules.period_before(period)
    now, then, previous = (_sides(view, members, days) for days in (period.current, year, before))
    return Comparison(
        period=period.key,
        title=period.title,
        floor=floor,
        group_by=[one for one in DIMENSIONS if one in group_by],
        current=_span(period.current),
        year_before=_earlier("同比", "a year before", year, rules.notes(period, year)),
        period_before=_earlier("环比", "the period before", before, rules.notes(period, before)),
        groups=[
            Compared(
                labels=labels,
                value=_text(now[i].side.micro),
                completeness=_completeness(now[i].side),
                estimated=now[i].estimated,
                year_before=_change(now[i], then[i], floor, has_days=year is not None),
                period_before=_change(now[i], previous[i], floor, has_days=True),
            )
            for i, labels in enumerate(groups)
        ],
    )


def show_reason(reason: Reason | None) -> ReasonOut | None:
    """The reason as the pages receive it."""
    return None if reason is None else ReasonOut(code=reason.code, zh=reason.zh, en=reason.en)


def _sides(view: View, members: Members, days: Days | None) -> list[_Known]:
    if days is None or not days.count:
        return [_Known(Side(None, 0, 0), estimated=False)] * members.groups
    found = sums.in_total(view, members, days.start, days.end)
    columns = (found.micro, found.covered_s, found.expected_s, found.rows, found.worst)
    return [
        _Known(
            Side(micro if rows else None, covered_s, expected_s),
            estimated=rows > 0 and Quality.from_code(worst) in UNCERTAIN,
        )
        for micro, covered_s, expected_s, rows, worst in zip(
            *(column[:, 0].tolist() for column in columns), strict=True
        )
    ]


def _change(now: _Known, before: _Known, floor: float, *, has_days: bool) -> Change:
    outcome = rules.change(now.side, before.side, floor) if has_days else Outcome(reason=NO_SUCH_DAYS)
    return Change(
        value=_text(before.side.micro),
        completeness=_completeness(before.side),
        estimated=before.estimated,
        difference=_text(outcome.difference),
        percent=None if outcome.percent is None else str(outcome.percent),
        reason=show_reason(outcome.reason),
    )


def _earlier(title: str, title_en: str, days: Days | None, notes: Sequence[Reason]) -> Earlier:
    span = None if days is None else _span(days)
    shown = [ReasonOut(code=note.code, zh=note.zh, en=note.en) for note in notes]
    return Earlier(title=title, title_en=title_en, span=span, notes=shown)


def _span(days: Days) -> Span:
    return Span(
        start=days.start.isoformat(),
        end=days.end.isoformat(),
        days=days.count,
        workdays=days.workdays,
        confirmed=not days.unconfirmed,
    )


def _text(micro: int | None) -> str | None:
    return None if micro is None else format_micro(micro)


def _completeness(side: Side) -> float | None:
    return side.completeness if side.expected_s else None
