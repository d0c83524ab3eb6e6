"""Why a closed month may recompute to another value: facts entered since it was closed, else readings."""

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.directory import Building
from civicwatt_cloud.timeseries.ledger.bills.models import Bill
from civicwatt_cloud.timeseries.ledger.closing.models import ClosedMonth
from civicwatt_cloud.timeseries.ledger.facts.models import ReplacementForm
from civicwatt_cloud.timeseries.ledger.months import days_of_month, hours_of_month
from civicwatt_cloud.timeseries.ledger.virtual.definitions import definitions
from civicwatt_cloud.timeseries.ledger.virtual.models import Formula
from civicwatt_cloud.timeseries.points import Point, Source

READINGS = "迟到或补传的读数 · late readings"
OPERANDS = "所引用计量点的用量变化 · other values of its operands"


class Cause(NamedTuple):
    """A fact entered since the month was closed, and who entered it, as in the audit."""

    text: str
    entered_by: str


def causes_of(session: Session, point: int, month: int, zone: ZoneInfo) -> list[str]:
    """What explains that a closed month of a point recomputes otherwise, for its correction."""
    found = _facts(session, point, month, zone)
    if found:
        return [cause.text for cause in found]
    source = session.scalar(select(Point.source).where(Point.id == point))
    return [OPERANDS if source == Source.VIRTUAL else READINGS]


def proposers(session: Session, point: int, month: int, zone: ZoneInfo) -> set[str]:
    """Who entered what makes the month recompute otherwise, also of the points it is computed from."""
    known = definitions(session)
    found, todo = {point}, [point]
    while todo:
        operands = known[one].operands if (one := todo.pop()) in known else set()
        todo.extend(operands - found)
        found |= operands
    return {cause.entered_by for one in found for cause in _facts(session, one, month, zone)}


def _facts(session: Session, point: int, month: int, zone: ZoneInfo) -> list[Cause]:
    closed_us = session.scalar(
        select(func.max(ClosedMonth.closed_us))
        .join(Building, Building.institution_id == ClosedMonth.institution_id)
        .join(Point, Point.building_id == Building.id)
        .where(Point.id == point, ClosedMonth.month == month)
    )
    hour_from, hour_to = hours_of_month(month, zone)
    first, end = days_of_month(month)
    return [
        *_forms(session, point, (hour_from * HOUR_US, hour_to * HOUR_US), closed_us or 0),
        *_bills(session, point, (first, end), closed_us or 0),
        *_formulas(session, point, end, closed_us or 0),
    ]


def _forms(session: Session, point: int, span_us: tuple[int, int], since_us: int) -> list[Cause]:
    form = ReplacementForm
    rows = select(form.form_number, form.entered_by).where(
        form.point_id == point, form.at_us >= span_us[0], form.at_us < span_us[1], form.entered_us > since_us
    )
    return [
        Cause(f"换表单 · replacement {one}", who) for one, who in session.execute(rows.order_by(form.at_us))
    ]


def _bills(session: Session, point: int, days: tuple[date, date], since_us: int) -> list[Cause]:
    rows = select(Bill.document, Bill.entered_by).where(
        Bill.point_id == point, Bill.day_from < days[1], Bill.day_to > days[0], Bill.entered_us > since_us
    )
    return [Cause(f"账单 · bill {one}", who) for one, who in session.execute(rows.order_by(Bill.day_from))]


def _formulas(session: Session, point: int, end: date, since_us: int) -> list[Cause]:
    rows = select(Formula.valid_from, Formula.entered_by).where(
        Formula.point_id == point, Formula.valid_from < end, Formula.entered_us > since_us
    )
    order = rows.order_by(Formula.valid_from)
    return [Cause(f"公式 · formula {one}", who) for one, who in session.execute(order)]
