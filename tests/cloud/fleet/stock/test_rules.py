"""M03: what an official vehicle may be and cost, by the rows that ship."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.rules import Place, load
from civicwatt_cloud.modules.fleet.choices import Body, Energy, VehicleKind
from civicwatt_cloud.modules.fleet.stock import rules
from civicwatt_cloud.modules.fleet.stock.rules import Account, Offered, Standard, rounded

CITY = Place("U1", "429900", Level.CITY)
TODAY = date(2026, 11, 21)


def standard(as_of: date = TODAY, place: Place = CITY) -> Standard:
    return Standard(load(), place, as_of)


def offered(
    kind: VehicleKind, yuan: str, litres: str | None, body: Body = Body.CAR, *, need: bool = False
) -> Offered:
    energy = Energy.PETROL if litres else Energy.ELECTRIC
    displacement = int(Decimal(litres) * 1000) if litres else None
    return Offered(kind, body, energy, int(Decimal(yuan) * 100), displacement, need)


def found(one: Offered) -> list[str]:
    return [breach.rule.removeprefix("fleet.standard.") for breach in rules.breaches(standard(), one)]


def test_m03_5_a_purchase_is_held_to_price_displacement_and_need() -> None:
    letters, emergency = VehicleKind.CONFIDENTIAL, VehicleKind.EMERGENCY
    assert found(offered(letters, "119800", "1.6")) == []
    assert found(offered(letters, "120000.01", "1.5")) == ["confidential.price@2017-12-05"]
    assert found(offered(emergency, "180000", "1.8")) == []
    assert found(offered(emergency, "185000", None)) == ["new_energy.price@2017-12-05"]
    bus = offered(emergency, "248000", "2.7", Body.MEDIUM_BUS)
    assert found(bus) == [""]
    assert found(bus._replace(special_need=True)) == []


@pytest.mark.parametrize(
    ("one", "breached"),
    [
        (offered(VehicleKind.CONFIDENTIAL, "120000", "1.601"), ["confidential.displacement"]),
        (offered(VehicleKind.CONFIDENTIAL, "100000", "1.6", Body.MEDIUM_BUS, need=True), [""]),
        (
            offered(VehicleKind.ENFORCEMENT, "180000", "1.8"),
            ["enforcement.price", "enforcement.displacement"],
        ),
        (offered(VehicleKind.ENFORCEMENT, "180000", "1.8", need=True), []),
        (offered(VehicleKind.VETERAN, "250000", "3.0", Body.SMALL_BUS, need=True), []),
        (offered(VehicleKind.OTHER, "250000.01", "3.0", Body.MEDIUM_BUS, need=True), ["bus.price"]),
        (offered(VehicleKind.OTHER, "450000", "6.7", Body.LARGE_BUS, need=True), []),
        (offered(VehicleKind.CONFIDENTIAL, "180000", None), []),
    ],
)
def test_r_fleet_1_limits_are_inclusive(one: Offered, breached: list[str]) -> None:
    assert [rule.partition("@")[0] for rule in found(one)] == breached


def test_r_fleet_1_special_equipment_waits_for_a_local_row() -> None:
    with pytest.raises(NoRule):
        rules.breaches(standard(), offered(VehicleKind.SPECIAL, "1", "1.0"))


def test_m03_6_eight_years_to_the_day_are_not_more_than_eight() -> None:
    registered = date(2018, 11, 21)
    assert not rules.may_renew(standard(date(2026, 11, 21)), registered)
    assert rules.may_renew(standard(date(2026, 11, 22)), registered)


def test_r_fleet_2_a_leap_day_ends_with_its_month() -> None:
    leap = date(2016, 2, 29)
    assert not rules.may_renew(standard(date(2024, 2, 29)), leap)
    assert rules.may_renew(standard(date(2024, 3, 1)), leap)
    assert not rules.may_renew(standard(), date.max)


@pytest.mark.parametrize(("level", "percent", "kept"), [(Level.CITY, 60, 10), (Level.COUNTY, 70, 12)])
def test_r_fleet_3_the_part_that_stays_depends_on_the_level(level: Level, percent: int, kept: int) -> None:
    row = standard(place=Place("U1", "429901", level)).row("quota.enforcement")
    assert (row.value, row.status) == (percent, "local")
    assert rules.kept(18, row) == kept  # 10.8 and 12.6: whole vehicles only


def test_r_fleet_3_holds_in_its_province_only() -> None:
    with pytest.raises(NoRule):
        standard(place=Place("U1", "510100", Level.CITY)).row("quota.enforcement")


def test_m03_7_one_vehicle_for_a_year() -> None:
    costs = {"fuel": 1380 * 760, "insurance": 420_000, "repair": 350_000, "toll": 96_000}
    year = Account(16_500_000, 1_380_000, costs, 1_800_000)
    assert rounded(year.per_100_km) == Decimal("8.36")
    assert rules.yuan(year.total) == Decimal("19148.00")
    assert rounded(year.per_km) == Decimal("1.16")
    assert rules.yuan(year.over) == Decimal("1148.00")
    assert rounded(year.over_percent) == Decimal("6.38")


def test_c3_7_a_vehicle_that_stood_still_has_no_rates() -> None:
    year = Account(0, 40_000, {"fuel": 30_000}, 0)
    assert (year.per_km, year.per_100_km, year.over_percent) == (None, None, None)
    assert year.over == 30_000


@given(st.lists(st.tuples(st.sampled_from(["fuel", "repair", "toll"]), st.integers(-(10**9), 10**9))))
def test_c3_7_a_total_is_the_sum_to_the_cent(lines: list[tuple[str, int]]) -> None:
    costs: dict[str, int] = {}
    for kind, amount in lines:
        costs[kind] = costs.get(kind, 0) + amount
    year = Account(1, 1, costs, 0)
    assert year.total == sum(amount for _, amount in lines)
    assert rules.yuan(year.total) * 100 == year.total


@given(st.fractions(-(10**12), 10**12), st.integers(0, 6))
def test_figures_are_rounded_half_up_and_never_by_more_than_half(exact: Fraction, digits: int) -> None:
    told = rounded(exact, digits)
    assert told is not None
    assert abs(Fraction(told) - exact) <= Fraction(1, 2 * 10**digits)
    assert -Fraction(told) == Fraction(rounded(-exact, digits) or 0)
