"""The cells of a return: what a person types stays, what is measured stands beside it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from civicwatt_cloud.kit.bulk import run
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.returns import forms, periods
from civicwatt_cloud.modules.returns.choices import PeriodKind, Reason, Source
from civicwatt_cloud.modules.returns.errors import NoSuchCell
from civicwatt_cloud.modules.returns.filling.measured import Found, measured
from civicwatt_cloud.modules.returns.filling.numbers import parse
from civicwatt_cloud.modules.returns.forms import Cell
from civicwatt_cloud.modules.returns.models import EnergyReturn, ReturnCell

COLUMNS = tuple(one.key for one in ReturnCell.__table__.columns)
_KEEP = (
    f"INSERT INTO return_cell ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) "  # noqa: S608
    "ON CONFLICT (return_id, code) DO UPDATE SET "
    + ", ".join(f"{one} = excluded.{one}" for one in COLUMNS[2:])
)  # our own names


class Explained(NamedTuple):
    """Why a figure is as it is."""

    reason: Reason | None
    said: str


class Typed(NamedTuple):
    """What a person enters: figures by cell, None to take back what was typed, and reasons."""

    values: Mapping[str, str | None]
    reasons: Mapping[str, Explained]


Row = dict[str, Any]  # the columns of a cell
Rows = dict[str, Row]  # by code


def cells_of(row: EnergyReturn) -> Mapping[str, Cell]:
    """The cells of its form."""
    return forms.versions()[row.form].cells(PeriodKind(row.kind))


def read(context: Context, return_id: int) -> Rows:
    """What stands in the cells."""
    table = ReturnCell.__table__
    query = select(table).where(table.c.return_id == return_id)
    return {one["code"]: dict(one) for one in context.session.execute(query).mappings()}


def values_of(rows: Mapping[str, Row]) -> dict[str, int]:
    """The figures that there are [micro]."""
    return {code: row["micro"] for code, row in rows.items() if row["micro"] is not None}


def type_in(context: Context, row: EnergyReturn, rows: Rows, typed: Typed) -> Rows:
    """The cells with what a person typed. Errors: NoSuchCell, BadCell."""
    cells = cells_of(row)
    if unknown := [code for code in (*typed.values, *typed.reasons) if code not in cells]:
        raise NoSuchCell(unknown[0], said=unknown[0])
    changed = {code: dict(one) for code, one in rows.items()}
    for code, said in typed.values.items():
        one = changed.setdefault(code, _empty(row.id, code))
        if said is None or not said.strip():
            one |= {
                "micro": one["measured_micro"],
                "source": one["measured_source"],
                "who": None,
                "at_us": None,
            }
        elif (micro := parse(cells[code], said)) != one["micro"] or one["source"] is None:
            one |= {
                "micro": micro,
                "source": Source.PERSON.value,
                "who": context.actor.who,
                "at_us": context.now_us,
            }
    for code, why in typed.reasons.items():
        one = changed.setdefault(code, _empty(row.id, code))
        one |= {"reason": why.reason.value if why.reason else None, "said": why.said or None}
    return changed


def write(context: Context, return_id: int, before: Rows, after: Rows) -> None:
    """Keep the cells that changed."""
    add(context, [one for code, one in after.items() if before.get(code) != one])


def add(context: Context, rows: Sequence[Row]) -> None:
    """Keep cells, in the place of those that stand there."""
    named = [tuple(row[name] for name in COLUMNS) for row in rows]
    run(context.session.connection(), _KEEP, named)


def refresh(context: Context, row: EnergyReturn) -> Rows:
    """Ask meters, bills and earlier returns again; a typed value stays, the measured one stands beside it."""
    owner = context.session.get_one(Institution, row.owner_id)
    form, period = forms.versions()[row.form], periods.parse(row.period)
    found = measured(context, Scope((owner.path,)), [owner.id], period, form)[owner.id]
    before = read(context, row.id)
    after = filled(context, row.id, before, found)
    write(context, row.id, before, after)
    return after


def filled(context: Context, return_id: int, rows: Rows, found: Mapping[str, Found]) -> Rows:
    """The cells with what is measured now."""
    after = {code: dict(one) for code, one in rows.items()}
    for code in {*found, *after}:
        one, new = after.setdefault(code, _empty(return_id, code)), found.get(code)
        one |= {
            "measured_micro": new.micro if new else None,
            "measured_source": new.source.value if new else None,
            "basis": new.text if new else None,
            "computed_us": context.now_us if new else None,
        }
        if one["source"] != Source.PERSON:
            one |= {"micro": one["measured_micro"], "source": one["measured_source"]}
    return after


def _empty(return_id: int, code: str) -> Row:
    return {**dict.fromkeys(COLUMNS), "return_id": return_id, "code": code}
