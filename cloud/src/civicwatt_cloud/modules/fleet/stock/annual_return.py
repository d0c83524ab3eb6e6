"""公务用车年报: what each institution had, bought, disposed of, drove and spent in a year."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.fleet.choices import Energy, VehicleState
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.stock import accounts, quotas, visible
from civicwatt_cloud.modules.fleet.stock.accounts import Days
from civicwatt_cloud.modules.fleet.stock.choices import CostKind
from civicwatt_cloud.modules.fleet.stock.models import CostEntry, VehicleDisposal
from civicwatt_cloud.modules.fleet.stock.rules import Account

DAY = timedelta(days=1)


@dataclass
class Line:
    """One institution's year, or the sum of several: amounts in 分, distance in m, fuel in ml."""

    code: str
    name: str
    quota: int = 0
    vehicles: int = 0
    new_energy: int = 0
    bought: int = 0
    bought_for: int = 0
    disposed: int = 0
    income: int = 0
    distance_m: int = 0
    fuel_ml: int = 0
    costs: Counter[str] = field(default_factory=Counter)

    @property
    def account(self) -> Account:
        """All vehicles taken together, without a quota."""
        return Account(self.distance_m, self.fuel_ml, self.costs, 0)


SUMMED = (
    "quota",
    "vehicles",
    "new_energy",
    "bought",
    "bought_for",
    "disposed",
    "income",
    "distance_m",
    "fuel_ml",
)


def lines(context: Context, year: int) -> list[Line]:
    """A line for each institution in scope that has vehicles or a quota; vehicles as they stand now."""
    vehicles, days = visible.vehicles(context, visible.TO_LEAVE), accounts.year(year)
    scope = scope_of(context.actor, visible.ACCOUNTANTS)
    units = context.session.scalars(select(Institution).where(scope.visible()).order_by(Institution.path))
    found = {one.id: Line(one.code, one.name) for one in units}
    for car in vehicles:
        if car.state != VehicleState.DISPOSED:
            found[car.owner_id].vehicles += 1
            found[car.owner_id].new_energy += car.energy is not None and Energy(car.energy).is_new
    for (owner, _), quota in quotas.standing(context.session, list(found), days.end - DAY).items():
        found[owner].quota += quota.number
    _spent(context, found, vehicles, days)
    _moved(context, found, days)
    return [one for one in found.values() if one.quota or one.vehicles or one.costs or one.disposed]


def total(lines: Iterable[Line]) -> Line:
    """The sum of the lines."""
    sums = Line("", "合计")
    for one in lines:
        for name in SUMMED:
            setattr(sums, name, getattr(sums, name) + getattr(one, name))
        sums.costs += one.costs
    return sums


def _spent(context: Context, found: dict[int, Line], vehicles: Sequence[Vehicle], days: Days) -> None:
    rules = rules_of(context.session)
    for one in accounts.accounts(context.session, vehicles, days, context.zone, rules):
        line = found[one.vehicle.owner_id]
        line.distance_m += one.account.distance_m
        line.fuel_ml += one.account.fuel_ml
        for kind, amount in one.account.costs.items():
            line.costs[kind] += amount


def _moved(context: Context, found: dict[int, Line], days: Days) -> None:
    """What came and what went."""
    bought = (
        select(CostEntry.owner_id, CostEntry.corrects_id, CostEntry.amount)
        .where(CostEntry.kind == CostKind.PURCHASE, CostEntry.owner_id.in_(found))
        .where(CostEntry.on_day >= days.start, CostEntry.on_day < days.end)
    )
    for owner, corrects_id, amount in context.session.execute(bought):
        found[owner].bought += 1 if corrects_id is None else -1
        found[owner].bought_for += amount
    gone = select(VehicleDisposal.owner_id, VehicleDisposal.income).where(
        VehicleDisposal.owner_id.in_(found),
        VehicleDisposal.closed_on >= days.start,
        VehicleDisposal.closed_on < days.end,
        VehicleDisposal.removed_us.is_(None),
    )
    for owner, income in context.session.execute(gone):
        found[owner].disposed += 1
        found[owner].income += income or 0
