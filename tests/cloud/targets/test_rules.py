"""Paths, attainment, decomposition and stated series: pure arithmetic."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit import rules as rule_rows
from civicwatt_cloud.modules.targets import budgets, rules
from civicwatt_cloud.modules.targets.budgets import ALL_YEAR, DayClass
from civicwatt_cloud.modules.targets.choices import PLANNED
from civicwatt_cloud.modules.targets.rules import Child, Held, Span, Stated

PLAN = Span(2020, 2025)
BASE = Fraction(100)


def test_m07_1_paths_of_the_plan_as_it_ships() -> None:
    known = rule_rows.load()
    found = []
    for indicator in PLANNED:
        row = known.value(f"targets.2020_2025.{indicator.value}", date(2025, 12, 31))
        cut = Fraction(row.value) / 100
        rate = rules.yearly_rate(cut, PLAN)
        found.append((f"{float(rules.target(BASE, cut)):.2f}", f"{100 * rate:.3f}"))
    assert found == [("94.00", "1.230"), ("93.00", "1.441"), ("95.00", "1.021"), ("93.00", "1.441")]
    assert rules.linear(BASE, Fraction(6, 100), PLAN, 2024) == Fraction("95.2")
    assert Fraction("95.1") <= rules.linear(BASE, Fraction(6, 100), PLAN, 2024)  # on track
    assert rules.attained(BASE, Fraction("95.1"), Fraction(6, 100)) == Fraction(49, 60)


@given(st.fractions(min_value=0, max_value=Fraction(1, 2)), st.integers(2020, 2025))
def test_the_compound_path_never_lies_above_the_linear_one(cut: Fraction, year: int) -> None:
    assert rules.compound(BASE, cut, PLAN, year) <= float(rules.linear(BASE, cut, PLAN, year)) + 1e-9


def test_m07_4_a_stated_series_gives_back_what_was_published() -> None:
    stated = Stated(2013, Fraction(63), Fraction("-6.37"), 2010, Fraction("-16.39"))
    told = [(one.year, float(one.total), one.change and float(one.change)) for one in rules.series(stated)]
    assert told == [(2010, 75.35, -16.39), (2012, 67.29, -6.37), (2013, 63.0, None)]


CHILDREN = st.lists(
    st.tuples(
        st.integers(1, 10**9), st.none() | st.fractions(min_value=Fraction(-1, 2), max_value=Fraction(1, 2))
    ),
    min_size=1,
    max_size=12,
)


@given(CHILDREN, st.fractions(min_value=Fraction(1, 1000), max_value=Fraction(1, 2)))
def test_proposals_add_up_to_the_parents_reduction(
    rows: list[tuple[int, Fraction | None]], cut: Fraction
) -> None:
    children = [Child(str(at), Fraction(amount), past) for at, (amount, past) in enumerate(rows)]
    found = rules.decomposed(children, cut)
    assert sum(one.weight * one.reduction for one in found) == cut
    assert all(rules.LEAST * cut <= one.reduction <= rules.MOST * cut for one in found)


def test_who_has_improved_more_is_asked_for_less() -> None:
    done, idle = Child("a", Fraction(10), Fraction(2, 100)), Child("b", Fraction(10), Fraction(0))
    by_node = {one.node: one.reduction for one in rules.decomposed([done, idle], Fraction(5, 100))}
    assert by_node == {"a": Fraction(45, 1000), "b": Fraction(55, 1000)}


def test_childrens_targets_are_weighed_by_their_denominators() -> None:
    assert rules.together([Held(Fraction(90), Fraction(10)), Held(Fraction(96), Fraction(30))]) == Fraction(
        "94.5"
    )
    assert rules.together([]) is None


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 10, 1), DayClass.HOLIDAY),
        (date(2026, 10, 9), DayClass.WORKDAY),
        (date(2026, 10, 18), DayClass.WEEKEND),
        (date(2026, 10, 10), DayClass.WORKDAY),  # a Saturday that is worked
    ],
)
def test_days_are_classed_by_the_working_calendar(day: date, kind: DayClass) -> None:
    assert budgets.class_of(day) is kind


def test_a_budget_is_last_years_mean_less_the_reduction_and_carries_over() -> None:
    last = {date(2025, 11, day): 100 for day in range(1, 31)}
    norm = budgets.norm(last)
    assert norm[ALL_YEAR, DayClass.WORKDAY] == 100
    used = {date(2026, 11, 2): 80, date(2026, 11, 3): 110, date(2026, 11, 4): 5}
    days = budgets.month(norm, date(2026, 11, 1), Fraction(1, 10), used, date(2026, 11, 4))
    assert [one.budget for one in days[:3]] == [90, 90, 90]
    assert [one.carry for one in days[:5]] == [0, 0, 10, -10, -10]  # a day without readings carries nothing
    assert [one.is_running for one in days[2:5]] == [False, True, False]
