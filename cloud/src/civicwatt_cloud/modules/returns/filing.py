"""Writing into a return, filing it, saying something about a cell."""

from dataclasses import replace
from functools import partial
from typing import NamedTuple

from sqlalchemy import or_, select

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.errors import NotPermitted
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.errors import Outdated
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.workflow import steps as workflow
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.returns import opening, steps
from civicwatt_cloud.modules.returns.entities import FILLERS, FLOW, READERS, RETURN
from civicwatt_cloud.modules.returns.errors import FiledAlready, NoSuchCell, NotOpen
from civicwatt_cloud.modules.returns.filling import sheet
from civicwatt_cloud.modules.returns.filling.earlier import OPEN
from civicwatt_cloud.modules.returns.filling.sheet import Rows, Typed
from civicwatt_cloud.modules.returns.models import EnergyReturn, ReturnComment
from civicwatt_cloud.modules.returns.periods import Period

FILE = next(one for one in FLOW.transitions if one.event == "file")


class Filing(NamedTuple):
    """A whole return in one request."""

    owner_id: int
    period: Period
    typed: Typed
    on_behalf: str | None


def writable(context: Context, record_id: int, rev: int) -> EnergyReturn:
    """A return that the actor may write to now. Errors: NotFound, NotPermitted, NotOpen, Outdated."""
    row: EnergyReturn = registry.get(context, RETURN, record_id)
    if not scope_of(context.actor, FILLERS).has(context.session, row.owner_id):
        raise NotPermitted()
    _require_open(row)
    if row.rev != rev:
        raise Outdated(rev=row.rev)
    return row


def _require_open(row: EnergyReturn) -> None:
    if row.state not in OPEN:
        state = FLOW.state(row.state)
        raise NotOpen(state_zh=state.zh, state=state.en)


def type_in(context: Context, record_id: int, rev: int, typed: Typed) -> EnergyReturn:
    """Keep what a person typed so far. Errors: as of `writable`; NoSuchCell, BadCell."""
    row = writable(context, record_id, rev)
    rows = sheet.read(context, row.id)
    sheet.write(context, row.id, rows, sheet.type_in(context, row, rows, typed))
    return _touched(context, row)


def refresh(context: Context, record_id: int, rev: int) -> EnergyReturn:
    """Ask meters and bills again. Errors: as of `writable`."""
    row = writable(context, record_id, rev)
    sheet.refresh(context, row)
    return _touched(context, row)


def _touched(context: Context, row: EnergyReturn) -> EnergyReturn:
    before = registry.told(RETURN, row, context.zone)
    registry.touched(context, RETURN, row, "energy_return_changed", before)
    return row


def file(context: Context, key: str, filing: Filing) -> EnergyReturn:
    """File a return in one transaction; the same key again is the same filing, and changes nothing.

    Errors: NotFound, FiledAlready, NoSuchCell, BadCell, Blocked, ReasonMissing, BasisMissing.
    """
    owner = scope_of(context.actor, FILLERS).institution(context.session, filing.owner_id)
    row = _of_key(context, owner, key, filing.period)
    if row.filing_key == key:
        if row.period != filing.period.key:
            raise FiledAlready(period=row.period)
        return row
    if row.state not in OPEN:
        raise FiledAlready(period=row.period)
    before = sheet.read(context, row.id)
    after = sheet.type_in(context, row, before, filing.typed)
    steps.judge(context, row, after, filing.on_behalf)
    sheet.write(context, row.id, before, after)
    row.filing_key = key
    arrow = replace(FILE, guard=None, effect=partial(_freeze, after))  # judged above, on what was read once
    workflow.apply(context, RETURN, row, arrow, {"on_behalf": filing.on_behalf})
    return row


def _freeze(rows: Rows, step: Step) -> None:
    steps.freeze(step.context, step.record, rows, step.said.get("on_behalf"))


def _of_key(context: Context, owner: Institution, key: str, period: Period) -> EnergyReturn:
    """What the key has filed; else the return of the period, made where nobody opened it."""
    query = select(EnergyReturn).where(
        EnergyReturn.owner_id == owner.id,
        or_(EnergyReturn.filing_key == key, EnergyReturn.period == period.key),
    )
    found = context.session.scalars(query).all()
    if not found:
        opening.begin(context, [owner], period)
        found = context.session.scalars(query).all()
    return next((one for one in found if one.filing_key == key), found[0])


def comment(context: Context, record_id: int, code: str, text: str) -> None:
    """What somebody who reads a return says of a cell. Errors: NotFound, NoSuchCell."""
    row: EnergyReturn = registry.get(context, RETURN, record_id)
    if not scope_of(context.actor, READERS).has(context.session, row.owner_id):
        raise NotPermitted()
    if code not in sheet.cells_of(row):
        raise NoSuchCell(code, said=code[:40])
    said = {"code": code, "text": text, "who": context.actor.display_name, "at_us": context.now_us}
    context.session.add(ReturnComment(return_id=row.id, **said))
