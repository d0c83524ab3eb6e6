"""Sums of what was reported: by region, by superior department, by class of institution."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, case, cast, func, select

from civicwatt_cloud.kit.directory import Institution, InstitutionKind, Region
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.returns import forms
from civicwatt_cloud.modules.returns.choices import Timeliness
from civicwatt_cloud.modules.returns.filling.earlier import OPEN
from civicwatt_cloud.modules.returns.filling.numbers import shown
from civicwatt_cloud.modules.returns.models import EnergyReturn, ReturnCell
from civicwatt_cloud.modules.returns.periods import Period
from civicwatt_cloud.modules.returns.schemas import ReturnSummaryOut, ReturnSummaryRow

By = Literal["region", "department", "class"]
MILLI = 1000  # no field has more than three decimals, and sums of a province stay within 64 bits


def summary(context: Context, scope: Scope, period: Period, by: By) -> ReturnSummaryOut:
    """Two statements; what is not filed is counted beside the sums, never guessed into them."""
    key, named = _GROUPS[by]
    is_filed = EnergyReturn.state.not_in(OPEN)
    here = (
        select(key)
        .select_from(EnergyReturn)
        .join(Institution, Institution.id == EnergyReturn.owner_id)
        .where(EnergyReturn.period == period.key, EnergyReturn.removed_us.is_(None), scope.visible())
    )
    counts = here.add_columns(
        func.count(),
        func.sum(case((is_filed, 1), else_=0)),
        func.sum(case((EnergyReturn.timeliness == Timeliness.LATE, 1), else_=0)),
    ).group_by(key)
    rows = {group: (all_, filed, late) for group, all_, filed, late in context.session.execute(counts)}
    sums = (
        here.add_columns(ReturnCell.code, cast(func.sum(ReturnCell.micro // MILLI), BigInteger))
        .join(ReturnCell, ReturnCell.return_id == EnergyReturn.id)
        .where(is_filed, ReturnCell.micro.is_not(None))
        .group_by(key, ReturnCell.code)
    )
    values: dict[Any, dict[str, int]] = defaultdict(dict)
    for group, code, milli in context.session.execute(sums):
        values[group][code] = milli * MILLI
    form = forms.form_on(period.start)
    cells = form.cells(period.kind)
    names = named(context, list(rows))
    return ReturnSummaryOut(
        period=period.key,
        by=by,
        titles={code: cell.zh for code, cell in cells.items()},
        titles_en={code: cell.en for code, cell in cells.items()},
        units={code: cell.unit for code, cell in cells.items()},
        rows=[
            ReturnSummaryRow(
                key=str(group or ""),
                name=names.get(group, "本级"),
                returns=all_,
                filed=filed,
                late=late,
                values={
                    code: shown(cells[code], one) or ""
                    for code, one in values[group].items()
                    if code in cells
                },
            )
            for group, (all_, filed, late) in sorted(rows.items(), key=lambda one: str(one[0]))
        ],
    )


def _regions(context: Context, keys: list[Any]) -> dict[Any, str]:
    query = select(Region.code, Region.name).where(Region.code.in_(keys))
    return {key: name for key, name in context.session.execute(query)}  # noqa: C416 - rows are no pairs to mypy


def _departments(context: Context, keys: list[Any]) -> dict[Any, str]:
    query = select(Institution.id, Institution.name).where(Institution.id.in_(filter(None, keys)))
    return {key: name for key, name in context.session.execute(query)}  # noqa: C416 - rows are no pairs to mypy


def _classes(_context: Context, _keys: list[Any]) -> dict[Any, str]:
    return {one.value: one.zh for one in InstitutionKind}


_GROUPS: dict[By, tuple[ColumnElement[Any], Callable[[Context, list[Any]], dict[Any, str]]]] = {
    "region": (Institution.__table__.c.region_code, _regions),
    "department": (Institution.__table__.c.parent_id, _departments),
    "class": (Institution.__table__.c.kind, _classes),
}
