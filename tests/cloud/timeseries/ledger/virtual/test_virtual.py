"""Virtual meters: exact against rational arithmetic, whole days alone or together, and honest about gaps."""

from collections.abc import Mapping
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from civicwatt_cloud.timeseries.ledger.days import days_of
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.virtual.computing import Rows, Version, days, hours
from civicwatt_cloud.timeseries.ledger.virtual.formula import parse
from civicwatt_cloud.timeseries.ledger.virtual.linear import Cut, Linear, linear

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = 492_400  # 2026-03-05T00:00+08:00
POINTS = {"A": 1, "B": 2, "C": 3}
FORMULAS = (
    "A",
    "A + B",
    "A - B",
    "0.3 * A + 0.7 * B - C / 7",
    "max(0, A - B) + C / 3",
    "C - min(0, B - A) * 0.1",
    "-A / 9",
)


def terms(text: str) -> Linear:
    return linear(parse(text), lambda reference: POINTS[reference.name])


def rows(hours: Mapping[int, int], covered_s: int = 3600, quality: Quality = Quality.MEASURED) -> Rows:
    found = sorted(hours.items())
    return Rows(
        np.array([START + hour for hour, _ in found], np.int64),
        np.array([micro for _, micro in found], np.int64),
        np.full(len(found), covered_s, np.int64),
        np.full(len(found), quality.code, np.int64),
    )


def exact(terms: Linear, micro: Mapping[int, int]) -> Fraction:
    total = Fraction(0)
    for term in terms:
        if isinstance(term.of, Cut):
            inner = exact(term.of.terms, micro)
            total += term.factor * (
                max(inner, Fraction(0)) if term.of.name == "max" else min(inner, Fraction(0))
            )
        else:
            total += term.factor * micro[term.of]
    return total


MICRO = st.lists(st.tuples(*[st.integers(0, 10**12)] * 3), min_size=1, max_size=60)


@given(st.sampled_from(FORMULAS), MICRO)
def test_the_hours_of_a_day_hold_together_the_exact_sum_rounded_down(
    text: str, micro: list[tuple[int, int, int]]
) -> None:
    formula = terms(text)
    operands = {point: rows({i: row[point - 1] for i, row in enumerate(micro)}) for point in POINTS.values()}
    found = hours([Version(0, formula)], operands, SHANGHAI)
    assert found.period.tolist() == [START + i for i in range(len(micro))]
    assert (found.covered_s == 3600).all()
    running: dict[int, Fraction] = {}
    booked: dict[int, int] = {}
    for day, value, row in zip(
        days_of(found.period, SHANGHAI).tolist(), found.micro.tolist(), micro, strict=True
    ):
        of_hour = exact(formula, {1: row[0], 2: row[1], 3: row[2]})
        assert abs(value - of_hour) < 1
        assert of_hour < 0 or value >= 0
        running[day] = running.get(day, Fraction(0)) + of_hour
        booked[day] = booked.get(day, 0) + value
        assert booked[day] == floor(running[day])


@given(st.sampled_from(FORMULAS), MICRO)
def test_a_day_booked_alone_gives_the_same_digits(text: str, micro: list[tuple[int, int, int]]) -> None:
    operands = {point: rows({i: row[point - 1] for i, row in enumerate(micro)}) for point in POINTS.values()}
    whole = hours([Version(0, terms(text))], operands, SHANGHAI)
    found = []
    for day in sorted(set(days_of(whole.period, SHANGHAI).tolist())):
        part = {
            point: Rows(*(column[days_of(of.period, SHANGHAI) == day] for column in of))
            for point, of in operands.items()
        }
        found += hours([Version(0, terms(text))], part, SHANGHAI).micro.tolist()
    assert found == whole.micro.tolist()


def test_numbers_that_no_float_holds_stay_exact() -> None:
    big = 9_007_199_254_740_993
    found = hours([Version(0, terms("A - B"))], {1: rows({0: big}), 2: rows({0: 1})}, SHANGHAI)
    assert found.micro.tolist() == [big - 1]


def test_a_missing_operand_makes_a_sum_partial_and_a_difference_unknown() -> None:
    operands = {1: rows({0: 10, 1: 20, 2: 30}), 2: rows({0: 1, 2: 3})}
    added = hours([Version(0, terms("A + B"))], operands, SHANGHAI)
    assert added.micro.tolist() == [11, 20, 33]
    assert added.covered_s.tolist() == [3600, 1800, 3600]
    taken = hours([Version(0, terms("A - B"))], operands, SHANGHAI)
    assert (taken.period - START).tolist() == [0, 2]
    assert taken.micro.tolist() == [9, 27]
    assert hours([Version(0, terms("A + C"))], {1: operands[1]}, SHANGHAI).covered_s.tolist() == [1800] * 3


def test_an_operand_that_covers_a_part_of_the_hour_counts_for_that_part() -> None:
    operands = {1: rows({0: 10}), 2: rows({0: 1}, covered_s=900)}
    assert hours([Version(0, terms("A + B"))], operands, SHANGHAI).covered_s.tolist() == [2250]
    assert hours([Version(0, terms("A - B"))], operands, SHANGHAI).period.tolist() == []
    cut = hours([Version(0, terms("C + max(0, A - B)"))], operands | {3: rows({0: 5})}, SHANGHAI)
    assert cut.micro.tolist() == [5]
    assert cut.covered_s.tolist() == [1200]


def test_the_worst_quality_of_what_is_used_is_the_results() -> None:
    operands = {1: rows({0: 10, 1: 10}), 2: rows({0: 1}, quality=Quality.INTERPOLATED)}
    found = hours([Version(0, terms("A + B"))], operands, SHANGHAI)
    assert found.quality.tolist() == [Quality.INTERPOLATED.code, Quality.MEASURED.code]


def test_each_version_holds_from_its_own_hour_on() -> None:
    operands = {1: rows(dict.fromkeys(range(48), 6)), 2: rows(dict.fromkeys(range(48), 1))}
    versions = [Version(START + 24, terms("A - B")), Version(START, terms("A / 2"))]
    found = hours(versions, operands, SHANGHAI)
    assert found.micro.tolist() == [3] * 24 + [5] * 24
    assert hours(versions[:1], operands, SHANGHAI).period.tolist() == list(range(START + 24, START + 48))


def test_days_without_hours_are_rounded_each_by_itself() -> None:
    columns = ([20260330, 20260331, 20260401], [2, 3, 7], [86_400] * 3, [2] * 3)
    operand = Rows(*(np.array(column, np.int64) for column in columns))
    found = days([Version(0, terms("A / 3"))], {1: operand}, lambda days: np.full(len(days), 86_400))
    assert found.micro.tolist() == [0, 1, 2]
    assert found.covered_s.tolist() == [86_400] * 3


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 10**9), min_size=24, max_size=24), st.sets(st.integers(0, 23), max_size=20))
def test_nothing_is_invented_where_nothing_is_known(micro: list[int], gone: set[int]) -> None:
    known = {hour: value for hour, value in enumerate(micro) if hour not in gone}
    for text in FORMULAS:
        operands = {point: rows(known) for point in POINTS.values()}
        found = hours([Version(0, terms(text))], operands, SHANGHAI)
        assert (found.period - START).tolist() == sorted(known)
