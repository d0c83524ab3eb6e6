"""M03, C3.7 to C3.9: the ledgers of a vehicle, its account, and the indicators made of them."""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.business_time import day_start_us
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.indicators.figures import figure
from civicwatt_cloud.kit.indicators.spec import Asked, Period
from civicwatt_cloud.kit.rules_local import bring_in
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.modules.fleet.positions.models import Trip
from civicwatt_cloud.modules.fleet.stock import accounts, costs
from civicwatt_cloud.modules.fleet.stock.accounts import DistanceBasis
from civicwatt_cloud.modules.fleet.stock.choices import CostKind
from civicwatt_cloud.modules.fleet.stock.costs import Fuelled, Paid
from civicwatt_cloud.modules.fleet.stock.errors import NothingToReverse
from civicwatt_cloud.modules.fleet.stock.measures import INDICATORS
from civicwatt_cloud.modules.fleet.stock.models import CostEntry, FuelEntry
from civicwatt_cloud.modules.fleet.stock.rules import rounded, yuan

OFFICE, BUREAU, TOWN = 1, 2, 3
MARCH = date(2026, 3, 2)
PLATES = count(1)


def trip(depot: Any, vehicle: Any, day: date, distance_m: int, hour: int = 9) -> None:
    start = day_start_us(day, depot.context().zone) + hour * 3_600_000_000
    places = {"from_place": "112.1,31.0", "to_place": "112.2,31.0", "is_gap": False}
    facts = {"owner_id": vehicle.owner_id, "rev": 1, "vehicle_id": vehicle.id, "distance_m": distance_m}
    depot.session.add(Trip(**facts, started_us=start, ended_us=start + 3_600_000_000, **places))
    depot.session.flush()


def account(depot: Any, vehicle: Any, year: int = 2026) -> accounts.Yearly:
    rules, zone = rules_of(depot.session), depot.context().zone
    (one,) = accounts.accounts(depot.session, [vehicle], accounts.year(year), zone, rules)
    return one


def value(depot: Any, key: str, period: str = "2026") -> tuple[str | None, int, int]:
    """Value, records counted, records missing."""
    owners = select(Institution.id).where(Institution.id == BUREAU)
    context, rules = depot.context(), rules_of(depot.session)
    asked = Asked(depot.session, owners, Period.parse(period), context.zone, rules, context.now_us)
    (indicator,) = (one for one in INDICATORS if one.key == f"fleet.{key}")
    found = figure(indicator, indicator.measure(asked).items)
    return None if found.value is None else str(found.value), found.counted, found.missing


def a_year(depot: Any, vehicle: Any) -> None:
    """16,500 km, 1,380 L at 7.60, insurance 4,200, repair 3,500, tolls 960."""
    clerk = depot.context("clerk")
    for month in range(1, 11):
        trip(depot, vehicle, date(2026, month, 12), 1_650_000)
        filled = Fuelled(date(2026, month, 20), 138_000, 104_880, "荆襄石油", f"JY-{month}")
        costs.enter_fuel(clerk, vehicle, filled)
    for kind, amount in ((CostKind.INSURANCE, 420_000), (CostKind.REPAIR, 350_000), (CostKind.TOLL, 96_000)):
        costs.enter_cost(clerk, vehicle, Paid(kind, MARCH, amount, "某供应商", f"FP-{kind}"))


