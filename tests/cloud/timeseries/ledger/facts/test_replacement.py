"""F19: replacement forms: taken once, refused where the readings contradict them, exact in the books."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from cloud.timeseries.ledger.bench import LEFT_OUT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.checks import violations
from civicwatt_cloud.timeseries.ledger.counter.splice import Replacement, spliced
from civicwatt_cloud.timeseries.ledger.counter.steps import most_plausible
from civicwatt_cloud.timeseries.ledger.facts.errors import ReplacementRefused
from civicwatt_cloud.timeseries.ledger.facts.models import ReplacementForm
from civicwatt_cloud.timeseries.ledger.facts.replacement import Desk, Entry
from civicwatt_cloud.timeseries.ledger.marks import mark_all_dirty
from civicwatt_cloud.timeseries.ledger.models import HeldStep, LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.stores.readings import Batch, ReadingsStore

on_sqlite = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # on both: test_two_databases.py
SHANGHAI = ZoneInfo("Asia/Shanghai")
KWH = 1_000_000
START = 492_400  # 2026-03-05T00:00+08:00
MINUTE_US = 60_000_000


class Counter:
    """One metered point with its readings, forms and books."""

    def __init__(self, db: Database, store: ReadingsStore, ledger: Ledger, point: int) -> None:
        self.db, self.store, self.ledger, self.point = db, store, ledger, point
        self.now_us = (START + 48) * HOUR_US

    def read(self, *readings: tuple[float, float]) -> None:
        """(hours after START, kWh)."""
        ts = [round((START + h) * HOUR_US) for h, _ in readings]
        load(self.db, self.store, Batch.of(self.point, ts, [value for _, value in readings]))

    def enter(
        self, final: float, initial: float, at: float | None = None, *, confirmed: bool = False
    ) -> tuple[str, bool]:
        at_us = None if at is None else round((START + at) * HOUR_US)
        entry = Entry(self.point, round(final * KWH), round(initial * KWH), at_us, "烧毁", confirmed)
        with self.db.session() as session:
            form, is_new = Desk(session, self.store, SHANGHAI, self.now_us, "account/li").enter(entry)
            return form.form_number, is_new

    def refused(self, final: float, initial: float, at: float | None = None) -> ReplacementRefused:
        with pytest.raises(ReplacementRefused) as refusal:
            self.enter(final, initial, at)
        assert str(refusal.value)
        assert refusal.value.text("en")
        return refusal.value

    def moments(self) -> list[float]:
        with self.db.reading() as session:
            rows = select(ReplacementForm.at_us).where(ReplacementForm.point_id == self.point)
            return [
                at_us / HOUR_US - START for at_us in session.scalars(rows.order_by(ReplacementForm.at_us))
            ]

    def books(self) -> list[list[tuple[int, ...]]]:
        self.ledger.recompute_all()
        with self.db.reading() as session:
            assert violations(session) == []
            return [
                [
                    tuple(value for name, value in row._mapping.items() if name not in LEFT_OUT)
                    for row in session.execute(
                        select(table.__table__)
                        .where(table.point_id == self.point)
                        .order_by(*table.__table__.primary_key)
                    )
                ]
                for table in (LedgerHour, LedgerMonth, HeldStep)
            ]

    def total(self) -> float:
        return sum(row[1] for row in self.books()[1]) / KWH


@pytest.fixture
def meter(db: Database, store: ReadingsStore, ledger: Ledger, counter: Callable[[str], int]) -> Counter:
    return Counter(db, store, ledger, counter("M-1"))


DEVICE_NUMBERS = count()
OLD = [(h, 8800.0 + h) for h in range(10)]
NEW = [(h, h - 9.5) for h in range(10, 30)]


def test_a_form_entered_late_makes_the_books_exact(meter: Counter) -> None:
    meter.read(*OLD, *NEW)
    assert meter.total() == 9 + 19
    assert [row[1] for row in meter.books()[2]] == ["fall"]
    assert meter.enter(8809.4, 0.3, at=9.5) == ("HB-2026-000001", True)
    assert meter.total() == pytest.approx(9 + 0.4 + 0.2 + 19)
    assert meter.books()[2] == []


def test_readings_that_come_after_the_form_are_booked_by_it(meter: Counter) -> None:
    meter.read(*OLD)
    meter.now_us = round((START + 9.5) * HOUR_US)
    meter.enter(8809.4, 0.3)
    assert meter.total() == 9
    meter.read(*NEW)
    assert meter.total() == pytest.approx(9 + 0.6 + 19)
    assert meter.books()[2] == []


def test_without_a_moment_it_is_the_middle_of_the_step_that_the_counters_explain(meter: Counter) -> None:
    meter.read(*OLD, *NEW)
    meter.enter(8809.4, 0.3)
    assert meter.moments() == [9.5]


def test_without_a_moment_and_a_step_it_is_now(meter: Counter) -> None:
    meter.read(*[(h, 100.0 + h) for h in range(5)], *[(h, float(h)) for h in range(5, 48)])
    meter.enter(47.2, 0)
    assert meter.moments() == [48]


def test_the_same_facts_again_give_the_same_form_and_other_facts_are_refused(meter: Counter) -> None:
    meter.read(*OLD, *NEW)
    first = meter.enter(8809.4, 0.3, at=9.5)
    before = meter.books()
    for at in (9.5, None):
        assert meter.enter(8809.4, 0.3, at=at) == (first[0], False)
    assert meter.refused(8809.4, 0.2, at=9.5).code == "CW-G4104"
    assert meter.refused(8809.4, 0.3, at=9.75).code == "CW-G4103"
    assert (meter.moments(), meter.books()) == ([9.5], before)


def test_a_counter_that_rolls_over_again_at_the_same_number_gets_a_form_of_its_own(meter: Counter) -> None:
    late = 2400
    meter.now_us = (START + late + 10) * HOUR_US
    meter.read((0, 990.0), (1, 999.0), (2, 8.0))
    assert meter.enter(999.99, 0, at=1.5) == ("HB-2026-000001", True)
    meter.read(
        *[(late + h, 960.0 + 9 * h) for h in range(5)], *[(late + h, 9.0 * h - 40) for h in range(5, 9)]
    )
    assert meter.enter(999.99, 0) == ("HB-2026-000002", True)
    assert meter.enter(999.99, 0) == ("HB-2026-000002", False)
    assert meter.enter(999.99, 0, at=1.5) == ("HB-2026-000001", False)
    assert meter.moments() == [1.5, late + 4.5]
    assert meter.books()[2] == []


def test_a_report_that_is_sent_again_is_no_form_for_an_older_fall(meter: Counter) -> None:
    meter.read(*[(h, 100.0 + h) for h in range(10)], *[(h, 30.0 * (h - 9)) for h in range(10, 20)])
    meter.read(*[(h, h - 19.5) for h in range(20, 30)])
    assert meter.enter(315, 0.3) == ("HB-2026-000001", True)
    assert meter.enter(315, 0.3) == ("HB-2026-000001", False)
    assert meter.moments() == [19.5]


def test_a_report_is_the_same_before_and_after_its_step_is_seen(meter: Counter) -> None:
    meter.read(*OLD)
    meter.now_us = round((START + 9.5) * HOUR_US)
    assert meter.enter(8809.4, 0.3)[1]
    assert not meter.enter(8809.4, 0.3)[1]
    meter.read(*NEW)
    meter.now_us += 24 * HOUR_US
    assert not meter.enter(8809.4, 0.3)[1]


def test_a_form_from_before_the_first_reading_is_refused(meter: Counter) -> None:
    meter.read(*OLD)
    for at in (-5000, -1, 0):
        assert meter.refused(8800, 0, at=at).code == "CW-G4107"
    assert meter.moments() == []


def test_a_slip_in_the_old_final_is_refused_with_what_was_read_and_taken_when_confirmed(
    meter: Counter, db: Database
) -> None:
    meter.read(*OLD, *NEW)
    error = meter.refused(9999999, 0.3, at=9.5)
    assert error.code == "CW-G4108"
    assert error.facts == {
        "old_final": "9999999",
        "reading": "8809",
        "at": "2026-03-05 09:00:00",
        "step": "9991190",
        "most": "6",  # 1 kWh an hour, half an hour, ten times; and the 1 kWh that this meter counts in
    }
    assert meter.moments() == []
    meter.enter(9999999, 0.3, at=9.5, confirmed=True)
    assert meter.total() == pytest.approx(9 + 9991190 + 0.2 + 19)
    with db.reading() as session:
        [row] = session.scalars(select(Audit)).all()
    assert json.loads(row.after or "")["confirmed"] is True


def test_a_final_is_plausible_up_to_ten_times_the_largest_use_before(meter: Counter) -> None:
    meter.read(*OLD)
    assert meter.refused(8815.01, 0, at=9.5).code == "CW-G4108"
    meter.enter(8815, 0, at=9.5)


def test_a_counter_that_stood_still_all_along_did_not_rise_unseen_unless_confirmed(meter: Counter) -> None:
    meter.read(*[(h, 500.0) for h in range(10)])
    assert meter.refused(500.01, 0, at=9.5).code == "CW-G4108"
    meter.enter(500.01, 0, at=9.5, confirmed=True)


def test_a_counter_that_stood_still_all_along_ended_where_it_stood(meter: Counter) -> None:
    meter.read(*[(h, 500.0) for h in range(10)])
    meter.enter(500, 0, at=9.5)


def test_with_no_use_to_learn_from_any_final_is_taken(meter: Counter) -> None:
    meter.enter(7, 0, at=-5)
    meter.read((0, 500.0))
    meter.enter(9999, 0, at=9.5)


RISES = st.lists(st.tuples(st.integers(10**6, 10**11), st.integers(0, 10**10)), min_size=1, max_size=30)


@given(
    steps=RISES, start=st.integers(0, 10**12), span_us=st.integers(1, 10**13), shift=st.integers(0, 10**15)
)
def test_what_is_plausible_covers_all_use_that_was_seen_and_knows_only_differences(
    steps: list[tuple[int, int]], start: int, span_us: int, shift: int
) -> None:
    ts = np.cumsum([start, *(span for span, _ in steps)])
    micro = np.cumsum([0, *(rise for _, rise in steps)])
    most = most_plausible(spliced(ts, micro), span_us)
    assert most == most_plausible(spliced(ts + 10**12, micro + shift), span_us)
    assert most is not None
    assert all(rise * span_us * 10 // span <= most for span, rise in steps)
    largest = max(rise for _, rise in steps)
    assert most <= max(rise * span_us * 10 // span for span, rise in steps) + largest
    assert most <= most_plausible(spliced(ts, micro), span_us + 1)  # type: ignore[operator]
    assert (most == 0) == (micro[-1] == 0)


@given(steps=RISES, place=st.integers(0, 29), final=st.integers(0, 10**9))
def test_a_replacement_on_the_way_does_not_change_what_is_plausible(
    steps: list[tuple[int, int]], place: int, final: int
) -> None:
    spans = [span + 1 for span, _ in steps]
    ts = np.cumsum([0, *spans])
    micro = np.cumsum([0, *(rise for _, rise in steps)])
    i = place % len(steps)
    form = Replacement(int(ts[i]) + 1, int(micro[i]) + steps[i][1] // 2, final)
    shown = micro.copy()
    shown[i + 1 :] += form.new_initial - form.old_final
    assert most_plausible(spliced(ts, shown, [form]), 10**9) == most_plausible(spliced(ts, micro), 10**9)


@pytest.mark.parametrize(
    ("final", "initial", "at", "code", "says"),
    [
        (8808.9, 0.3, 9.5, "CW-G4101", "8809（2026-03-05 09:00:00）"),
        (8808.9, 0.3, None, "CW-G4101", "8809（2026-03-05 09:00:00）"),
        (8809.4, 0.6, 9.5, "CW-G4102", "0.5（2026-03-05 10:00:00）"),
        (8809.4, 0.3, 4.5, "CW-G4103", "2026-03-05 09:00:00 与 2026-03-05 10:00:00 之间"),
        (8809.4, 0.3, 20.5, "CW-G4103", "2026-03-05 09:00:00 与 2026-03-05 10:00:00 之间"),
        (8809.4, 0.3, 49, "CW-G4105", "2026-03-07 01:00:00"),
    ],
)
def test_a_form_that_cannot_be_is_refused_with_what_was_read(
    meter: Counter, final: float, initial: float, at: float | None, code: str, says: str
) -> None:
    meter.read(*OLD, *NEW)
    before = meter.books()
    error = meter.refused(final, initial, at)
    assert error.code == code
    assert says in error.message("zh") + error.remedy("zh")
    assert (meter.moments(), meter.books()) == ([], before)


def test_a_meter_that_was_silent_for_months_is_found_however_far_back(meter: Counter) -> None:
    meter.now_us = (START + 5000) * HOUR_US
    meter.read(*OLD, *[(4990 + i, 1.0 + i) for i in range(10)])
    assert meter.refused(8808, 0.5, at=4900).code == "CW-G4101"
    meter.enter(9000, 0.5, at=4900)
    assert meter.total() == pytest.approx(9 + 191 + 0.5 + 9)


def test_two_meters_in_a_row_and_their_numbers(meter: Counter) -> None:
    meter.read((0, 900.0), (15, 110.0), (30, 12.0))
    assert meter.enter(950, 100, at=10)[0] == "HB-2026-000001"
    assert meter.refused(90, 0, at=12).code == "CW-G4101"  # the meter in between began with 100
    assert meter.enter(130, 5, at=20)[0] == "HB-2026-000002"
    assert meter.total() == 50 + 30 + 7
    meter.now_us += 365 * 24 * HOUR_US
    meter.read((40, 20.0), (42, 2.0))
    assert meter.enter(21, 1, at=41)[0] == "HB-2027-000001"


def test_the_audit_knows_every_form_and_forgets_nothing(meter: Counter, db: Database) -> None:
    meter.read(*OLD, *NEW)
    meter.enter(8809.4, 0.3, at=9.5)
    meter.enter(8809.4, 0.3, at=9.5)
    with db.reading() as session:
        [row] = session.scalars(select(Audit)).all()
    assert (row.who, row.what, row.subject, row.before) == (
        "account/li",
        "replacement_entered",
        "gw-01/M-1",
        None,
    )
    assert json.loads(row.after or "") == {
        "form_number": "HB-2026-000001",
        "at": "2026-03-05T09:30:00+08:00",
        "measure": "import_active_energy",
        "old_final": "8809.4",
        "new_initial": "0.3",
        "reason": "烧毁",
    }
    for deed in ("UPDATE audit SET who = 'nobody'", "DELETE FROM audit"):
        with pytest.raises(IntegrityError, match="only added to"), db.session() as session:
            session.execute(text(deed))


@on_sqlite
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_f19_the_order_in_which_readings_and_forms_come_does_not_matter(
    meter: Counter, counter: Callable[[str], int], seed: int
) -> None:
    random = np.random.default_rng(seed)
    n = 200
    ts = START * HOUR_US + np.cumsum(random.choice([1, 15, 15, 60, 300], n)) * MINUTE_US
    truth = np.cumsum(random.integers(1, 2 * KWH, n))
    offset, forms = 9000 * KWH, []
    values = truth + offset
    for i in sorted(random.choice(np.arange(1, n, 20), 4, replace=False).tolist()):
        final = int(values[i - 1] + (truth[i] - truth[i - 1]) // 2)
        initial = int(random.integers(0, 5 * KWH))
        values[i:] += initial - final
        forms.append(Entry(0, final, initial, int(ts[i - 1] + ts[i]) // 2, confirmed=True))
    one = Counter(meter.db, meter.store, meter.ledger, counter(f"shuffled {next(DEVICE_NUMBERS)}"))
    deeds = [("read", piece) for piece in np.array_split(random.permutation(n), 6)]
    deeds += [("enter", form) for form in forms]
    waiting = [deeds[i] for i in random.permutation(len(deeds)).tolist()]
    while waiting:
        kind, what = waiting.pop(0)
        if kind == "read":
            load(one.db, one.store, Batch.of(one.point, ts[what], values[what] / KWH))
        elif not taken(one, what):  # what is there so far speaks against it
            assert any(kind == "read" for kind, _ in waiting)
            waiting.append((kind, what))
        if random.random() < 0.4:
            one.ledger.recompute_all()
    hours, _, held = one.books()
    assert sum(row[2] for row in hours) == truth[-1] - truth[0]
    assert held == []
    with one.db.session() as session:
        mark_all_dirty(session, [one.point])
    assert one.books()[0] == hours


def taken(one: Counter, entry: Entry) -> bool:
    try:
        with one.db.session() as session:
            Desk(session, one.store, SHANGHAI, 2**52, "account/li").enter(replace(entry, point=one.point))
    except ReplacementRefused:
        return False
    return True
