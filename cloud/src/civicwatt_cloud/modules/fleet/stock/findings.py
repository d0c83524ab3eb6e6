"""What is wrong in the stock of vehicles, found in the records themselves."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from civicwatt_cloud.kit.business_time import day_start_us, iso
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.records.choices import Choice
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.modules.fleet.choices import Mark, VehicleKind, VehicleState
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.stock import accounts, costs, quotas, visible
from civicwatt_cloud.modules.fleet.stock.choices import TrafficMatch
from civicwatt_cloud.modules.fleet.stock.models import TrafficRecord
from civicwatt_cloud.modules.fleet.stock.rules import Standard, breaches, rounded, yuan
from civicwatt_cloud.modules.fleet.stock.standards import offered_of


class FindingKind(Choice):
    """What is wrong."""

    ABOVE_STANDARD = "above_standard", "超标准配备", "above the standard"
    OVER_QUOTA = "over_quota", "超编制配备", "above the quota"
    UNMARKED = "unmarked", "未喷涂标识", "not marked"
    OFF_POINT = "off_point", "非定点采购", "not a fixed supplier"
    NO_ORDER = "no_order", "交警记录无派车单", "seen by the traffic police without an order"
    OVER_COST = "over_cost", "超运行费用定额", "above the cost quota"


class Finding(NamedTuple):
    """One of them."""

    kind: FindingKind
    owner_id: int
    vehicle: Vehicle | None  # None: of the institution as a whole
    zh: str
    en: str
    rule: str = ""


def findings(context: Context, year: int) -> list[Finding]:
    """All that the actor may see; what was bought and paid is of a year."""
    vehicles = visible.vehicles(context)
    there = [one for one in vehicles if one.state != VehicleState.DISPOSED]
    found = [*_above_standard(context, there), *_over_quota(context, there)]
    found += [
        Finding(
            FindingKind.UNMARKED, one.owner_id, one, "在用车辆未喷涂公务用车标识", "in use without the mark"
        )
        for one in there
        if one.mark == Mark.MISSING and one.state == VehicleState.IN_USE
    ]
    found += [*_off_point(context, vehicles, year), *_no_order(context, vehicles, year)]
    return [*found, *_over_cost(context, vehicles, year)]


def _above_standard(context: Context, vehicles: Sequence[Vehicle]) -> list[Finding]:
    rules, today = rules_of(context.session), context.today
    organs = accounts.organs(context.session, {one.owner_id for one in vehicles})
    found = []
    for car in vehicles:
        offered = offered_of(car)
        standard = Standard(rules, place_of(organs[car.owner_id]), today)
        try:
            above = breaches(standard, offered) if offered else []
        except NoRule:  # special equipment without a local standard
            continue
        found += [
            Finding(FindingKind.ABOVE_STANDARD, car.owner_id, car, one.zh, one.en, one.rule) for one in above
        ]
    return found


def _over_quota(context: Context, vehicles: Sequence[Vehicle]) -> list[Finding]:
    held = Counter((one.owner_id, one.kind) for one in vehicles)
    today = context.today
    places = quotas.standing(context.session, {owner for owner, _ in held}, today)
    found = []
    for (owner, kind), number in sorted(held.items()):
        quota = places[owner, kind].number if (owner, kind) in places else 0
        if number > quota:
            title = VehicleKind(kind)
            zh = f"{title.zh}用车 {number} 辆，编制 {quota} 辆"
            en = f"{number} vehicles for {title.en}, a quota of {quota}"
            found.append(Finding(FindingKind.OVER_QUOTA, owner, None, zh, en))
    return found


def _off_point(context: Context, vehicles: Sequence[Vehicle], year: int) -> list[Finding]:
    by_id = {one.id: one for one in vehicles}
    found = []
    for line in costs.off_point(context.session, accounts.year(year)):
        if (car := by_id.get(line.vehicle_id)) is not None:
            said = f"{line.on_day} {line.supplier} {yuan(line.amount)} "
            found.append(Finding(FindingKind.OFF_POINT, car.owner_id, car, f"{said}元", f"{said}yuan"))
    return found


def _no_order(context: Context, vehicles: Sequence[Vehicle], year: int) -> list[Finding]:
    by_id, span = {one.id: one for one in vehicles}, accounts.year(year)
    query = select(TrafficRecord).where(
        TrafficRecord.match == TrafficMatch.UNORDERED,
        TrafficRecord.at_us >= day_start_us(span.start, context.zone),
        TrafficRecord.at_us < day_start_us(span.end, context.zone),
        TrafficRecord.removed_us.is_(None),
    )
    found = []
    for row in context.session.scalars(query.order_by(TrafficRecord.at_us, TrafficRecord.id)):
        if (car := by_id.get(row.vehicle_id)) is not None:
            said = f"{iso(row.at_us, context.zone)[:16].replace('T', ' ')} {row.place}"
            found.append(Finding(FindingKind.NO_ORDER, car.owner_id, car, said, said))
    return found


def _over_cost(context: Context, vehicles: Sequence[Vehicle], year: int) -> list[Finding]:
    rules, span = rules_of(context.session), accounts.year(year)
    found = []
    for one in accounts.accounts(context.session, vehicles, span, context.zone, rules):
        if one.account.over:
            over, percent = yuan(one.account.over), rounded(one.account.over_percent)
            zh, en = f"超 {over} 元（{percent}%）", f"{over} yuan above ({percent} %)"
            car = one.vehicle
            found.append(Finding(FindingKind.OVER_COST, car.owner_id, car, zh, en, one.rule))
    return found
