"""同比 and 环比: which days stand beside which, exact differences, reasons where there is none."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit.errors import BadRequest
from civicwatt_cloud.timeseries.figures import comparison as rules
from civicwatt_cloud.timeseries.figures.comparison import Days, Side

LATER = date(2030, 1, 1)


def spans(key: str, today: date = LATER) -> tuple[Days, Days | None, Days]:
    period = rules.period(key, today)
    return period.current, rules.year_before(period), rules.period_before(period)


def days(text: str) -> Days:
    return Days(*map(date.fromisoformat, text.split("/")))


@pytest.mark.parametrize(
    ("key", "today", "now", "year", "before"),
    [
        ("2026-03", LATER, "2026-03-01/2026-04-01", "2025-03-01/2025-04-01", "2026-02-01/2026-03-01"),
        ("2026", LATER, "2026-01-01/2027-01-01", "2025-01-01/2026-01-01", "2025-01-01/2026-01-01"),
        # a running month beside as many days
        (
            "2026-03",
            date(2026, 3, 11),
            "2026-03-01/2026-03-11",
            "2025-03-01/2025-03-11",
            "2026-02-01/2026-02-11",
        ),
        # the month before is shorter than what has run
        (
            "2026-03",
            date(2026, 3, 31),
            "2026-03-01/2026-03-31",
            "2025-03-01/2025-03-31",
            "2026-02-01/2026-03-01",
        ),
        # leap years: whole, and cut just before the day
        ("2024-02", LATER, "2024-02-01/2024-03-01", "2023-02-01/2023-03-01", "2024-01-01/2024-02-01"),
        (
            "2024-02",
            date(2024, 2, 29),
            "2024-02-01/2024-02-29",
            "2023-02-01/2023-03-01",
            "2024-01-01/2024-01-29",
        ),
        ("2024-02-28", LATER, "2024-02-28/2024-02-29", "2023-02-28/2023-03-01", "2024-02-27/2024-02-28"),
    ],
)
def test_what_is_compared_with_what(key: str, today: date, now: str, year: str, before: str) -> None:
    assert spans(key, today) == (days(now), days(year), days(before))


def test_the_leap_day_itself_has_no_day_a_year_before() -> None:
    period = rules.period("2024-02-29", LATER)
    assert rules.year_before(period) is None
    assert [note.code for note in rules.notes(period, None)] == ["CW-N1010"]


def test_leap_day_moved_holidays_and_unknown_calendars_are_said() -> None:
    leap = rules.period("2024-02", LATER)
    assert "29 天，对比期 28 天（2 月 29 日）" in [
        note.zh for note in rules.notes(leap, rules.year_before(leap))
    ]
    spring = rules.period("2026-02", LATER)  # Spring Festival: 2026 in February, 2025 mostly in January
    codes = {note.code: note for note in rules.notes(spring, rules.year_before(spring))}
    assert codes["CW-N1012"].zh.startswith("工作日 16 天，对比期 19 天")
    future = rules.period("2029-01", LATER)
    assert [
        note.en for note in rules.notes(future, rules.year_before(future)) if note.code == "CW-N1014"
    ] == [
        f"the holidays of {year} are not in the calendar: working days follow the week"
        for year in (2028, 2029)
    ]


@pytest.mark.parametrize("key", ["2026-13", "2026-02-30", "26", "2026-1", "x", "2026-02-29"])
def test_what_names_no_period_is_refused(key: str) -> None:
    with pytest.raises(BadRequest):
        rules.period(key, LATER)


micros = st.integers(-(10**15), 10**15)


@given(now=micros, before=micros.filter(bool))
def test_difference_and_percent_are_exact(now: int, before: int) -> None:
    outcome = rules.change(Side(now, 10, 10), Side(before, 10, 10), 0.9)
    assert outcome.difference == now - before
    assert outcome.percent is not None
    exact = Fraction(now - before, before) * 100
    assert abs(Fraction(outcome.percent) - exact) <= Fraction(1, 2_000_000)


@pytest.mark.parametrize(
    ("now", "before", "code", "has_difference"),
    [
        (Side(None, 0, 10), Side(1, 10, 10), "CW-N1005", False),
        (Side(1, 10, 10), Side(None, 0, 10), "CW-N1005", False),
        (Side(1, 8, 10), Side(1, 10, 10), "CW-N1009", False),
        (Side(1, 10, 10), Side(1, 8, 10), "CW-N1009", False),
        (Side(1, 10, 10), Side(0, 10, 10), "CW-N1011", True),
        (Side(1, 9, 10), Side(1, 10, 10), None, True),
    ],
)
def test_without_a_sound_side_there_is_a_reason_instead(
    now: Side, before: Side, code: str | None, *, has_difference: bool
) -> None:
    outcome = rules.change(now, before, 0.9)
    assert (outcome.reason and outcome.reason.code) == code
    assert (outcome.difference is not None) is has_difference


async def test_a_month_beside_the_month_before(city: Any) -> None:
    found = await city.get("comparisons/consumption?period=2026-02&carrier=electricity&group_by=end_use")
    by_use = {group["labels"]["end_use"]["key"]: group for group in found["groups"]}
    lighting = by_use["lighting"]  # two institutions: 1.5 + 3 an hour
    assert (lighting["value"], lighting["completeness"], lighting["labels"]["unit"]) == ("3024", 1.0, "kWh")
    change = lighting["period_before"]
    assert (change["value"], change["difference"], change["reason"]) == ("3348", "-324", None)
    assert Decimal(change["percent"]) == Decimal("-9.677419")
    # nobody metered a year before: no number, but why
    assert lighting["year_before"]["value"] is None
    assert lighting["year_before"]["percent"] is None
    assert lighting["year_before"]["reason"]["code"] == "CW-N1005"
    assert by_use["hvac"]["period_before"]["reason"]["zh"] == "本期没有读数"
    assert found["period_before"]["notes"][0]["code"] == "CW-N1013"
    assert found["current"] == {
        "start": "2026-02-01",
        "end": "2026-03-01",
        "days": 28,
        "workdays": 16,
        "confirmed": True,
    }


async def test_a_running_period_is_compared_by_its_whole_days(city: Any) -> None:
    found = await city.get(f"comparisons/consumption?period=2026-03&institution={city.institutions['B']}")
    (group,) = found["groups"]
    assert (found["current"]["end"], group["value"]) == ("2026-03-03", "144")
    assert (group["period_before"]["value"], group["period_before"]["difference"]) == ("144", "0")
    assert "CW-N1015" in [note["code"] for note in found["period_before"]["notes"]]


async def test_a_meter_that_was_not_there_before_makes_the_earlier_side_incomplete(city: Any) -> None:
    hours = [31 * 24 + hour for hour in (*range(0, 28 * 24 + 1, 24), 28 * 24 + 0.25)]
    city.write("A-H", hours, [float(hour) for hour in hours])
    found = await city.get(
        f"comparisons/consumption?period=2026-02&carrier=electricity&institution={city.institutions['A']}"
    )
    (group,) = found["groups"]
    assert group["completeness"] == 1.0
    assert group["period_before"]["completeness"] == 0.5
    assert group["period_before"]["difference"] is None
    assert group["period_before"]["reason"]["code"] == "CW-N1009"
    loose = await city.get(
        f"comparisons/consumption?period=2026-02&carrier=electricity&institution={city.institutions['A']}&floor=0.5"
    )
    assert loose["groups"][0]["period_before"]["difference"] is not None


async def test_a_foreign_institution_is_not_compared(city: Any) -> None:
    answer = await city.client.get(f"/api/v1/comparisons/consumption?institution={city.institutions['C']}")
    assert answer.status_code == 404
