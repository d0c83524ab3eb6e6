"""Facts that people enter of a counter: from their moment on, in the audit, and booked."""

import json

import numpy as np
import pytest
from sqlalchemy import select

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.facts.entering import (
    Said,
    confirm_rise,
    enter_ratio,
    enter_rollover,
)
from civicwatt_cloud.timeseries.ledger.facts.errors import AnotherFact, BadFactor, NothingHeld
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, HeldStep, LedgerHour
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.readings import Batch

H0 = 500_000
SAID = Said("account/li", 1_800_000_000_000_000, "更换互感器")
KWH = 1_000_000


def hours(bench, point):
    with bench.db.reading() as session:
        query = select(LedgerHour.micro).where(LedgerHour.point_id == point).order_by(LedgerHour.hour)
        return [micro / KWH for micro in session.scalars(query)]


def held(bench, point):
    with bench.db.reading() as session:
        query = select(HeldStep.kind).where(HeldStep.point_id == point).order_by(HeldStep.ts_us)
        return list(session.scalars(query))


@pytest.fixture
def meter(bench, counter):
    """A counter of 60 kWh an hour, read every 15 minutes for a day."""
    point = counter("M-1")
    ts = H0 * HOUR_US + np.arange(97) * HOUR_US // 4
    values = 1000.0 + 15.0 * np.arange(97)
    return point, ts, values


def enter(bench, point, how, *given):
    with bench.db.session() as session:
        how(session, session.get_one(Point, point), *given, SAID)
    bench.ledger.recompute_all()


def test_f20_a_new_ratio_counts_from_its_moment_on_and_history_is_not_rescaled(bench, meter):
    point, ts, values = meter
    bench.load(Batch.of(point, ts, values))
    bench.ledger.recompute_all()
    enter(bench, point, enter_ratio, (H0 + 12) * HOUR_US, "1.5")
    assert hours(bench, point) == [60] * 12 + [90] * 12
    enter(bench, point, enter_ratio, (H0 + 12) * HOUR_US, "1.50")
    with bench.db.reading() as session:
        (row,) = session.scalars(select(Audit).where(Audit.what == "ratio_entered"))
    assert (row.who, row.before) == ("account/li", None)
    assert json.loads(row.after)["factor"] == "1.5"


def test_f17_a_span_makes_the_rollover_exact_that_was_held(bench, meter):
    point, ts, values = meter
    bench.load(Batch.of(point, ts, (values + 998_000) % 1_000_000))
    bench.ledger.recompute_all()
    assert held(bench, point) == ["fall"]
    enter(bench, point, enter_rollover, 0, "1000000")
    assert (hours(bench, point), held(bench, point)) == ([60] * 24, [])


def test_f19_a_jump_is_held_until_it_is_confirmed(bench, meter):
    point, ts, values = meter
    values[40:] += 700_000
    bench.load(Batch.of(point, ts, values))
    bench.ledger.recompute_all()
    assert held(bench, point) == ["jump"]
    assert sum(hours(bench, point)) == 1440 - 15
    enter(bench, point, confirm_rise, int(ts[40]))
    assert held(bench, point) == []
    assert sum(hours(bench, point)) == 1440 + 700_000


def test_what_contradicts_a_fact_or_makes_no_sense_is_refused_and_changes_nothing(bench, meter):
    point, ts, values = meter
    bench.load(Batch.of(point, ts, values))
    enter(bench, point, enter_ratio, int(ts[40]), "40")
    for how, given, error in (
        (enter_ratio, (int(ts[40]), "41"), AnotherFact),
        (enter_ratio, (int(ts[50]), "0"), BadFactor),
        (enter_ratio, (int(ts[50]), "NaN"), BadFactor),
        (enter_ratio, (int(ts[50]), "1e-999999999"), BadFactor),
        (enter_rollover, (0, "a million"), BadFactor),
        (confirm_rise, (int(ts[50]),), NothingHeld),
    ):
        with pytest.raises(error):
            enter(bench, point, how, *given)
    with bench.db.reading() as session:
        assert session.scalars(select(DirtyRange.id)).all() == []


def test_a_morning_that_was_never_seen_before_is_held_and_booked_when_others_follow(bench, counter):
    """A new meter idles for a day; then a kitchen begins to work each morning for an hour."""
    point = counter("M-1")
    quarter = np.arange(4 * 24 * 5)
    working = (quarter % 96 // 4 == 10) & (quarter >= 96)
    ts = H0 * HOUR_US + quarter * HOUR_US // 4
    values = np.cumsum(np.where(working, 5.0, 0.01)).round(6)
    found = []
    for day in range(1, 6):
        mine = slice((day - 1) * 96, day * 96)
        bench.load(Batch.of(point, ts[mine], values[mine]))
        bench.ledger.recompute_all()
        found.append(len(held(bench, point)))
    assert found == [0, 0, 0, 0, 0]
    late = counter("M-2")
    single = quarter == 96 * 2 + 42  # one quarter of an hour of work only, once
    values = np.cumsum(np.where(single, 5.0, 0.01)).round(6)
    bench.load(Batch.of(late, ts, values))
    bench.ledger.recompute_all()
    assert held(bench, late) == ["jump"]
