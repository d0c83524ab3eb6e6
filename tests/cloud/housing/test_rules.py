"""M02: what the standards allow, to the last digit."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit import rules as rule_rows
from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.people import Rank
from civicwatt_cloud.kit.rules import Place
from civicwatt_cloud.modules.housing import rules
from civicwatt_cloud.modules.housing.rules import Attached, Standard, shown

RULES = rule_rows.load()
TODAY = date(2026, 7, 1)


def at(level: Level, day: date = TODAY, region: str = "429900") -> Standard:
    return Standard(RULES, Place("", region, level), day)


def test_m02_1_a_section_head_of_a_county_in_two_rooms_is_over() -> None:
    found = rules.checked(at(Level.COUNTY), Rank.SECTION_HEAD, [Fraction(1200), Fraction(800)])
    assert (shown(found.over), shown(found.percent * 100)) == ("2.00", "11.11")
    assert found.rule == "housing.office.section_head/county@2014-11-27"


def test_m02_1_four_people_in_36_m2_are_within_and_five_in_45_01_are_over() -> None:
    four = [rules.checked(at(Level.COUNTY), Rank.BELOW, [one]) for one in rules.parts(3600, [None] * 4)]
    assert {one.over for one in four} == {0}
    parts = rules.parts(4501, [None] * 5)
    assert parts[0] == Fraction("900.2")  # 9.002 m²
    five = [rules.checked(at(Level.COUNTY), Rank.BELOW, [one]) for one in parts]
    assert sum(one.over for one in five) == 1
    assert shown(sum((one.over for one in five), Fraction())) == "0.01"


def test_m02_2_the_organ_decides_the_limit_of_the_same_rank() -> None:
    for level, limit in ((Level.CITY, 18), (Level.PROVINCE, 12), (Level.COUNTY, 24), (Level.NATION, 12)):
        assert rules.limit(at(level), Rank.DIVISION_DEPUTY).value == limit


def test_m02_3_a_city_institution_of_250() -> None:
    posts = {Rank.DIVISION_HEAD: 1, Rank.DIVISION_DEPUTY: 3, Rank.BELOW: 246}
    found = rules.approved(at(Level.CITY), posts, is_high_rise=False, served=Attached(diners=250))
    assert [shown(one) for one in found] == [
        "2292.00",
        "1875.00",
        "375.03",
        "4542.03",
        "6987.74",
        "760.00",
        "7747.74",
    ]
    assert found.base == 454_203
    high = rules.approved(at(Level.CITY), posts, is_high_rise=True, served=Attached())
    assert (shown(high.gross), high.attached) == ("7570.05", 0)


@pytest.mark.parametrize(
    ("staff", "per_head"), [(200, "8"), (201, "7.99"), (399, "6.01"), (400, "6"), (500, "6")]
)
def test_m02_4_service_rooms_per_head(staff: int, per_head: str) -> None:
    assert rules.service_per_head(at(Level.CITY), staff) == Fraction(per_head)


@pytest.mark.parametrize(
    ("level", "staff", "per_head"),
    [
        (Level.COUNTY, 100, "8"),
        (Level.COUNTY, 150, "7"),
        (Level.COUNTY, 200, "6"),
        (Level.PROVINCE, 300, "8"),
    ],
)
def test_m02_4_service_rooms_of_other_levels(level: Level, staff: int, per_head: str) -> None:
    assert rules.service_per_head(at(level), staff) == Fraction(per_head)


def test_m02_5_a_car_park_for_230() -> None:
    assert shown(rules.attached_area(at(Level.CITY), Attached(cars=230))) == "9140.00"
    assert shown(rules.attached_area(at(Level.CITY), Attached(cars=200))) == "8000.00"
    others = Attached(bicycles=10, e_bikes=4, guards=2)
    assert shown(rules.attached_area(at(Level.CITY), others)) == "78.00"


def test_m10_2_the_table_of_1999_is_not_that_of_2014() -> None:
    for rank, then, now in (
        (Rank.DIVISION_HEAD, 20, 30),
        (Rank.DIVISION_DEPUTY, 12, 24),
        (Rank.SECTION_HEAD, 9, 18),
        (Rank.BELOW, 6, 9),
    ):
        assert rules.limit(at(Level.COUNTY, date(2014, 1, 1)), rank).value == then
        assert rules.limit(at(Level.COUNTY, date(2014, 11, 26)), rank).value == then
        assert rules.limit(at(Level.COUNTY, date(2014, 11, 27)), rank).value == now
        assert rules.limit(at(Level.COUNTY, date(2015, 1, 1)), rank).value == now
    assert rules.limit(at(Level.CITY, date(2014, 1, 1)), Rank.BUREAU_HEAD).value == 32


def test_every_limit_of_the_table_is_there() -> None:
    table = {
        Level.NATION: [54, 42, 24, 18, 12, 12, 9, 9, 9],
        Level.PROVINCE: [54, 42, 30, 24, 18, 12, 9, 9, 9],
        Level.CITY: [None, None, 42, 30, 24, 18, 9, 9, 9],
        Level.COUNTY: [None, None, None, None, 30, 24, 18, 12, 9],
    }
    for level, limits in table.items():
        for rank, limit in zip(Rank, limits, strict=True):
            if limit is None:
                with pytest.raises(NoRule):
                    rules.limit(at(level), rank)
            else:
                assert rules.limit(at(level), rank).value == limit


def test_a_township_follows_its_own_place_only() -> None:
    assert rules.limit(at(Level.TOWNSHIP, region="211102"), Rank.SECTION_HEAD).value == 24
    with pytest.raises(NoRule):
        rules.limit(at(Level.TOWNSHIP), Rank.SECTION_HEAD)


def test_months_end_on_the_same_day_or_the_last_of_the_month() -> None:
    assert rules.after_months(date(2026, 6, 30), 1) == date(2026, 7, 30)
    assert rules.after_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert rules.after_months(date(2026, 11, 15), 14) == date(2028, 1, 15)


def test_a_draw_can_be_done_again_by_anybody() -> None:
    pool = [f"Z-{one}" for one in range(40)]
    first = rules.drawn("seed", pool, 3)
    assert first == rules.drawn("seed", reversed(pool), 3)
    assert len(set(first)) == 3
    assert first != rules.drawn("seeds", pool, 3)


def test_internal_rent_is_area_by_rate_by_months() -> None:
    rate = at(Level.CITY).row("rent.rate")
    assert rules.rent(12_050, rate, 12) == 12_050 * 30 * 12  # 120.50 m² · 30 元 · 12 = 43,380.00 元


@given(
    area=st.integers(1, 10**7),
    shares=st.lists(st.none() | st.integers(1, 1000), min_size=1, max_size=10),
)
def test_the_parts_of_a_room_add_up(area: int, shares: list[int | None]) -> None:
    parts = rules.parts(area, shares)
    given_ = sum(one for one in shares if one is not None)
    whole = 10_000 if None in shares else given_
    assert sum(parts) == Fraction(area * whole, 10_000)
    assert len({part for part, share in zip(parts, shares, strict=True) if share is None}) <= 1


@given(staff=st.integers(1, 2000), level=st.sampled_from([Level.NATION, Level.CITY, Level.COUNTY]))
def test_more_staff_never_means_more_service_rooms_a_head(staff: int, level: Level) -> None:
    assert rules.service_per_head(at(level), staff + 1) <= rules.service_per_head(at(level), staff)


@given(value=st.fractions(max_denominator=1000))
def test_what_is_shown_is_rounded_to_a_hundredth(value: Fraction) -> None:
    assert abs(Fraction(shown(value)) * 100 - value) <= Fraction(1, 2)
