"""Deadlines of N working days, by the calendar of 2026 as published."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit import calendar, deadlines, rules
from civicwatt_cloud.kit.boundaries import Word, holds
from civicwatt_cloud.kit.deadlines import Mode
from civicwatt_cloud.kit.rules import Place, RuleRow, Rules

ZONE = ZoneInfo("Asia/Shanghai")
RULES = rules.load()
SMALL, LARGE = 1, 3  # working days
YEAR = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 1))  # noqa: DTZ001 - of the business zone
SECOND_US = 1_000_000


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()) * SECOND_US


def shown(t_us: int) -> str:
    return f"{datetime.fromtimestamp(t_us / SECOND_US, ZONE):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("reported", "days", "due"),
    [
        ("2026-09-24 16:00", SMALL, "2026-09-28 17:30"),
        ("2026-09-24 16:00", LARGE, "2026-09-30 17:30"),
    ],
)
def test_m05_1_the_day_of_the_report_is_not_counted(reported: str, days: int, due: str) -> None:
    assert shown(deadlines.due(us(reported), days, ZONE, RULES)) == due


def test_m05_2_a_saturday_that_is_made_up_counts() -> None:
    assert shown(deadlines.due(us("2026-09-30 09:00"), LARGE, ZONE, RULES)) == "2026-10-10 17:30"


@pytest.mark.parametrize(
    ("reported", "due"),
    [("2026-02-13 16:30", "2026-02-14 17:30"), ("2026-02-14 10:00", "2026-02-24 17:30")],
)
def test_m05_3_over_the_spring_festival(reported: str, due: str) -> None:
    assert shown(deadlines.due(us(reported), SMALL, ZONE, RULES)) == due


def test_m05_4_the_working_days_of_a_hold_are_added() -> None:
    due = deadlines.due(us("2026-09-28 09:00"), LARGE, ZONE, RULES)
    assert shown(due) == "2026-10-08 17:30"
    span = us("2026-09-29 10:00"), us("2026-10-09 10:00")
    assert calendar.workdays_between(date(2026, 9, 29), date(2026, 10, 9)) == 3
    assert shown(deadlines.held(due, span, ZONE, RULES)) == "2026-10-12 17:30"


def test_m05_by_the_clock_a_deadline_keeps_its_hour() -> None:
    due = deadlines.due(us("2026-09-24 16:05"), LARGE, ZONE, RULES, mode=Mode.CLOCK)
    assert shown(due) == "2026-09-30 16:05"
    span = us("2026-09-28 10:00"), us("2026-09-29 10:00")
    assert shown(deadlines.held(due, span, ZONE, RULES, mode=Mode.CLOCK)) == "2026-10-08 16:05"


@pytest.mark.parametrize(
    ("day", "works"),
    [("2026-10-01", False), ("2026-10-10", True), ("2026-10-11", False), ("2026-02-14", True)],
)
def test_m03_4_sealed_are_the_days_on_which_nobody_works(day: str, works: bool) -> None:
    assert calendar.day(date.fromisoformat(day)).workday is works


@pytest.mark.parametrize(("day", "may"), [("2026-11-21", False), ("2026-11-22", True)])
def test_m03_6_more_than_eight_years_is_not_exactly_eight(day: str, may: bool) -> None:
    eighth = calendar.years_after(date(2018, 11, 21), 8)
    assert holds(Word.EXCEEDING, date.fromisoformat(day), eighth) is may


def test_m09_2_the_fifth_working_day_of_the_month() -> None:
    assert deadlines.workday_of_month(date(2026, 11, 1), 5) == date(2026, 11, 6)
    assert deadlines.workday_of_month(date(2026, 11, 30), 5) == date(2026, 11, 6)


def test_a_period_that_ends_on_a_holiday_ends_at_close_of_business_after_it() -> None:
    assert shown(deadlines.due_on(date(2026, 10, 1), ZONE, RULES)) == "2026-10-08 17:30"
    assert shown(deadlines.due_on(date(2026, 10, 10), ZONE, RULES)) == "2026-10-10 17:30"


def test_a_place_that_closes_earlier_is_due_earlier() -> None:
    row = RULES.value(deadlines.CLOSE, date(2026, 9, 28))
    told = {name: getattr(row, name) for name in RuleRow.__struct_fields__}
    told |= {"scope": "429901", "value": row.value - 1, "valid_from": date(2026, 7, 1)}
    both = Rules([row, RuleRow(**told)])
    reported = us("2026-09-24 16:00")
    here = Place(region="429901")
    assert shown(deadlines.due(reported, SMALL, ZONE, both, place=here)) == "2026-09-28 16:30"
    assert shown(deadlines.due(reported, SMALL, ZONE, both)) == "2026-09-28 17:30"


@given(YEAR, st.integers(1, 20))
def test_a_deadline_lies_on_the_nth_working_day(reported: datetime, n: int) -> None:
    at_us = int(reported.replace(tzinfo=ZONE).timestamp() * SECOND_US)
    closes, by_clock = (deadlines.due(at_us, n, ZONE, RULES, mode=mode) for mode in Mode)
    for due in (closes, by_clock):
        day = datetime.fromtimestamp(due // SECOND_US, ZONE).date()
        assert calendar.day(day).workday
        assert calendar.workdays_between(reported.date(), day) == n
    assert shown(by_clock)[11:] == f"{reported:%H:%M}"
    assert shown(closes)[11:] == "17:30"


@given(YEAR, st.integers(1, 10), st.integers(0, 20), st.integers(0, 20))
def test_two_holds_add_what_one_over_both_adds(reported: datetime, n: int, first: int, second: int) -> None:
    at_us = int(reported.replace(tzinfo=ZONE).timestamp() * SECOND_US)
    day_us = 24 * 3600 * SECOND_US
    a, b, c = at_us, at_us + first * day_us, at_us + (first + second) * day_us
    due = deadlines.due(at_us, n, ZONE, RULES)
    twice = deadlines.held(deadlines.held(due, (a, b), ZONE, RULES), (b, c), ZONE, RULES)
    assert twice == deadlines.held(due, (a, c), ZONE, RULES)
