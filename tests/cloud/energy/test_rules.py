"""Indicators: golden figures, time weighting, and what is said when something is not known."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit.rules import Place, load
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.figures import rules
from civicwatt_cloud.timeseries.figures.factors import basis_of, factors, values
from civicwatt_cloud.timeseries.figures.periods import period
from civicwatt_cloud.timeseries.figures.reasons import Reason, no_meter
from civicwatt_cloud.timeseries.figures.rules import Consumption, DatedValue, Result
from civicwatt_protocols.errors import CivicWattError

START, END = date(2026, 1, 1), date(2026, 11, 22)
NO_METER = no_meter("电表", "electricity meter")
FACTOR = Fraction("0.1229")
KWH = 1_000_000


def used(kwh: int, covered_s: int = 100, expected_s: int = 100, **more: object) -> Consumption:
    facts: dict[str, object] = {"meters": 1, "is_read": True, "is_estimated": False} | more
    return Consumption(micro=kwh * KWH, covered_s=covered_s, expected_s=expected_s, **facts)  # type: ignore[arg-type]


def rows(*starts: tuple[date, int]) -> list[DatedValue]:
    ends = [start for start, _ in starts[1:]]
    return [DatedValue(value, start, end) for (start, value), end in zip(starts, [*ends, None], strict=True)]


def test_golden_12500_kwh_are_1536_25_kgce() -> None:
    """公共机构综合能耗计算举例: electricity 12,500 kWh at 当量值, 50 people, 1,400 m²."""
    energy = rules.converted({Carrier.ELECTRICITY: used(12_500)}, {Carrier.ELECTRICITY: FACTOR})
    assert energy.value == Decimal("1536.25")
    assert rules.per(energy, Fraction(50)).value == Decimal("30.725")
    assert rules.per(energy, Fraction(1400)).value == Decimal("1.097321")


def example(prefix: str) -> Result:
    """公共机构综合能耗计算举例, by the factors of a set: water is not part of it."""
    amounts = {
        Carrier.ELECTRICITY: used(12_500),
        Carrier.COAL: used(2),
        Carrier.GASOLINE: used(12_340),
        Carrier.DIESEL: used(4_200),
        Carrier.NATURAL_GAS: used(6_000),
    }
    found = factors(load(), date(2026, 1, 1), Place(), coal=prefix).coal
    return rules.converted(amounts, values(found))


def test_golden_five_carriers_are_28_494_tce() -> None:
    """12,500 kWh, 2 t coal, 12,340 L petrol, 4,200 L diesel, 6,000 m³ gas; 50 people, 1,400 m²."""
    energy = example("coal_statistics_2010")
    assert energy.value == Decimal("28493.9807")
    assert round(rules.per(energy, Fraction(1400)).value or 0, 3) == Decimal("20.353")
    assert round(rules.per(energy, Fraction(50)).value or 0, 2) == Decimal("569.88")


def test_another_set_is_another_figure_and_says_its_basis() -> None:
    shipped, shandong = load(), Place(region="370000")
    assert example("coal").value == Decimal("28493.9807") + 6_000 * (Decimal("1.33") - Decimal("1.2143"))
    assert basis_of(shipped, "coal", date(2026, 1, 1), Place()) == "当量值"
    assert basis_of(shipped, "coal_db37_2019", date(2026, 1, 1), shandong) == "等价值"
    assert basis_of(shipped, "coal_db37_2019", date(2026, 1, 1), Place()) is None


@pytest.mark.parametrize(
    ("region", "day", "kwh", "kg"),
    [
        ("420800", date(2026, 1, 1), 100_000, "40440"),  # 湖北, data of 2023
        ("330100", date(2025, 6, 1), 100_000, "51530"),  # 浙江, data of 2022
        ("510100", date(2026, 1, 1), 100_000, "15640"),  # 四川, data of 2023
    ],
)
def test_golden_carbon_of_electricity_by_province_and_publication(
    region: str, day: date, kwh: int, kg: str
) -> None:
    found = values(factors(load(), day, Place(region=region)).carbon)
    assert rules.converted({Carrier.ELECTRICITY: used(kwh)}, found).value == Decimal(kg)


def test_golden_carbon_of_gas_and_heat() -> None:
    found = values(factors(load(), date(2026, 1, 1), Place(region="420000")).carbon)
    gas, heat = found[Carrier.NATURAL_GAS], found[Carrier.HEAT]
    assert isinstance(gas, Fraction)
    assert isinstance(heat, Fraction)
    assert abs(35_000 * gas - Fraction("75676.61")) < 1  # 389.31 GJ/10⁴ m³ × 0.0153 × 0.99 × 44/12
    assert 12_000 * heat == 1_320_000  # kgCO2 of 12,000 GJ


def test_carbon_has_two_readings_at_a_frozen_and_at_the_current_factor() -> None:
    hubei, today = Place(region="420000"), date(2026, 11, 22)
    now = values(factors(load(), today, hubei).carbon)[Carrier.ELECTRICITY]
    frozen = values(factors(load(), today, hubei, carbon_on=date(2024, 4, 12)).carbon)[Carrier.ELECTRICITY]
    assert (now, frozen) == (Fraction("0.4044"), Fraction("0.3672"))


def test_no_factor_was_published_for_2020_nor_for_tibet() -> None:
    for day, region in ((date(2020, 12, 31), "420000"), (date(2026, 1, 1), "540000")):
        found = rules.converted(
            {Carrier.ELECTRICITY: used(1)}, values(factors(load(), day, Place(region=region)).carbon)
        )
        assert found.value is None
        assert found.reason is not None
        assert found.reason.code == "CW-N1007"


def test_golden_chongqing_2015_reconciles() -> None:
    """Published table of 2015 [10⁴ tce]: electricity 78.41, coal 3.91, gas 19.26, at 1.3300 for gas."""
    found = values(factors(load(), date(2015, 12, 31), Place(region="500000")).coal)
    electricity, gas = found[Carrier.ELECTRICITY], found[Carrier.NATURAL_GAS]
    assert isinstance(electricity, Fraction)
    assert round(float(Fraction("6.381e9") * electricity / 10**7), 2) == 78.42  # published 78.41
    assert gas == Fraction("1.33")


def test_without_a_valid_factor_there_is_no_energy_figure() -> None:
    energy = rules.converted(
        {Carrier.ELECTRICITY: used(1)}, values(factors(load(), date(2000, 1, 1), Place()).coal)
    )
    assert energy.value is None
    assert energy.reason is not None
    assert energy.reason.code == "CW-N1007"


def test_a_carrier_without_readings_lowers_completeness_and_is_said() -> None:
    silent = used(0, covered_s=0, is_read=False)
    energy = rules.converted(
        {Carrier.ELECTRICITY: used(10), Carrier.NATURAL_GAS: silent},
        {Carrier.ELECTRICITY: FACTOR, Carrier.NATURAL_GAS: Fraction("1.33")},
    )
    assert (energy.value, energy.completeness) == (Decimal("1.229"), 0.5)
    assert energy.reason is not None
    assert energy.reason.code == "CW-N1016"


def test_no_meter_and_no_reading_are_unknown_not_zero() -> None:
    none = Consumption(0, 0, 0, 0, is_read=False, is_estimated=False)
    assert rules.total(none, NO_METER) == Result(None, reason=NO_METER)
    silent = rules.total(used(0, covered_s=0, is_read=False), NO_METER)
    assert (silent.value, silent.completeness) == (None, 0.0)
    assert silent.reason is not None
    assert silent.reason.code == "CW-N1005"


def test_a_meter_that_really_stood_still_is_zero() -> None:
    assert rules.total(used(0), NO_METER).value == 0


def test_a_missing_meter_lowers_completeness_and_keeps_the_total() -> None:
    both = rules.together([used(10), used(0, covered_s=0, is_read=False)])
    result = rules.total(both, NO_METER)
    assert (result.value, result.completeness) == (Decimal(10), 0.5)


def test_completeness_is_1_only_when_nothing_is_missing() -> None:
    assert Result(Fraction(1), 10**9 - 1, 10**9).completeness == 0.9999
    assert Result(Fraction(1), 10**9, 10**9).completeness == 1
    assert Result(Fraction(1), 0, 0).completeness is None


def test_metering_that_began_within_the_period_is_said() -> None:
    later = used(1, since=date(2026, 3, 1))
    result = rules.total(rules.together([later, used(1, since=date(2026, 2, 1))]), NO_METER)
    assert result.reason == Reason("CW-N1006", "计量自 2026-02-01 起", "metered since 2026-02-01")
    assert rules.total(rules.together([later, used(1)]), NO_METER).reason is None


def test_head_count_must_hold_on_every_elapsed_day() -> None:
    assert rules.head_count(rows((date(2020, 1, 1), 290)), START, END) == 290
    gap = rules.head_count(rows((date(2026, 3, 1), 290)), START, END)
    assert gap == Reason("CW-N1001", "2026-01-01 起没有用能人数", "no head count from 2026-01-01")
    ended = rules.head_count([DatedValue(290, date(2020, 1, 1), date(2026, 5, 1))], START, END)
    assert isinstance(ended, Reason)
    assert ended.zh == "2026-05-01 起没有用能人数"
    assert isinstance(rules.head_count([], START, END), Reason)


def test_a_changed_head_count_is_weighted_by_days() -> None:
    heads = rules.head_count(
        rows((date(2020, 1, 1), 100), (date(2026, 1, 11), 200)), START, date(2026, 1, 21)
    )
    assert heads == 150


def test_floor_area_sums_buildings_from_the_day_each_was_there() -> None:
    end = date(2026, 1, 11)
    old, new = rows((date(2020, 1, 1), 100_000)), rows((date(2026, 1, 6), 50_000))
    assert rules.floor_area([("旧楼", old), ("新楼", new)], START, end) == 1250
    assert rules.floor_area([("旧楼", old), ("明年的楼", rows((date(2027, 1, 1), 9)))], START, end) == 1000
    for buildings in ([("旧楼", old), ("没有面积的楼", [])], [("新楼", new)], []):
        found = rules.floor_area(buildings, START, end)
        assert isinstance(found, Reason)
        assert found.code == "CW-N1002"


def test_a_region_leaves_out_whom_it_does_not_know_and_says_so() -> None:
    unknown = Reason("CW-N1001", "没有用能人数", "no head count")
    parts = [
        (rules.total(used(300), NO_METER), Fraction(100)),
        (rules.total(used(100), NO_METER), Fraction(100)),
        (rules.total(used(999), NO_METER), unknown),
    ]
    result = rules.region_ratio(parts)
    assert (result.value, result.completeness) == (Decimal(2), 0.6666)
    assert result.reason is not None
    assert result.reason.zh == "3 家单位中 1 家未计入（如：没有用能人数）"
    assert rules.region_ratio(parts[2:]).reason == unknown


@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(1, 5000)), min_size=1, max_size=6),
    st.integers(1, 500),
)
def test_the_mean_is_the_average_over_single_days(steps: list[tuple[int, int]], days: int) -> None:
    starts, day = [], START
    for length, value in steps:
        starts.append((day, value))
        day += timedelta(days=length)
    dated = rows(*starts)
    every = [next(v for s, v in reversed(starts) if s <= START + timedelta(days=i)) for i in range(days)]
    assert rules.mean(reversed(dated), START, START + timedelta(days=days)) == Fraction(sum(every), days)


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=50))
def test_sums_are_exact(micros: list[int]) -> None:
    parts = [Consumption(1, micro, 1, 1, is_read=True, is_estimated=False) for micro in micros]
    result = rules.total(rules.together(parts), NO_METER)
    assert result.value == Decimal(sum(micros)).scaleb(-6)
    each = sum((rules.total(part, NO_METER).exact or 0 for part in parts), Fraction(0))
    assert each == result.exact


def test_a_period_knows_how_much_of_it_has_elapsed() -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    zone, now = ZoneInfo("Asia/Shanghai"), 1_795_307_400_000_000  # 2026-11-22 08:30 +08:00
    year = period(None, now, zone)
    assert (year.key, year.title, year.elapsed_days, year.as_of) == (
        "2026",
        "2026年",
        326,
        date(2026, 11, 22),
    )
    assert year.months() == list(range(202601, 202612))
    assert (year.settled_us // 3_600_000_000 + 8) % 24 == 8
    december, past = period("2026-12", now, zone), period("2025-12", now, zone)
    assert (december.elapsed_days, december.end, december.months()) == (0, date(2027, 1, 1), [])
    assert (past.elapsed_days, past.as_of, past.months()) == (31, date(2025, 12, 31), [202512])
    for wrong in ("26", "2026-13", "2026-1", "abc", "2026-11-01"):
        with pytest.raises(CivicWattError):
            period(wrong, now, zone)
