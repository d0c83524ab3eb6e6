"""F13: a month that was reported changes by a correction only, and by nothing else ever."""

import json
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.errors import CloudError
from civicwatt_cloud.timeseries.ledger.bills.models import Bill
from civicwatt_cloud.timeseries.ledger.closing import closed_months, corrections
from civicwatt_cloud.timeseries.ledger.closing.causes import READINGS, causes_of
from civicwatt_cloud.timeseries.ledger.closing.corrections import CORRECTED, Decision, Finding, Sum
from civicwatt_cloud.timeseries.ledger.closing.models import Correction
from civicwatt_cloud.timeseries.ledger.facts.models import ReplacementForm
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, LedgerMonth
from civicwatt_cloud.timeseries.ledger.months import hours_of_month
from civicwatt_cloud.timeseries.points import Point, Source

SHANGHAI = ZoneInfo("Asia/Shanghai")
KWH = 1_000_000
MONTH, FULL_S = 202610, 31 * 86_400
OVER_US = hours_of_month(MONTH, SHANGHAI)[1] * HOUR_US
LI = Decision("account/li", OVER_US + HOUR_US, "三季度报表 第 12 号")


class Books:
    """What the ledger does with a closed month, in small: one point, one month, a value to recompute to."""

    def __init__(self, db: Database, point: int) -> None:
        self.db, self.point, self.clock_us = db, point, OVER_US + 2 * HOUR_US

    def recompute(self, micro: int, covered_s: int = FULL_S, quality: int = 0) -> None:
        self.clock_us += HOUR_US
        with self.db.session() as session:
            value = Sum(micro, covered_s, quality)
            if MONTH in closed_months.closed(session, [self.point]).get(self.point, set()):
                causes = causes_of(session, self.point, MONTH, SHANGHAI)
                corrections.propose(
                    session, Finding(self.point, MONTH, value, causes), self.clock_us, SHANGHAI
                )
                return
            if (total := corrections.settled(session, [self.point]).get((self.point, MONTH))) is not None:
                value = Sum(total, FULL_S, CORRECTED)
            row = session.get(LedgerMonth, (self.point, MONTH)) or LedgerMonth(
                point_id=self.point, month=MONTH
            )
            row.micro, row.covered_s, row.quality = value
            session.add(row)
            months = corrections.reopened(session, [self.point]).get(self.point, set())
            corrections.applied(session, self.point, months, self.clock_us)

    def close(self) -> None:
        with self.db.session() as session:
            closed_months.close(session, session.scalars(select(Institution)).one(), MONTH, LI, SHANGHAI)

    @property
    def value(self) -> Sum:
        with self.db.reading() as session:
            row = session.get_one(LedgerMonth, (self.point, MONTH))
            return Sum(row.micro, row.covered_s, row.quality)

    @property
    def corrections(self) -> list[Correction]:
        with self.db.reading() as session:
            return list(session.scalars(select(Correction).order_by(Correction.number)))

    def approve(self, number: str, settled: int | None = None) -> None:
        decision = Decision("account/wang", self.clock_us, "核对表计照片", settled)
        with self.db.session() as session:
            corrections.approve(session, number, decision, SHANGHAI)

    def reject(self, number: str) -> None:
        with self.db.session() as session:
            corrections.reject(session, number, Decision("account/wang", self.clock_us, "读数有误"))


@pytest.fixture
def books(db: Database) -> Books:
    with db.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.flush()
        institution = Institution(code="I-1", name="单位", kind="venue", level="city", region_code="429900")
        session.add(institution)
        session.flush()
        building = Building(code="B-1", name="楼", institution_id=institution.id)
        session.add(building)
        session.flush()
        point = Point(
            source=Source.BILL,
            device="4201",
            measure="water",
            is_counter=False,
            is_consumption=True,
            building_id=building.id,
        )
        session.add(point)
        session.flush()
        return Books(db, point.id)


def test_f13_a_reported_month_stays_and_a_correction_is_proposed(books: Books) -> None:
    books.recompute(100 * KWH, 80_000)
    books.close()
    books.recompute(120 * KWH)
    assert books.value == (100 * KWH, 80_000, 0)
    (row,) = books.corrections
    assert row.number.startswith("GZ-2026-")
    assert (row.reported_micro, row.recomputed_micro, row.state) == (100 * KWH, 120 * KWH, "proposed")
    assert json.loads(row.causes) == [READINGS]


def test_one_correction_stays_open_and_follows_the_newest_value(books: Books) -> None:
    books.recompute(100 * KWH)
    books.close()
    for micro in (120, 121, 121, 122):
        books.recompute(micro * KWH)
    assert [(row.recomputed_micro, row.state) for row in books.corrections] == [(122 * KWH, "proposed")]
    books.recompute(100 * KWH)  # back at what was reported: nothing to decide
    assert [row.state for row in books.corrections] == ["withdrawn"]
    assert books.value.micro == 100 * KWH


