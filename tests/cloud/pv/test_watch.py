"""The watch: plants under one sky are compared, a suspicion is kept once and settled by a person."""

from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select, update

from civicwatt.demo import sun
from civicwatt_cloud.analysis.pv.hints import Kind
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.pv import demo, jobs
from civicwatt_cloud.modules.pv.choices import FindingKind
from civicwatt_cloud.modules.pv.entities import FINDING
from civicwatt_cloud.modules.pv.models import Finding, Irradiation, Plant
from civicwatt_cloud.timeseries.points import Point

DAYS = 60
FIRST = date(2026, 9, 20)


def sky() -> np.ndarray:
    """Clear days with a cloudy one now and then."""
    hours = np.arange(24)
    rng = np.random.default_rng(3)
    clear = np.clip(np.sin(np.pi * (hours - 6) / 12), 0, None)
    cloudy = (np.arange(DAYS) % 4 == 3)[:, None] * 0.6 * rng.random((DAYS, 24))
    return np.asarray(80.0 * clear * (1 - cloudy))


def lit(roofs: Any, lost: float) -> list[Any]:
    """Three plants; the first loses a share of its yield on the thirtieth day."""
    rng = np.random.default_rng(1)
    plants = [roofs.plant(one) for one in (1, 2, 3)]
    for one in (1, 2, 3):
        given = sky() * (1 + 0.01 * rng.standard_normal((DAYS, 1)))
        if one == 1:
            given[30:] *= 1 - lost
        roofs.hours(10 + one, FIRST, given)
    return plants


def findings(roofs: Any) -> list[Finding]:
    return list(roofs.session.scalars(select(Finding).order_by(Finding.id)))


def test_a_lost_string_becomes_one_finding_that_lives_on_until_it_is_settled(roofs: Any) -> None:
    plant, *_ = lit(roofs, 0.2)
    jobs.watch(roofs.at("2026-11-10 02:00"))
    (one,) = findings(roofs)
    assert (one.plant_id, one.kind, one.state) == (plant.id, "string_loss", "open")
    assert one.first_on == FIRST + timedelta(days=30)
    assert 185 <= one.lost_share <= 215
    lost = one.lost
    jobs.watch(roofs.at("2026-11-19 02:00"))
    (again,) = findings(roofs)
    assert again is one
    assert one.lost > lost
    steps.take(
        roofs.at("2026-11-19 09:00"), FINDING, one.id, Wanted(one.rev, "dismiss", {"cause": "新建遮挡"})
    )
    jobs.watch(roofs.at("2026-11-19 12:00"))
    assert [(row.state, row.cause) for row in findings(roofs)] == [("dismissed", "新建遮挡")]


def test_sound_plants_are_left_alone_and_two_alone_cannot_be_compared(roofs: Any) -> None:
    lit(roofs, 0.0)
    jobs.watch(roofs.at("2026-11-19 02:00"))
    assert findings(roofs) == []
    roofs.session.scalars(select(Plant).where(Plant.owner_id == 3)).one().removed_us = 1
    roofs.session.flush()
    context = roofs.at("2026-11-19 02:00")
    both = jobs._roofs(context, FIRST)
    assert [jobs.under_the_same_sky(roof, both) for roof in both] == [None, None]


def test_every_kind_of_hint_is_a_kind_of_finding() -> None:
    assert {one.value for one in FindingKind} == {one.value for one in Kind}


def test_the_demo_shows_what_is_wrong(roofs: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(demo, "RATED", {"B1": 6_000, "B2": 28_000, "B3": 18_000})
    roofs.session.execute(update(Point).where(Point.id > 20).values(end_use="other"))
    context = roofs.at("2026-11-20 10:00")
    city = roofs.session.scalars(select(Institution).order_by(Institution.id)).all()
    demo.fill(context, city, {(2026, 9): 1085, (2026, 10): 900})
    plants = roofs.session.scalars(select(Plant).order_by(Plant.id)).all()
    assert [(one.mode, one.investment, one.export_points) for one in plants] == [
        ("all_here", "own", None), ("surplus", "own", None), ("all_here", "emc", None),
    ]  # fmt: skip
    assert plants[2].contract_until < context.today
    assert [(one.plant_id, one.state) for one in findings(roofs)] == [(plants[1].id, "open")]
    assert roofs.session.scalars(select(Irradiation.plane)).all() == [1085, 900]


def test_the_demos_pyranometer_counts_the_sky_that_its_plants_stand_under() -> None:
    months = sun.months_before(date(2026, 11, 20), seed=7)
    assert list(months) == [(2025, 11), (2025, 12), *((2026, month) for month in range(1, 11))]
    assert 9_000 < sum(months.values()) < 13_000  # some 1,100 kWh/m² a year
    assert months[2026, 7] > 2 * months[2025, 12]
