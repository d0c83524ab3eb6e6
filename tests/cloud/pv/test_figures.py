"""A plant's figures: from the ledger, with a reason wherever there is none."""

import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.modules.pv import clear_sky, rules, service
from civicwatt_cloud.modules.pv.entities import IRRADIATION
from civicwatt_cloud.modules.pv.errors import AnotherPlants, NoMonth, UnknownPoint
from civicwatt_cloud.modules.pv.rules import Counted, Figures, Over

NOW = "2026-03-10 12:00"


def figures(roofs: Any, plant: Any, label: str, when: str = NOW, year: int = 2026) -> Figures:
    found = {span.label: one for span, one in service.figures(roofs.at(when), plant, year)}
    assert isinstance(found[label], Figures)
    return found[label]


def test_a_month_and_the_year_by_hand(roofs: Any) -> None:
    plant = roofs.plant(export_points="21", import_points="31")
    for month, (made, out, took) in {202601: (5_000, 1_000, 9_000), 202602: (7_000, 2_000, 6_000)}.items():
        for point, kwh in ((11, made), (21, out), (31, took)):
            roofs.month(point, month, kwh)
    for month, plane in ((1, "62.5"), (2, "87.5")):
        roofs.new(IRRADIATION, plant_id=plant.id, year=2026, month=month, plane=plane, sensor="CMP10")
    january = figures(roofs, plant, "2026-01")
    assert (january.used_here.value, january.used.value) == (4_000, 13_000)
    assert (january.self_use.value, january.self_sufficiency.value) == (80, Decimal("30.77"))
    assert january.specific_yield.value == 50  # 5,000 kWh of 100 kWp
    assert january.performance_ratio.value == Decimal("0.8000")  # 50 h ÷ 62.5 h
    year = figures(roofs, plant, "2026")
    assert (year.generated.value, year.used_here.value) == (12_000, 9_000)
    assert year.self_use.value == 75
    assert year.performance_ratio.value == Decimal("0.8000")  # of the two months that are over
    april = figures(roofs, plant, "2026-04")
    assert (april.generated.value, april.generated.why) == (
        None,
        rules.Why("本期尚未开始", "the period has not begun"),
    )


def test_without_irradiation_there_is_a_specific_yield_and_never_a_performance_ratio(roofs: Any) -> None:
    plant = roofs.plant()
    roofs.month(11, 202601, 5_000)
    found = figures(roofs, plant, "2026-01")
    assert found.specific_yield.value == 50
    assert found.performance_ratio == (None, rules.NO_IRRADIATION)
    roofs.new(IRRADIATION, plant_id=plant.id, year=2026, month=1, plane="62.5", sensor="CMP10")
    assert figures(roofs, plant, "2026-01").performance_ratio.value == Decimal("0.8000")
    assert figures(roofs, plant, "2026").performance_ratio == (
        None,
        rules.PARTLY_LIT,
    )  # February is not known


def test_a_counter_that_is_missing_is_said_and_not_taken_for_nothing(roofs: Any) -> None:
    plant = roofs.plant()
    roofs.month(11, 202601, 5_000)
    found = figures(roofs, plant, "2026-01")
    assert found.used_here.value is None
    assert found.used_here.why is not None
    assert found.used_here.why.zh == "没有上网计量点"
    alone = roofs.plant(2, mode="all_here")
    roofs.month(12, 202601, 3_000)
    assert figures(roofs, alone, "2026-01").self_use.value == 100
    assert figures(roofs, alone, "2026-01").self_sufficiency.why == ("没有用网计量点", "no point of import")
    fed = roofs.plant(3, mode="all_fed")
    roofs.month(13, 202601, 3_000)
    assert figures(roofs, fed, "2026-01").used_here.value == 0
    assert figures(roofs, fed, "2026-02").generated.why == (
        "发电计量点在本期没有读数", "no readings of generation in this period",
    )  # fmt: skip


