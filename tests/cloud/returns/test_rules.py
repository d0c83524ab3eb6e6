"""The checks, one by one: okay, possible issue, not checked and why. No database."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.modules.returns import forms
from civicwatt_cloud.modules.returns.checking.rules import Facts, Finding, Limit, check
from civicwatt_cloud.modules.returns.choices import Outcome, Payment, PeriodKind
from civicwatt_cloud.modules.returns.filling import numbers
from civicwatt_cloud.timeseries.carriers import Carrier

FORM = forms.versions()["2021"]
LIMITS = {
    "returns.price_factor": Limit(Fraction(2), "factor"),
    "returns.price.electricity": Limit(Fraction(7, 10), "price"),
    "returns.year_on_year": Limit(Fraction(20), "yoy"),
    "returns.fixed_base": Limit(Fraction(30), "base"),
    "returns.people_area": Limit(Fraction(10), "people"),
    "returns.measured": Limit(Fraction(5), "measured"),
}
M = 1_000_000


def facts(**values: float) -> Facts:
    """An annual return with these figures."""
    micro = {code: round(one * M) for code, one in values.items()}
    return Facts(form=FORM, kind=PeriodKind.ANNUAL, values=micro, limits=LIMITS)


def found(facts: Facts, key: str, code: str) -> Finding:
    """The finding of one check about one cell."""
    (one,) = (one for one in check(facts, {key: forms.checks()[key]}) if one.code == code)
    return one


def test_every_check_of_the_file_is_there_and_only_those() -> None:
    assert len(forms.checks()) == 12
    assert {one.check for one in check(facts(electricity=1), forms.checks())} <= set(forms.checks())


def test_what_must_be_filled_is_named() -> None:
    assert found(facts(people=5), "required", "area").outcome is Outcome.POSSIBLE
    assert found(facts(people=5), "required", "people").outcome is Outcome.OKAY
    assert found(facts(people=0), "required", "people").outcome is Outcome.POSSIBLE
    assert found(facts(water=0), "required", "water").outcome is Outcome.OKAY  # none was used: said


@pytest.mark.parametrize(
    ("price", "outcome"),
    [(0.35, Outcome.OKAY), (0.349, Outcome.POSSIBLE), (1.4, Outcome.OKAY), (1.41, Outcome.POSSIBLE)],
)
def test_a_price_lies_around_its_reference(price: float, outcome: Outcome) -> None:
    one = facts(electricity=1000, electricity_cost=1000 * price)
    assert found(one, "price", "electricity_cost").outcome is outcome


def test_a_price_without_a_cost_is_not_checked_and_says_which_check_it_needs() -> None:
    one = found(facts(electricity=1000), "price", "electricity")
    assert (one.outcome, one.needs) == (Outcome.UNCHECKED, "pair")
    one = found(facts(heat=10, heat_cost=500), "price", "heat")
    assert (one.outcome, one.zh) == (Outcome.UNCHECKED, "未配置参考单价")


def test_yuan_entered_as_ten_thousand_yuan() -> None:
    one = facts(electricity=12_500, electricity_cost=0.88)
    assert found(one, "money_unit", "electricity_cost").outcome is Outcome.POSSIBLE
    assert found(one, "price", "electricity").needs == "money_unit"


@pytest.mark.parametrize(
    ("payment", "amount", "cost", "code", "outcome"),
    [
        (None, 10, 0, "electricity_cost", Outcome.POSSIBLE),
        (Payment.METERED_PAID, 0, 10, "electricity", Outcome.POSSIBLE),
        (Payment.METERED_FREE, 10, 0, "electricity", Outcome.OKAY),
        (Payment.METERED_FREE, 10, 5, "electricity_cost", Outcome.POSSIBLE),
        (Payment.UNMETERED_PAID, 10, 0, "electricity_cost", Outcome.POSSIBLE),
        (Payment.UNMETERED_FREE, 10, 0, "electricity", Outcome.OKAY),
    ],
)
def test_the_four_cases_decide_what_amount_and_cost_must_be(
    payment: Payment | None, amount: float, cost: float, code: str, outcome: Outcome
) -> None:
    one = facts(electricity=amount, electricity_cost=cost)
    one = replace(one, payments={Carrier.ELECTRICITY: payment} if payment else {})
    assert found(one, "pair", code).outcome is outcome


def test_a_lump_sum_has_no_price_to_check() -> None:
    one = facts(electricity=10, electricity_cost=900)
    one = replace(one, payments={Carrier.ELECTRICITY: Payment.UNMETERED_PAID})
    assert found(one, "price", "electricity").outcome is Outcome.UNCHECKED


@pytest.mark.parametrize(
    ("now", "outcome"), [(120, Outcome.OKAY), (120.01, Outcome.POSSIBLE), (79.99, Outcome.POSSIBLE)]
)
def test_year_on_year(now: float, outcome: Outcome) -> None:
    one = replace(facts(electricity=now), former={"electricity": 100 * M})
    assert found(one, "year_on_year", "electricity").outcome is outcome
    assert found(facts(electricity=1), "year_on_year", "electricity").outcome is Outcome.UNCHECKED


def test_the_base_year_is_not_compared_with_itself() -> None:
    one = replace(facts(electricity=131), base={"electricity": 100 * M})
    assert found(one, "fixed_base", "electricity").outcome is Outcome.POSSIBLE
    assert check(replace(one, is_base=True), {"fixed_base": forms.checks()["fixed_base"]}) == []


@pytest.mark.parametrize(("people", "outcome"), [(110, Outcome.OKAY), (111, Outcome.POSSIBLE)])
def test_people_that_change_by_more_than_a_tenth(people: int, outcome: Outcome) -> None:
    one = replace(facts(people=people), former={"people": 100 * M})
    assert found(one, "people_area", "people").outcome is outcome


def test_a_quota_that_is_not_configured_is_said_and_not_invented() -> None:
    coal = {Carrier.ELECTRICITY: Fraction("0.1229")}
    one = replace(facts(electricity=100_000, area=1000), coal=coal)  # 12.29 kgce/m²
    assert found(one, "quota_band", "area").zh == "未配置本地定额"
    band = {
        "returns.quota.constraint": Limit(Fraction(20), "a"),
        "returns.quota.guide": Limit(Fraction(13), "b"),
    }
    assert found(replace(one, limits=LIMITS | band), "quota_band", "electricity").outcome is Outcome.POSSIBLE
    band["returns.quota.guide"] = Limit(Fraction(12), "b")
    assert found(replace(one, limits=LIMITS | band), "quota_band", "electricity").outcome is Outcome.OKAY
    assert found(facts(electricity=1), "quota_band", "area").needs == "required"
    fuel = replace(one, values={**one.values, "heat": M}, limits=LIMITS | band)
    assert found(fuel, "quota_band", "heat").outcome is Outcome.UNCHECKED


def test_the_quarters_add_up_to_the_year_to_the_digit() -> None:
    one = replace(facts(electricity=100), parts={"electricity": 100 * M})
    assert found(one, "quarters", "electricity").outcome is Outcome.OKAY
    one = replace(one, parts={"electricity": 100 * M - 10_000})
    assert found(one, "quarters", "electricity").outcome is Outcome.POSSIBLE
    assert found(facts(electricity=1), "quarters", "electricity").outcome is Outcome.UNCHECKED


def test_a_part_is_not_more_than_its_whole() -> None:
    assert (
        found(facts(electricity=5, idc_electricity=6), "parts", "idc_electricity").outcome is Outcome.POSSIBLE
    )
    assert found(facts(electricity=6, idc_electricity=6), "parts", "idc_electricity").outcome is Outcome.OKAY


def test_the_same_numbers_elsewhere_or_last_year_are_a_suspected_copy() -> None:
    one = facts(electricity=5, water=6, heat=7)
    assert found(one, "copies", "electricity").outcome is Outcome.OKAY
    assert found(replace(one, copied_from="单位9"), "copies", "electricity").outcome is Outcome.POSSIBLE
    assert found(replace(one, former=one.values), "copies", "electricity").outcome is Outcome.POSSIBLE
    assert found(facts(electricity=5), "copies", "electricity").outcome is Outcome.UNCHECKED


def test_a_typed_value_is_held_beside_the_measured_one() -> None:
    one = replace(facts(electricity=105), typed=frozenset({"electricity"}), measured={"electricity": 100 * M})
    assert found(one, "measured", "electricity").outcome is Outcome.OKAY
    one = replace(one, measured={"electricity": 99 * M})
    assert found(one, "measured", "electricity").outcome is Outcome.POSSIBLE
    assert found(replace(one, measured={}), "measured", "electricity").outcome is Outcome.UNCHECKED


@given(st.integers(0, 10**16))
def test_a_number_that_is_shown_is_read_back_exactly(micro: int) -> None:
    for code in ("electricity", "people", "coal", "electricity_cost"):
        cell = FORM.cells(PeriodKind.ANNUAL)[code]
        whole = numbers.rounded(cell, micro)
        assert abs(whole - micro) * 2 <= M // 10**cell.digits
        assert numbers.parse(cell, numbers.shown(cell, whole) or "") == whole