def test_m03_7_the_account_of_one_vehicle_from_its_ledgers(depot: Any) -> None:
    vehicle = depot.vehicle("鄂F00001")
    a_year(depot, vehicle)
    bought = Paid(CostKind.PURCHASE, MARCH, 15_000_000, "荆襄汽贸", "GZ-1")
    costs.enter_cost(depot.context("clerk"), vehicle, bought)  # no running cost
    trip(depot, vehicle, date(2025, 12, 31), 99_000)  # another year
    one = account(depot, vehicle)
    assert (one.account.distance_m, one.basis) == (16_500_000, DistanceBasis.TRACK)
    assert rounded(one.account.per_100_km) == Decimal("8.36")
    assert yuan(one.account.total) == Decimal("19148.00")
    assert rounded(one.account.per_km) == Decimal("1.16")
    assert (yuan(one.account.over), rounded(one.account.over_percent)) == (
        Decimal("1148.00"),
        Decimal("6.38"),
    )
    assert one.rule == "fleet.cost_quota.emergency@2020-01-01"
    assert value(depot, "cost_per_km") == ("1.16", 1, 0)
    assert value(depot, "fuel_per_100_km") == ("8.36", 1, 0)
    assert value(depot, "over_cost_quota") == ("100.00", 1, 0)


LOCAL = """
[[row]]
id = "fleet.cost_quota.emergency"
title = "单车年度运行费用定额"
title_en = "running costs of a vehicle a year"
value = "20000"
unit = "元/年"
source = "荆财〔2026〕3号"
clause = "一"
valid_from = 2026-01-01
status = "local"
scope = "institution:U2"
"""


def test_r_fleet_5_an_institution_has_a_quota_of_its_own(depot: Any) -> None:
    vehicle = depot.vehicle("鄂F00001")
    a_year(depot, vehicle)
    bring_in(depot.session, LOCAL, "local.toml", "test")
    one = account(depot, vehicle)
    assert (one.account.quota, one.account.over) == (2_000_000, 0)
    assert one.rule.startswith("fleet.cost_quota.emergency/institution:U2@2026-01-01")


def test_c3_7_a_vehicle_without_a_terminal_is_measured_by_its_odometer(depot: Any) -> None:
    vehicle, clerk = depot.vehicle("鄂F00001"), depot.context("clerk")
    for day, odometer_m in (
        (date(2025, 12, 20), 9_000_000),
        (MARCH, 9_800_000),
        (date(2026, 6, 1), 10_500_000),
    ):
        costs.enter_fuel(clerk, vehicle, Fuelled(day, 40_000, 30_000, "荆襄石油", str(day), odometer_m))
    wrong = costs.enter_fuel(clerk, vehicle, Fuelled(date(2026, 7, 1), 1, 1, "荆襄石油", "错", 99_000_000))
    costs.reverse(clerk, vehicle, FuelEntry, wrong.id, "读数错误")
    one = account(depot, vehicle)
    assert (one.account.distance_m, one.basis) == (1_500_000, DistanceBasis.ODOMETER)
    assert (one.account.fuel_ml, one.account.total) == (80_000, 60_000)


def test_four_fixed_points_flag_what_was_bought_elsewhere(depot: Any) -> None:
    vehicle, clerk = depot.vehicle("鄂F00001"), depot.context("clerk")
    for kind, name in (("加油", "荆襄石油"), ("维修", "荆襄汽修"), ("保险", "荆襄保险")):
        depot.add(
            "fleet_supplier",
            owner=OFFICE,
            kind=kind,
            name=name,
            valid_from="2026-01-01",
            valid_to="2026-07-01",
        )
    depot.add("fleet_supplier", owner=TOWN, kind="维修", name="东县汽修", valid_from="2026-01-01")

    def is_off(kind: CostKind, supplier: str, day: date = MARCH) -> bool:
        return costs.enter_cost(clerk, vehicle, Paid(kind, day, 100, supplier, "FP")).is_off_point

    assert not is_off(CostKind.REPAIR, "荆襄汽修")
    assert is_off(CostKind.REPAIR, "荆襄汽修", date(2026, 7, 1))  # the contract was over
    assert is_off(CostKind.REPAIR, "东县汽修")  # designated for another county only
    assert is_off(CostKind.INSURANCE, "荆襄汽修")
    assert not is_off(CostKind.TOLL, "高速公路")  # no fixed point
    assert not costs.enter_fuel(clerk, vehicle, Fuelled(MARCH, 1, 1, "荆襄石油", "a")).is_off_point
    assert costs.enter_fuel(clerk, vehicle, Fuelled(MARCH, 1, 1, "路边加油站", "b")).is_off_point


