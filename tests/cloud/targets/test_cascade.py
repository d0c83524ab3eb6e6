"""A plan over province, city, county and institutions: values, paths, sums, forecasts, warnings."""

from typing import Any

import pytest
from sqlalchemy import select

from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.obligations import Obligation
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.targets import cascade, evaluate, jobs, schemas, standing
from civicwatt_cloud.modules.targets.cascade import Cascade, Wanted
from civicwatt_cloud.modules.targets.choices import Indicator
from civicwatt_cloud.modules.targets.entities import READERS, TARGET
from civicwatt_cloud.modules.targets.errors import BadNode, BadSpan, OtherBasis
from civicwatt_cloud.modules.targets.models import Plan

PER_HEAD, PER_AREA = Indicator.ENERGY_PER_CAPITA, Indicator.ENERGY_PER_AREA


def looked(
    city: Any, plan: Plan, node: str, indicator: Indicator = PER_AREA, who: int | None = None
) -> Cascade:
    scope = scope_of(city.at(who=who).actor, READERS)
    return cascade.look(city.session, scope, plan, Wanted(2024, node, indicator))


def kwh(kgce: float) -> float:
    return kgce / 0.1229


def metered(city: Any, ids: tuple[int, ...], base: float, now: float, before: float | None = None) -> None:
    for one in ids:
        for year, kgce in ((2020, base), (2022, before or now), (2023, before or now), (2024, now)):
            city.year(10 + one, year, kwh(kgce))


def test_m07_1_actual_2024_against_the_linear_path_is_on_track(city: Any) -> None:
    plan = city.plan()
    for one in (1, 2, 3):
        city.counts("head_count", one, 10)
    metered(city, (1, 2, 3), 1000, 951)
    evaluate.evaluate(city.at(), plan, 2024)
    found = looked(city, plan, "420000", PER_HEAD)
    told = schemas.cascade_out(found, PER_HEAD)
    assert told.node
    assert (told.node.base, told.node.actual, told.node.target) == ("100", "95.1", "94")
    assert (told.node.linear, told.yearly_rate, told.node.verdict) == ("95.2", "1.230", "on_track")
    assert [one.linear for one in told.path] == [
        "100",
        "98.8",
        "97.6",
        "96.4",
        "95.2",
        "94",
    ]
    assert [one.code for one in told.children] == ["429900"]
    county = looked(city, plan, "429900", PER_HEAD)
    assert [one.code for one in county.children] == ["U1", "429901"]
    assert county.above == [("420000", "虚省")]


def test_the_cascades_sums_are_checked_and_the_difference_is_said(city: Any) -> None:
    plan = city.plan()
    metered(city, (2, 3), 1000, 951)
    city.new(TARGET, 2, plan_id=plan.id, node="U2", indicator="energy_per_area", reduction="2")
    evaluate.evaluate(city.at(), plan, 2024)
    check = looked(city, plan, "429901").check
    assert check is not None
    assert (check.target, check.together) == (950_000, 965_000)  # U2 980,000 and U3 950,000, of one area each
    assert (check.difference, check.counted, check.left_out) == (15_000, 2, 0)
    proposed = looked(city, plan, "429901").proposals
    assert sum(one.weight * one.reduction for one in proposed.values()) * 100 == 5


def test_m07_6_people_who_come_mid_year_count_by_the_day(city: Any) -> None:
    plan = city.plan(base_year=2023)
    city.counts("head_count", 1, 100, until="2024-07-01")
    city.counts("head_count", 1, 200, since="2024-07-01")
    metered(city, (1,), 1000, 36_600)
    evaluate.evaluate(city.at(), plan, 2024)
    found = looked(city, plan, "U1", PER_HEAD).node
    mean = (100 * 182 + 200 * 184) / 366  # of a leap year
    assert found.actual == round(36_600 / mean * 1e6)