def test_approved_the_ledger_takes_the_value_once_and_the_month_is_closed_again(books: Books) -> None:
    books.recompute(100 * KWH)
    books.close()
    books.recompute(120 * KWH)
    (row,) = books.corrections
    books.approve(row.number)
    with books.db.reading() as session:
        dirty = session.scalars(select(DirtyRange)).one()
        assert (dirty.hour_from, dirty.hour_to) == hours_of_month(MONTH, SHANGHAI)
        assert closed_months.closed(session, [books.point]) == {}
        assert corrections.reopened(session, [books.point]) == {books.point: {MONTH}}
    books.recompute(120 * KWH)
    assert books.value == (120 * KWH, FULL_S, 0)
    books.recompute(130 * KWH)
    assert books.value.micro == 120 * KWH
    assert [one.state for one in books.corrections] == ["approved", "proposed"]
    assert books.corrections[1].reported_micro == 120 * KWH


def test_rejected_the_same_value_is_not_proposed_again_but_another_is(books: Books) -> None:
    books.recompute(100 * KWH)
    books.close()
    books.recompute(120 * KWH)
    books.reject(books.corrections[0].number)
    books.recompute(120 * KWH)
    assert [row.state for row in books.corrections] == ["rejected"]
    books.recompute(119 * KWH)
    assert [row.state for row in books.corrections] == ["rejected", "proposed"]
    assert books.value.micro == 100 * KWH


def test_a_value_that_a_person_settles_is_the_ledgers_and_says_so(books: Books) -> None:
    books.recompute(100 * KWH, 50_000, 2)
    books.close()
    books.recompute(120 * KWH, 60_000, 2)
    books.approve(books.corrections[0].number, settled=115 * KWH)
    books.recompute(120 * KWH, 60_000, 2)
    assert books.value == (115 * KWH, FULL_S, CORRECTED)


def test_a_month_without_any_row_was_reported_as_nothing(books: Books) -> None:
    books.close()
    books.recompute(5 * KWH)
    (row,) = books.corrections
    assert (row.reported_micro, row.reported_covered_s) == (0, 0)


def test_a_decision_is_made_once_with_a_name_and_a_reason_and_audited(books: Books) -> None:
    books.recompute(1)
    books.close()
    books.recompute(2)
    number = books.corrections[0].number

    def refused(code: str, decision: Decision, number: str = number) -> None:
        with pytest.raises(CloudError) as refusal, books.db.session() as session:
            corrections.approve(session, number, decision, SHANGHAI)
        assert refusal.value.code == code
        assert all(refusal.value.text(language) for language in ("zh", "en"))

    refused("CW-T1343", LI, "GZ-2026-999999")
    refused("CW-T1345", Decision("account/wang", 0, " "))
    refused("CW-T1345", Decision("", 0, "对"))
    books.approve(number)
    refused("CW-T1344", LI)
    with books.db.reading() as session:
        deeds = [(row.what, row.who) for row in session.scalars(select(Audit).order_by(Audit.id))]
    assert deeds == [("month_closed", "account/li"), ("correction_decided", "account/wang")]


def test_a_month_closes_once_and_only_when_it_is_over(books: Books) -> None:
    early = Decision("account/li", OVER_US - 1, "早了")
    with pytest.raises(CloudError, match="CW-T1341"), books.db.session() as session:
        closed_months.close(session, session.scalars(select(Institution)).one(), MONTH, early, SHANGHAI)
    books.close()
    books.close()
    with books.db.reading() as session:
        assert closed_months.closed(session, [books.point, 99]) == {books.point: {MONTH}}


def enter_late(session: Session, point: int) -> None:
    session.add_all(
        ReplacementForm(
            form_number=f"HB-2026-00000{n}",
            point_id=point,
            at_us=OVER_US - days * 24 * HOUR_US,
            old_final_micro=9,
            new_initial_micro=0,
            reason="",
            entered_by="account/li",
            entered_us=OVER_US + 5 * HOUR_US,
        )
        for n, days in ((1, 3), (2, 40))  # in the month, and before it
    )
    session.add_all(
        Bill(
            point_id=point,
            day_from=date(2026, 10, day),
            day_to=date(2026, 10, day + 1),
            micro=1,
            document=f"SF-{day}",
            entered_by="command",
            entered_us=OVER_US + hours * HOUR_US,
        )
        for day, hours in ((3, 5), (4, -5))  # after the month was closed, and before
    )


def test_the_causes_are_the_facts_entered_since_the_month_was_closed(books: Books) -> None:
    books.close()
    with books.db.session() as session:
        enter_late(session, books.point)
    with books.db.reading() as session:
        assert causes_of(session, books.point, MONTH, SHANGHAI) == [
            "换表单 · replacement HB-2026-000001",
            "账单 · bill SF-3",
        ]


@given(st.lists(st.integers(-(10**9), 10**12), min_size=1, max_size=744), st.integers(0, 10**15))
def test_a_settled_total_is_spread_exactly_and_never_below_zero(weights: list[int], total: int) -> None:
    found = corrections.settle(np.array(weights, np.int64), total)
    assert found.sum() == total
    assert (found >= 0).all()
    if any(weight > 0 for weight in weights):
        assert (found[np.array(weights) <= 0] == 0).all()
    else:
        assert found.max() - found.min() <= 1