def test_the_ledgers_are_only_added_to_and_a_line_is_reversed_once(depot: Any) -> None:
    vehicle, clerk = depot.vehicle("鄂F00001"), depot.context("clerk")
    line = costs.enter_cost(clerk, vehicle, Paid(CostKind.REPAIR, MARCH, 35_000, "甲", "FP-1"))
    back = costs.reverse(clerk, vehicle, CostEntry, line.id, "重复登记")
    assert (back.amount, back.kind, back.on_day, back.corrects_id) == (-35_000, "repair", MARCH, line.id)
    for number in (line.id, back.id, 999):
        with pytest.raises(NothingToReverse):
            costs.reverse(clerk, vehicle, CostEntry, number, "x")
    with pytest.raises(NothingToReverse):
        costs.reverse(clerk, depot.vehicle("鄂F00002"), CostEntry, line.id, "x")
    assert account(depot, vehicle).account.total == 0
    deeds = depot.session.scalars(select(Audit.what).where(Audit.subject == f"vehicle/{vehicle.id}"))
    assert list(deeds) == ["cost_entered", "cost_entered"]
    for deed in ("UPDATE cost_entry SET amount = 0", "DELETE FROM cost_entry"):
        with pytest.raises(DBAPIError, match=r"only added|refuse|append"), depot.session.begin_nested():
            depot.session.execute(text(deed))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 10**9), st.booleans()), max_size=8))
def test_c3_7_reversed_lines_leave_no_cent_and_no_millilitre(
    depot: Any, lines: list[tuple[int, int, bool]]
) -> None:
    vehicle, clerk = depot.vehicle(f"鄂F{next(PLATES):05d}"), depot.context("clerk")
    for volume_ml, amount, is_reversed in lines:
        line = costs.enter_fuel(clerk, vehicle, Fuelled(MARCH, volume_ml, amount, "甲", "x"))
        if is_reversed:
            costs.reverse(clerk, vehicle, FuelEntry, line.id, "y")
    found = account(depot, vehicle).account
    assert found.fuel_ml == sum(volume for volume, _, is_reversed in lines if not is_reversed)
    assert found.total == sum(amount for _, amount, is_reversed in lines if not is_reversed)


def test_c3_9_occupancy_counts_vehicles_beside_quotas(depot: Any) -> None:
    depot.quota(4)
    for number in range(3):
        depot.vehicle(f"鄂F0000{number}")
    depot.vehicle("鄂F00009", state="disposed")
    depot.vehicle("鄂F00010", kind="other")  # nobody set a quota for it
    assert value(depot, "quota_occupancy") == ("75.00", 4, 1)


def test_c3_8_utilisation_is_days_with_a_trip_beside_available_days(depot: Any) -> None:
    """October 2026 has 18 working days, of which the 10th is a make-up Saturday."""
    depot.now = "2026-11-21 12:00"
    vehicle = depot.vehicle("鄂F00001", terminal_phone="13900000001")
    depot.vehicle("鄂F00002")  # no terminal
    depot.vehicle("鄂F00003", terminal_phone="13900000003", state="repair")
    depot.vehicle("鄂F00004", terminal_phone="13900000004", registered_on=date(2026, 10, 29))
    for day, hour in ((3, 9), (8, 9), (9, 9), (9, 15), (10, 0)):
        trip(depot, vehicle, date(2026, 10, day), 5_000, hour)
    assert value(depot, "utilisation", "2026-10") == ("15.00", 2, 2)  # 3 of 18 + 2


def test_c3_7_a_vehicle_without_a_distance_is_missing_from_the_rates(depot: Any) -> None:
    vehicle = depot.vehicle("鄂F00001")
    costs.enter_cost(depot.context("clerk"), vehicle, Paid(CostKind.REPAIR, MARCH, 35_000, "甲", "FP-1"))
    assert value(depot, "cost_per_km") == (None, 0, 1)