def test_too_little_measured_gives_no_performance_ratio(roofs: Any) -> None:
    plant = roofs.plant()
    roofs.month(11, 202601, 4_000, covered=0.8999)
    roofs.new(IRRADIATION, plant_id=plant.id, year=2026, month=1, plane="62.5", sensor="CMP10")
    found = figures(roofs, plant, "2026-01")
    assert found.completeness == pytest.approx(Decimal("0.8999"), abs=Decimal("0.0001"))
    assert found.performance_ratio.why is not None
    assert "89.99%" in found.performance_ratio.why.zh


def test_more_fed_in_than_generated_is_a_contradiction(roofs: Any) -> None:
    plant = roofs.plant(export_points="21")
    roofs.month(11, 202601, 100)
    roofs.month(21, 202601, 101)
    assert figures(roofs, plant, "2026-01").used_here == (None, rules.NO_CONTRADICTION)


def test_points_are_those_of_the_institution_and_of_one_plant(roofs: Any) -> None:
    with pytest.raises(UnknownPoint):
        roofs.plant(generation_points="12")  # of another institution
    with pytest.raises(UnknownPoint):
        roofs.plant(generation_points="11;12")
    roofs.plant()
    with pytest.raises(AnotherPlants):
        roofs.plant(code="PV9")
    plant = roofs.plant(2)
    with pytest.raises(NoMonth):
        roofs.new(IRRADIATION, owner=2, plant_id=plant.id, year=2026, month=13, plane="60", sensor="CMP10")


@given(st.integers(1, 10**13), st.integers(1, 10**6), st.integers(1, 2500))
def test_what_is_not_plausible_is_no_performance_ratio(micro: int, capacity: int, light: int) -> None:
    full = Counted(micro, Decimal(1), None)
    found = rules.figures(
        "all_here", capacity, lambda _: full, Over(full, light, rules.NOT_YET), Decimal("0.9")
    )
    exact = micro / 1e6 / (capacity / 100) / (light / 10)
    if found.performance_ratio.value is None:
        assert found.performance_ratio.why == rules.NOT_PLAUSIBLE
        assert exact > 1.0499
    else:
        assert float(found.performance_ratio.value) == pytest.approx(exact, abs=5.1e-5)


def test_what_a_clear_sky_would_give_is_computed_and_computed_anew_when_the_plant_changes(
    roofs: Any, monkeypatch: Any
) -> None:
    pytest.importorskip("pvlib")
    monkeypatch.setattr(clear_sky, "YEARS", 1)
    plant = roofs.plant(latitude="31", longitude="112", tilt=20, azimuth=180)
    roofs.month(11, 202601, 5_000)
    roofs.month(11, 202602, 5_000)
    assert figures(roofs, plant, "2026-01").clear_sky == (None, rules.NOT_YET)
    clear_sky.expect(roofs.at(NOW))
    january, year = (figures(roofs, plant, label) for label in ("2026-01", "2026"))
    assert january.clear_sky.value is not None
    assert 9_000 < january.clear_sky.value < 16_000  # 100 kWp, some five hours of full sun a day in winter
    assert january.of_clear_sky.value == (500_000 / january.clear_sky.value).quantize(Decimal("0.1"))
    assert year.clear_sky.value is not None
    assert year.clear_sky.value > january.clear_sky.value * 19 // 10  # two months are over
    assert figures(roofs, plant, "2026-03").clear_sky == (None, rules.NOT_OVER)
    plant.capacity *= 2
    clear_sky.expect(roofs.at(NOW))
    doubled = figures(roofs, plant, "2026-01").clear_sky.value
    assert doubled == pytest.approx(january.clear_sky.value * 2, abs=2)
    plant.tilt = None
    assert figures(roofs, plant, "2026-01").clear_sky == (None, rules.NO_PLACE)


def test_without_pvlib_nothing_is_computed_and_nothing_fails(roofs: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "pvlib", None)
    plant = roofs.plant(latitude="31", longitude="112", tilt=20, azimuth=180)
    clear_sky.expect(roofs.at(NOW))
    assert figures(roofs, plant, "2026-01").clear_sky == (None, rules.NOT_YET)
