"""M05.1 to M05.5: deadlines to the minute, labour to the tenth of an hour; what holds for any intervals."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit import rules as kit_rules
from civicwatt_cloud.kit.business_time import DAY_US, HOUR_US, SECOND_US, iso
from civicwatt_cloud.kit.calendar import workdays_between
from civicwatt_cloud.modules.upkeep import rules
from civicwatt_cloud.modules.upkeep.choices import Answer, HoldReason, Size
from civicwatt_cloud.modules.upkeep.rules import Shown, Terms, Worked

ZONE = ZoneInfo("Asia/Shanghai")
TERMS = Terms(kit_rules.load(), date(2026, 9, 24))


def us(said: str) -> int:
    return int(datetime.fromisoformat(said).replace(tzinfo=ZONE).timestamp()) * SECOND_US


def local(t_us: int) -> str:
    return iso(t_us, ZONE)[:16].replace("T", " ")


def wall_clock() -> Terms:
    rows = [row for row in kit_rules.shipped() if row.id != "upkeep.wall_clock"]
    (mode,) = TERMS.rules.rows("upkeep.wall_clock")
    local_row = type(mode)(
        **{name: getattr(mode, name) for name in mode.__struct_fields__} | {"value": Decimal(1)}
    )
    return Terms(kit_rules.Rules([*rows, local_row]), TERMS.as_of)


def due(reported: str, size: Size, terms: Terms = TERMS, held: int = 0) -> str:
    return local(rules.due_us(us(reported), size, held, terms, ZONE))


def test_m05_1_a_report_before_the_mid_autumn_festival_is_due_after_it() -> None:
    assert due("2026-09-24 16:00", Size.SMALL) == "2026-09-28 17:30"
    assert due("2026-09-24 16:00", Size.LARGE) == "2026-09-30 17:30"


def test_m05_2_a_make_up_saturday_is_a_working_day() -> None:
    assert due("2026-09-30 09:00", Size.LARGE) == "2026-10-10 17:30"


def test_m05_3_around_the_spring_festival() -> None:
    assert due("2026-02-13 16:30", Size.SMALL) == "2026-02-14 17:30"
    assert due("2026-02-14 10:00", Size.SMALL) == "2026-02-24 17:30"


def test_m05_4_the_working_days_of_a_hold_are_added() -> None:
    assert due("2026-09-28 09:00", Size.LARGE) == "2026-10-08 17:30"
    held = rules.held_days(us("2026-09-29 10:00"), us("2026-10-09 10:00"), ZONE)
    assert held == 3
    assert due("2026-09-28 09:00", Size.LARGE, held=held) == "2026-10-12 17:30"


@pytest.mark.parametrize(
    ("reported", "size", "held", "expected"),
    [
        ("2026-09-24 16:00", Size.SMALL, 0, "2026-09-28 16:00"),
        ("2026-09-24 16:00", Size.LARGE, 0, "2026-09-30 16:00"),
        ("2026-09-30 09:00", Size.LARGE, 0, "2026-10-10 09:00"),
        ("2026-02-13 16:30", Size.SMALL, 0, "2026-02-14 16:30"),
        ("2026-02-14 10:00", Size.SMALL, 0, "2026-02-24 10:00"),
        ("2026-09-28 09:00", Size.LARGE, 3, "2026-10-12 09:00"),
    ],
)
def test_m05_in_clock_mode_the_time_of_day_stays(reported: str, size: Size, held: int, expected: str) -> None:
    assert due(reported, size, wall_clock(), held) == expected


def test_m05_5_labour_is_a_sum_and_elapsed_time_a_union() -> None:
    day = "2026-11-20 "
    spans = [
        (us(day + start), us(day + end))
        for start, end in (("08:00", "10:00"), ("08:30", "09:00"), ("09:30", "11:00"))
    ]
    assert Decimal(rules.labour_us(spans)) / HOUR_US == Decimal("4.0")
    assert Decimal(rules.union_us(spans)) / HOUR_US == Decimal("3.0")


SPANS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 60)).map(lambda one: (one[0], one[0] + one[1])), max_size=12
)


@given(SPANS)
def test_a_union_counts_each_instant_once(spans: list[tuple[int, int]]) -> None:
    assert rules.union_us(spans) == len({at for start, end in spans for at in range(start, end)})


@given(SPANS, st.integers(0, 200), st.integers(1, 200))
def test_availability_is_what_no_outage_covers(spans: list[tuple[int, int]], start: int, length: int) -> None:
    usable, whole = rules.availability(spans, (start, start + length))
    out = {at for begin, end in spans for at in range(begin, end)}
    assert (usable, whole) == (sum(at not in out for at in range(start, start + length)), length)


DAYS = st.dates(date(2025, 12, 20), date(2027, 3, 1))


@given(DAYS, st.lists(st.integers(0, 20), min_size=1, max_size=4))
def test_a_hold_in_pieces_counts_like_the_whole(start: date, pieces: list[int]) -> None:
    days = [start]
    for piece in pieces:
        days.append(days[-1] + timedelta(days=piece))
    parts = sum(rules.held_days(us(f"{a} 10:00"), us(f"{b} 09:00"), ZONE) for a, b in pairwise(days))
    assert parts == workdays_between(days[0], days[-1])


@given(DAYS, st.integers(0, 30))
def test_whoever_waits_longer_gets_no_earlier_day(start: date, held: int) -> None:
    reported = us(f"{start} 11:00")
    dues = [rules.due_us(reported, size, days, TERMS, ZONE) for size in Size for days in (held, held + 1)]
    assert reported < dues[0] < dues[1] <= dues[3]
    assert dues[0] < dues[2]


def test_the_clock_waits_for_allowed_reasons_only() -> None:
    allowed = [one for one in HoldReason if rules.stops_clock(one, TERMS)]
    assert allowed == [HoldReason.PARTS, HoldReason.ACCESS, HoldReason.OUTSIDE]


def test_a_fault_is_repeated_within_thirty_days_that_day_included() -> None:
    day = DAY_US
    faults = [("lift", 0), ("lift", 30 * day), ("lift", 60 * day + 1), ("pump", 31 * day)]
    assert rules.repeated(faults, 30, 0) == 1
    assert rules.repeated(faults, 30, 31 * day) == 0


def test_a_certificate_holds_on_its_last_day() -> None:
    until = date(2026, 12, 20)
    assert not rules.is_expired(until, until)
    assert rules.is_expired(until, date(2026, 12, 21))
    assert not rules.is_expired(None, until)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (None, Answer.UNKNOWN),
        (Shown(10, 20, True, True), Answer.BLOCKED),
        (Shown(16, 20, False, True), Answer.EARLY),
        (Shown(10, 15, False, True), Answer.EXPIRED),
        (Shown(10, 16, False, False), Answer.ELSEWHERE),
        (Shown(15, 16, False, True), Answer.OPENED),
    ],
)
def test_a_gate_opens_for_what_holds_here_and_now(shown: Shown | None, said: Answer) -> None:
    assert rules.answer(shown, 15) is said


@pytest.mark.parametrize(
    ("every", "worked", "is_due"),
    [
        ({"days": 30, "hours": None, "kwh": None}, Worked(), True),
        ({"days": 31, "hours": None, "kwh": None}, Worked(), False),
        ({"days": None, "hours": 500, "kwh": None}, Worked(500, 1), True),
        ({"days": None, "hours": 500, "kwh": None}, Worked(499, 1), False),
        ({"days": None, "hours": 500, "kwh": None}, Worked(), False),
        ({"days": 365, "hours": None, "kwh": 1000}, Worked(9, 1000), True),
    ],
)
def test_a_plan_is_due_by_whichever_comes_first(
    every: dict[str, int | None], worked: Worked, is_due: bool
) -> None:
    assert rules.plan_is_due(every, date(2026, 11, 1), date(2026, 12, 1), worked) is is_due
