"""Shares: exact to the digit, as of each day; entered as one whole or not at all."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.business_time import day_number
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.tables import Row
from civicwatt_cloud.timeseries.ledger.closing.closed_months import closed
from civicwatt_cloud.timeseries.ledger.closing.models import ClosedMonth
from civicwatt_cloud.timeseries.ledger.shares import importing as share_import
from civicwatt_cloud.timeseries.ledger.shares.dividing import divide, divide_hours
from civicwatt_cloud.timeseries.ledger.shares.parts import WHOLE, Shares, allocate, shares
from civicwatt_cloud.timeseries.points import Point, Source


@st.composite
def wholes(draw: st.DrawFn) -> dict[int, int]:
    """Parts that make up one whole."""
    cuts = sorted(draw(st.lists(st.integers(0, WHOLE), max_size=8)))
    return {i: end - start for i, (start, end) in enumerate(zip([0, *cuts], [*cuts, WHOLE], strict=True))}


@given(st.integers(-(10**15), 10**15), wholes())
def test_an_amount_is_given_out_whole_and_each_gets_its_part_to_a_millionth(
    micro: int, parts: dict[int, int]
) -> None:
    found = allocate(micro, parts)
    assert sum(found.values()) == micro
    assert all(abs(found[one] * WHOLE - micro * part) < WHOLE for one, part in parts.items())
    assert all(found[one] == 0 for one, part in parts.items() if part == 0)


def test_a_tie_goes_to_the_smaller_id_and_the_largest_remainder_first() -> None:
    assert allocate(1, {7: 500_000, 3: 500_000}) == {7: 0, 3: 1}
    assert allocate(10, {1: 333_333, 2: 333_333, 3: 333_334}) == {1: 3, 2: 3, 3: 4}
    assert allocate(-1, {1: 500_000, 2: 500_000}) == {1: 0, 2: -1}


@pytest.mark.parametrize("parts", [{1: 999_999}, {1: WHOLE + 1, 2: -1}])
def test_what_is_no_whole_is_not_given_out(parts: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="whole"):
        allocate(1, parts)


@given(st.lists(st.integers(0, 10**12), max_size=40), wholes(), wholes(), st.integers(0, 40))
def test_each_day_goes_by_the_shares_of_that_day(
    micro: list[int], first: dict[int, int], second: dict[int, int], change: int
) -> None:
    start = date(2026, 3, 1)
    days = np.array([day_number(start + timedelta(days=n)) for n in range(len(micro))], np.int64)
    dated = [Shares(start + timedelta(days=3), first), Shares(start + timedelta(days=3 + change + 1), second)]
    found = list(divide(days, np.array(micro, np.int64), dated, owner=99))
    given = np.zeros(len(micro), np.int64)
    for one in found:
        np.add.at(given, one.places, one.micro)
    assert given.tolist() == micro
    assert sum(int(one.micro.sum()) for one in found if one.institution == 99) == sum(micro[:3])
    for place, amount in enumerate(micro[3:], 3):
        parts = first if place < 3 + change + 1 else second
        mine = {
            one.institution: int(one.micro[one.places == place][0]) for one in found if place in one.places
        }
        assert mine == {who: part for who, part in allocate(amount, parts).items() if parts[who]}


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60), wholes(), st.integers(0, 23))
def test_the_hours_of_a_part_add_up_to_its_days_and_the_parts_to_the_hours(
    micro: list[int], parts: dict[int, int], first_hour: int
) -> None:
    days = np.array([20260301 + (first_hour + n) // 24 for n in range(len(micro))], np.int64)
    hours, dated = np.array(micro, np.int64), [Shares(date(2026, 3, 2), parts)]
    numbers = np.unique(days)
    whole = np.array([hours[days == day].sum() for day in numbers], np.int64)
    by_day: dict[tuple[int, int], int] = {}
    for one in divide(numbers, whole, dated, owner=99):
        for place, amount in zip(one.places.tolist(), one.micro.tolist(), strict=True):
            by_day[one.institution, int(numbers[place])] = amount
    given, summed = np.zeros(len(micro), np.int64), dict.fromkeys(by_day, 0)
    for one in divide_hours(days, hours, dated, owner=99):
        np.add.at(given, one.places, one.micro)
        assert one.micro.min() >= -1
        for place, amount in zip(one.places.tolist(), one.micro.tolist(), strict=True):
            summed[one.institution, int(days[place])] += amount
    assert given.tolist() == micro
    assert summed == by_day


@pytest.fixture
def share(db: Database) -> Callable[..., ImportReport]:
    with db.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.flush()
        for number in (1, 2, 3):
            code = f"I-{number}"
            session.add(
                Institution(
                    id=number, code=code, name="单位", kind="venue", level="city", region_code="429900"
                )
            )
            session.flush()
            session.add(Building(id=number, code=f"B-{number}", name="楼", institution_id=number))

    def run(*cells: tuple[str, ...]) -> ImportReport:
        letters = {title: chr(ord("A") + i) for i, title in enumerate(share_import.COLUMNS)}
        rows = [
            Row(n, dict(zip(share_import.COLUMNS, (*one, "分摊协议"), strict=True)), letters, "分摊")
            for n, one in enumerate(cells, 2)
        ]
        with db.session() as session:
            return share_import.enter(session, rows, "account/li")

    return run


THIRDS = (
    ("B-1", "I-1", "33.3334", "2026-01-01"),
    ("B-1", "I-2", "33.3333", "2026-01-01"),
    ("B-1", "I-3", "33.3333", "2026-01-01"),
)


def test_shares_are_entered_once_and_replaced_as_a_whole(
    db: Database, share: Callable[..., ImportReport]
) -> None:
    assert share(*THIRDS).added == 3
    again = share(*THIRDS)
    assert (again.kept, again.added, again.changed) == (3, 0, 0)
    report = share(("B-1", "I-1", "60", "2026-01-01"), ("B-1", "I-2", "40", "2026-01-01"), *THIRDS[:0])
    assert (report.added, report.changed) == (0, 2)
    share(("B-1", "I-3", "100", "2026-07-01"))
    with db.reading() as session:
        assert shares(session, [1, 2]) == {
            1: [
                Shares(date(2026, 1, 1), {1: 600_000, 2: 400_000}),
                Shares(date(2026, 7, 1), {3: WHOLE}),
            ]
        }
        assert len(session.scalars(select(Audit)).all()) == 3


def test_bad_shares_are_left_out_with_all_of_their_building_and_day(
    share: Callable[..., ImportReport],
) -> None:
    report = share(
        *THIRDS[:2],  # 66.6667 %
        ("B-2", "I-1", "50", "2026-01-01"),
        ("B-2", "I-9", "50", "2026-01-01"),
        ("B-9", "I-1", "100", "2026-01-01"),
        ("B-3", "I-1", "50", "2026-01-01"),
        ("B-3", "I-1", "50", "2026-01-01"),
        ("B-3", "I-1", "100", "2026-02-01"),
        ("B-2", "I-1", "100.00001", "2026-03-01"),
    )
    assert sorted((problem.where, problem.code) for problem in report.problems) == [
        ("分摊!A6", "CW-T1011"),
        ("分摊!B5", "CW-T1304"),
        ("分摊!B8", "CW-T1362"),
        ("分摊!C10", "CW-T1306"),
        ("分摊!C2", "CW-T1361"),
    ]
    assert "66.6667" in str(next(problem for problem in report.problems if problem.code == "CW-T1361"))
    assert report.kept == 1
    assert all(problem.text(language) for problem in report.problems for language in ("zh", "en"))


def test_a_month_that_a_sharer_has_reported_is_closed_for_the_building(
    db: Database, share: Callable[..., ImportReport]
) -> None:
    share(("B-1", "I-1", "60", "2026-03-10"), ("B-1", "I-2", "40", "2026-03-10"))
    share(("B-1", "I-1", "100", "2026-05-01"))
    with db.session() as session:
        for number in (1, 2):
            session.add(
                Point(
                    id=number,
                    source=Source.BILL,
                    device=str(number),
                    measure="water",
                    building_id=number,
                    is_counter=False,
                )
            )
        session.add_all(
            ClosedMonth(institution_id=2, month=month, document="", closed_by="", closed_us=0)
            for month in (202602, 202603, 202604, 202605)
        )
    with db.reading() as session:
        assert closed(session, [1, 2]) == {1: {202603, 202604}, 2: {202602, 202603, 202604, 202605}}
