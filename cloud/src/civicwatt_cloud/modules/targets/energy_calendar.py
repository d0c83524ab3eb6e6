"""The energy calendar of an institution: last year's measured days, this year's reduction, today so far."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.documents.forms import Form, Line, Signed
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.targets import budgets
from civicwatt_cloud.modules.targets.budgets import Day, DayClass
from civicwatt_cloud.modules.targets.choices import Indicator
from civicwatt_cloud.modules.targets.evaluate import view_of
from civicwatt_cloud.modules.targets.models import Plan, TargetFigure
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.figures import amounts
from civicwatt_cloud.timeseries.figures.counters import Choice
from civicwatt_cloud.timeseries.figures.usage import View
from civicwatt_cloud.timeseries.ledger.days import as_date
from civicwatt_protocols.quantity import MICRO

WHOLE = 0.9  # of a day that must be covered for it to count as last year's measure [engineering default]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar [1e-6 kWh]."""

    institution: Institution
    first: date
    days: list[Day]
    reduction: Fraction
    reduction_from: str  # the plan it follows from; "": none, so last year's means are the budget
    measured_days: int  # of last year

    @property
    def budget(self) -> Fraction | None:
        """Of all days; None where a day has none."""
        known = [one.budget for one in self.days if one.budget is not None]
        return sum(known, Fraction(0)) if len(known) == len(self.days) else None

    @property
    def so_far(self) -> tuple[Fraction, int]:
        """Budget and use of the days that are over and were read."""
        over = [
            one for one in self.days if not one.is_running and one.budget is not None and one.used is not None
        ]
        return sum((one.budget or Fraction(0) for one in over), Fraction(0)), sum(
            one.used or 0 for one in over
        )


def month(context: Context, institution: Institution, first: date) -> Month:
    """The calendar of a month."""
    view = view_of(context, institution.region_code)
    before = _days(view, institution, first.year - 1)
    reduction, source = _reduction(context.session, institution, first.year)
    end = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    used = {
        day: micro for day, (micro, _) in _read(view, institution, first, end).items() if day <= context.today
    }
    days = budgets.month(budgets.norm(before), first, reduction, used, context.today)
    return Month(institution, first, list(days), reduction, source, len(before))


def report(context: Context, found: Month) -> Form:
    """The month for the property company: what was allowed, what was used, by class and day."""
    allowed, used = found.so_far
    lines = [
        Line("单位", found.institution.name),
        Line("月份", f"{found.first:%Y-%m}"),
        Line("预算依据", _told_basis(found)),
        Line("已过日预算（kWh）", _kwh(allowed)),
        Line("已过日用电（kWh）", _kwh(Fraction(used))),
        Line("结余（kWh）", _kwh(allowed - used)),
    ]
    for kind in DayClass:
        mine = [one for one in found.days if one.kind is kind and one.used is not None and not one.is_running]
        over = [one for one in mine if one.budget is not None and (one.used or 0) > one.budget]
        lines.append(Line(kind.zh, f"{len(mine)} 天有读数，{len(over)} 天超预算"))
    for one in found.days:
        if one.budget is not None and one.used is not None and not one.is_running and one.used > one.budget:
            more = _kwh(one.used - one.budget)
            lines.append(
                Line(f"{one.date} {one.kind.zh}", f"用电 {_kwh(Fraction(one.used))}，超预算 {more} kWh")
            )
    printed = iso(context.now_us, context.zone)[:16].replace("T", " ")
    signed = [Signed("物业公司确认", "", "", ""), Signed("机关事务管理部门", "", "", "")]
    return Form("能源日历月报", printed, lines, signed)


def _told_basis(found: Month) -> str:
    year = found.first.year - 1
    reduced = (
        f"，较上年下降 {float(found.reduction):.3%}（{found.reduction_from}）"
        if found.reduction_from
        else "，未配置下降目标"
    )
    return f"{year} 年 {found.measured_days} 个完整计量日的同月同类日均值{reduced}"


def _kwh(micro: Fraction) -> str:
    return f"{float(micro) / MICRO:,.1f}"


def _reduction(session: Session, institution: Institution, year: int) -> tuple[Fraction, str]:
    """What this year's step of the path per floor area takes off: 1 − this year's path ÷ the last's."""
    query = (
        select(TargetFigure, Plan)
        .join(Plan, Plan.id == TargetFigure.plan_id)
        .where(
            TargetFigure.institution_id == institution.id,
            TargetFigure.indicator == Indicator.ENERGY_PER_AREA.value,
            TargetFigure.reduction.is_not(None),
            Plan.base_year < year,
            Plan.end_year >= year,
            Plan.removed_us.is_(None),
        )
        .order_by(TargetFigure.year.desc(), Plan.id)
        .limit(1)
    )
    found = session.execute(query).first()
    if found is None:
        return Fraction(0), ""
    figure, plan = found
    whole = Fraction(figure.reduction or 0, 100_000) / (plan.end_year - plan.base_year)
    before = 1 - whole * (year - 1 - plan.base_year)
    return whole / before, plan.title


def _days(view: View, institution: Institution, year: int) -> dict[date, int]:
    """The days of a year that were measured nearly whole."""
    found = _read(view, institution, date(year, 1, 1), date(year + 1, 1, 1))
    return {day: micro for day, (micro, share) in found.items() if share >= WHOLE}


def _read(view: View, institution: Institution, start: date, end: date) -> dict[date, tuple[int, float]]:
    """Electricity and the share of the time that is covered, of the days with readings."""
    choice = Choice(institution_id=institution.id, carrier=Carrier.ELECTRICITY)
    rows = amounts.by_step(view, start, end, "day", choice)
    micro, covered = rows.sums.micro.sum(axis=0), rows.sums.covered_s.sum(axis=0)
    expected, booked = rows.sums.expected_s.sum(axis=0), rows.sums.rows.sum(axis=0)
    share = covered / np.maximum(expected, 1)
    return {
        as_date(number): (amount, part)
        for number, amount, part, count in zip(
            rows.numbers.tolist(), micro.tolist(), share.tolist(), booked.tolist(), strict=True
        )
        if count
    }
