"""Returns of the demo city: invented where no meter tells, with things that are not as they should be.

The pages must surface each of them: a return that was filed late, one that went back with a comment, one
whose price is out of range, accounts without a meter, an energy that is neither metered nor paid for.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.directory import EVERYWHERE, Building, Institution
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.returns import opening
from civicwatt_cloud.modules.returns.choices import PeriodKind
from civicwatt_cloud.modules.returns.entities import ACCOUNT, BINDING, FLOW, MONITORED, PAYMENT, RETURN
from civicwatt_cloud.modules.returns.filling import sheet
from civicwatt_cloud.modules.returns.filling.sheet import Typed
from civicwatt_cloud.modules.returns.models import EnergyReturn, ReturnComment
from civicwatt_cloud.modules.returns.periods import Period

DONE = ("file", "approve")
NUMBERED = "0714"  # before an account's number: invented


def fill(context: Context, city: Sequence[Institution]) -> None:
    """The last whole quarter for everybody, the month before for the first ones, and their accounts."""
    month = Period(PeriodKind.MONTH, context.today.year, context.today.month).before()
    quarter = Period(PeriodKind.QUARTER, context.today.year, (context.today.month + 2) // 3).before()
    for period in (quarter, month):
        opening.begin(context, city, period)
        opening.fill(context, scope_of_region(EVERYWHERE), [one.id for one in city], period)
    for number, institution in enumerate(city):
        _accounts(context, number, institution)
        row = _of(context, institution, quarter)
        if number % 3:  # every third one has not begun
            _filed(context, row, number)


def _of(context: Context, institution: Institution, period: Period) -> EnergyReturn:
    query = select(EnergyReturn).where(EnergyReturn.owner_id == institution.id)
    return context.session.scalars(query.where(EnergyReturn.period == period.key)).one()


def _filed(context: Context, row: EnergyReturn, number: int) -> None:
    """In time, late for the second; the fourth one's price is out of range; the fifth went back."""
    at = context._replace(now_us=row.due_us + (2 if number == 1 else -1) * DAY_US)
    before = sheet.read(at, row.id)
    used = sheet.values_of(before).get("electricity", 100_000_000_000) / 1_000_000
    typed = {"electricity_cost": f"{used * (7 if number == 4 else 0.72):.2f}", "staff": "40", "water": "0"}
    sheet.write(at, row.id, before, sheet.type_in(at, row, before, Typed(typed, {})))
    for event in DONE:
        _take(at, row, event, {})
    if number == 5:
        said = {
            "code": "staff",
            "text": "编制人数与机构编制批复不一致，请核对",
            "who": "李审核",
            "at_us": at.now_us,
        }
        context.session.add(ReturnComment(return_id=row.id, **said))
        _take(at, row, "send_back", {"why": "编制人数不一致"})


def _take(context: Context, row: EnergyReturn, event: str, said: dict[str, object]) -> None:
    arrow = next(one for one in FLOW.leaving(row.state) if one.event == event)
    steps.apply(context, RETURN, row, replace(arrow, guard=None), said)


def _accounts(context: Context, number: int, institution: Institution) -> None:
    query = select(Building.id).where(Building.institution_id == institution.id).order_by(Building.id)
    building = context.session.scalar(query.limit(1))
    if building is None:
        return
    owner, since = institution.id, date(2024, 1, 1)
    said = {
        "energy": "electricity",
        "use": "other",
        "supplier": "供电公司（虚构）",
        "building_id": building,
    }
    account = _add(context, ACCOUNT, owner, number=f"{NUMBERED}{number:06}", **said)
    _add(context, BINDING, owner, account_id=account.id, valid_from=since, document="户号清查表")
    payment = "unmetered_free" if number == 0 else "metered_paid"
    _add(context, PAYMENT, owner, energy="water", payment=payment, valid_from=since, document="用水协议")
    monitored = {"building_id": building, "building_class": "A", "number": number + 1}
    _add(context, MONITORED, owner, **monitored)


def _add(context: Context, entity: Entity, owner: int, **values: object) -> Any:
    return registry.add(context, entity, owner, values)