def test_an_unknown_denominator_leaves_the_figure_unknown_with_the_reason(city: Any) -> None:
    plan = city.plan()
    city.counts("head_count", 3, 10)
    metered(city, (2, 3), 1000, 951)
    evaluate.evaluate(city.at(), plan, 2024)
    own = looked(city, plan, "U2", PER_HEAD).node
    assert (own.actual, own.verdict, own.reason_zh) == (None, "unknown", "2024-01-01 起没有用能人数")
    county = looked(city, plan, "429901", PER_HEAD).node
    assert county.actual == 95_100_000  # of the one that is known
    water = looked(city, plan, "U2", Indicator.WATER_PER_CAPITA).node
    assert (water.actual, water.reason_zh) == (None, "本期没有读数")


def test_a_base_value_on_another_basis_is_not_compared(city: Any) -> None:
    plan = city.plan()
    metered(city, (2,), 1000, 951)
    city.new(
        TARGET,
        2,
        plan_id=plan.id,
        node="U2",
        indicator="energy_per_area",
        base="2.5",
        base_basis="coal_db37_2019",
    )
    evaluate.evaluate(city.at(), plan, 2024)
    found = looked(city, plan, "U2").node
    assert (found.base, found.verdict) == (None, "unknown")
    assert found.reason_zh == "基年值与现值的电力折标口径不同，不比较"
    with pytest.raises(OtherBasis):
        standing.one_basis(evaluate.view_of(city.at(), plan.region), plan, 2024, "coal_db37_2019")


def test_carbon_is_told_at_the_plans_factor_and_at_the_one_in_force(city: Any) -> None:
    plan = city.plan(carbon_on="2024-06-01")
    metered(city, (1,), 1000, 951)
    evaluate.evaluate(city.at(), plan, 2024)
    frozen = looked(city, plan, "U1", Indicator.CARBON_PER_AREA).node
    now = looked(city, plan, "U1", Indicator.CARBON_NOW_PER_AREA).node
    assert frozen.actual
    assert now.actual
    assert frozen.actual != now.actual
    assert (frozen.reduction, now.reduction) == (7000, None)  # a plan aims at the one it froze


def test_a_path_about_to_be_missed_is_warned_of_once_with_its_date(city: Any) -> None:
    plan = city.plan()
    metered(city, (2,), 1000, 1100, before=1000)
    city.session.flush()
    jobs.run(city.at("2024-12-31 23:00"), plan, 2024)
    jobs.run(city.at("2025-01-20 10:00"), plan, 2024)
    found = looked(city, plan, "U2").node
    assert (str(found.warned_on), found.verdict) == ("2024-02-01", "behind")
    query = select(Obligation).where(Obligation.key == f"targets/{plan.id}/2024/U2/energy_per_area")
    duty = city.session.scalars(query).one()
    assert duty.owner_id == 2
    assert "2024-02-01 预警" in duty.zh


def test_a_running_year_is_forecast_with_an_interval(city: Any) -> None:
    plan = city.plan()
    for year in (2020, 2022, 2023):
        city.year(12, year, kwh(1000))
    city.year(12, 2024, kwh(1010), months=6)
    evaluate.evaluate(city.at("2024-07-10 10:00"), plan, 2024)
    found = looked(city, plan, "U2").node
    assert found.expected is not None
    assert abs(found.expected - 1_010_000) < 2_500  # the mean area of 2024 so far is that of the year
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.expected <= found.high


def test_nobody_sees_a_node_above_his_own(city: Any) -> None:
    plan = city.plan()
    metered(city, (2, 3), 1000, 951)
    evaluate.evaluate(city.at(), plan, 2024)
    assert looked(city, plan, "U2", who=city.liaison).node.code == "U2"
    for code in ("420000", "429901", "U3"):
        with pytest.raises(NotFound):
            looked(city, plan, code, who=city.liaison)


def test_a_plan_ends_after_it_begins_and_its_nodes_lie_in_it(city: Any) -> None:
    with pytest.raises(BadSpan):
        city.plan(end_year=2020)
    plan = city.plan(region="429901")
    with pytest.raises(BadNode):
        city.new(TARGET, 1, plan_id=plan.id, node="U1", indicator="energy_per_area", reduction="2")
