"""From the declaration to the re-check: who takes which step, what is frozen, what is refused."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select

from civicwatt_cloud.kit.directory import Denominator
from civicwatt_cloud.kit.obligations import Obligation
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.workflow.errors import OwnStep
from civicwatt_cloud.modules.certification import jobs, papers, rules, scoring
from civicwatt_cloud.modules.certification.entities import ANSWER, DRAW
from civicwatt_cloud.modules.certification.errors import (
    HandedIn,
    NoItem,
    NoScheme,
    NotPassed,
    StillOpen,
    TooManyPoints,
    YearRuns,
)
from civicwatt_cloud.timeseries.ledger.models import LedgerMonth
from civicwatt_cloud.timeseries.points import Point
from civicwatt_protocols.quantity import MICRO


def complete(office: Any) -> Any:
    """A frugal organ with all of its 100 points: 30 shipped, 70 imported."""
    office.item("frugal_organ", "2020", "rest", "70")
    row = office.declare()
    office.take("2026-02-02 10:00", row, "plan", "clerk", plan="创建方案")
    office.answer_all(row)
    return row


def awarded(office: Any) -> Any:
    row = complete(office)
    office.take("2026-02-10 10:00", row, "score", "clerk")
    office.take("2026-02-11 10:00", row, "check", "manager", check_note="属实")
    office.take("2026-02-12 10:00", row, "visit", "expert", expert_score="92.5", visit_note="室温 26.1 ℃")
    office.take("2026-03-02 10:00", row, "publicise", "manager")
    office.take("2026-03-10 10:00", row, "award", "second")
    return row


def test_the_whole_way(office: Any) -> None:
    row = awarded(office)
    assert (row.self_score, row.self_outcome, row.expert_score) == (10_000, "passed", 9_250)
    assert row.publicity_until == date(2026, 3, 9)  # five working days after a Monday
    assert (row.awarded_on, row.recheck_on) == (date(2026, 3, 10), date(2027, 3, 10))
    shown = json.loads(row.shown)
    assert [one["value"] for one in shown["years"]] == [
        None,
        None,
        "0.147480",
    ]  # 1,200 kWh × 0.1229 ÷ 1,000 m²
    assert [one["mean"] for one in shown["years"]] == [None, None, "0.147480"]
    office.take(
        "2027-03-01 10:00", row, "rectify", "expert", recheck_note="缺台账", rectify_until="2027-04-01"
    )
    office.take("2027-03-20 10:00", row, "keep", "expert", recheck_note="已整改")
    assert (row.state, row.recheck_on, row.rectify_until) == ("awarded", date(2028, 3, 20), None)
    office.take("2027-06-01 10:00", row, "revoke", "manager", recheck_note="数据造假")
    assert row.state == "revoked"


def test_what_is_printed_names_every_input_and_its_source(office: Any) -> None:
    row = office.declare(kind="model_unit", version="2011")
    form = papers.checklist(office.at("2026-02-10 10:00", "manager"), row)
    told = {line.title: line.text for line in form.lines}
    assert "10 人，自 2020-01-01 起（名录）" in told["用能人数"]
    assert "1000.00 m²" in told["建筑面积"]
    assert sum(line.title.startswith("计量：") for line in form.lines) == 2
    assert "室内温度" in told["现场测量 1"]
    assert all("核验" in line.text for line in form.lines[3:-3])
    report = papers.report(office.at("2026-02-10 10:00", "manager"), row)
    assert "得 6；实测 0.147480，同类平均 0.147480 kgce/m²（5 家）" in report.lines[5].text


def test_a_certificate_says_no_more_than_it_shows_until_it_is_revoked(office: Any) -> None:
    row = awarded(office)
    context = office.at("2026-03-11 10:00")
    said = papers.told(context, row.token)
    assert said is not None
    assert set(said) == {
        "institution", "kind", "grade", "number", "state", "awarded_on", "valid_until", "years",
    }  # fmt: skip
    assert "单位1" in papers.page(said)
    assert papers.told(context, "x" * 43) is None
    assert papers.certificate(row, "https://example.invalid/x").startswith(b"%PDF")
    office.take("2026-06-01 10:00", row, "revoke", "manager", recheck_note="数据造假")
    after = papers.told(context, row.token)
    assert after is not None
    assert after["state"] == "已撤销"
    row.sensitivity = "sensitive"
    office.session.flush()
    assert papers.told(context, row.token) is None


def test_nobody_checks_visits_and_awards_what_he_had_a_hand_in(office: Any) -> None:
    row = complete(office)
    office.take("2026-02-10 10:00", row, "score", "clerk")
    office.take("2026-02-11 10:00", row, "check", "manager", check_note="属实")
    with pytest.raises(OwnStep):
        office.take("2026-02-12 10:00", row, "visit", "manager", expert_score="90", visit_note="x")
    office.take("2026-02-12 10:00", row, "visit", "expert", expert_score="90", visit_note="x")
    office.take("2026-03-02 10:00", row, "publicise", "manager")
    with pytest.raises(OwnStep):
        office.take("2026-03-10 10:00", row, "award", "manager")
    with pytest.raises(StillOpen):
        office.take("2026-03-09 17:00", row, "award", "second")


def test_m07_3_a_star_at_zero_does_not_pass_the_check(office: Any) -> None:
    row = complete(office)
    office.answer_all(row, targets_met="0")
    office.take("2026-02-10 10:00", row, "score", "clerk")
    assert (row.self_score, row.self_outcome) == (9_500, "failed")
    with pytest.raises(NotPassed, match="节约能源资源目标"):
        office.take("2026-02-11 10:00", row, "check", "manager", check_note="属实")


def test_what_was_not_found_leaves_it_open(office: Any) -> None:
    row = office.declare()
    office.take("2026-02-02 10:00", row, "plan", "clerk", plan="创建方案")
    office.answer_all(row)
    found = office.score(row)
    assert (found.judged.score, found.judged.open, found.judged.outcome) == (30, 70, "unknown")


def test_points_without_a_document_do_not_count_and_are_named(office: Any) -> None:
    row = complete(office)
    office.answer(row, {"metering": "9"}, document=None)
    found = office.score(row)
    line = next(one for one in found.lines if one.item.key == "metering")
    assert line.reason is not None
    assert (line.points, line.reason.code) == (None, "CW-N1902")
    assert found.judged.unanswered == ("metering",)
    assert [one.item.key for one in found.gaps] == ["metering"]


def test_answers_keep_within_the_scheme_and_what_was_handed_in_stays(office: Any) -> None:
    row = office.declare()
    facts = {"certification_id": row.id, "document": "1号"}
    with pytest.raises(NoItem):
        office.new("2026-02-02 10:00", ANSWER, "clerk", item="nothing", **facts)
    with pytest.raises(TooManyPoints):
        office.new("2026-02-02 10:00", ANSWER, "clerk", item="rules", claimed="3.01", **facts)
    office.take("2026-02-02 10:00", row, "plan", "clerk", plan="创建方案")
    office.take("2026-02-03 10:00", row, "score", "clerk")
    (one, *_) = scoring.answers_of(office.session, row)
    with pytest.raises(HandedIn):
        registry.change(office.at("2026-02-04 10:00", "clerk"), ANSWER, one.id, one.rev, {"document": "2号"})
    with pytest.raises(NoScheme):
        office.declare(version="1999")


def test_a_running_year_is_not_handed_in(office: Any) -> None:
    row = office.declare(year=2026)
    office.take("2026-02-02 10:00", row, "plan", "clerk", plan="创建方案")
    with pytest.raises(YearRuns):
        office.take("2026-12-31 10:00", row, "score", "clerk")


def test_measured_items_are_banded_by_the_mean_of_the_same_type(office: Any) -> None:
    row = office.declare(kind="model_unit", version="2011")
    for kwh, points in ((100, 6), (80, 7), (112, 5), (126, 4), (160, 0)):
        for one in office.session.scalars(select(LedgerMonth).where(LedgerMonth.point_id == 11)):
            one.micro = kwh * MICRO
        office.session.flush()
        line = office.score(row).lines[0]
        mean = line.mean
        assert mean is not None
        assert (line.points, mean.peers) == (points, 5)
        assert float(mean.value) == pytest.approx((kwh + 400) / 5 * 12 * 0.1229 / 1_000)


def test_vehicle_fuel_is_left_out_per_area_and_counted_per_person(office: Any) -> None:
    before = office.score(row := office.declare(kind="model_unit", version="2011"))
    facts = {"is_counter": True, "is_consumption": True, "building_id": 1, "carrier": "gasoline"}
    fuel = Point(id=99, gateway="gw-01", device="F", measure="fuel", end_use="gasoline_vehicle", **facts)
    fuel.bound_from_us = office.session.get_one(Point, 11).bound_from_us
    office.session.add(fuel)
    office.session.flush()
    for one in office.session.scalars(select(LedgerMonth).where(LedgerMonth.point_id == 11)).all():
        office.session.add(
            LedgerMonth(point_id=99, month=one.month, micro=MICRO, covered_s=one.covered_s, quality=0)
        )
    office.session.flush()
    after = office.score(row)
    values = [[line.measured.value for line in found.lines] for found in (before, after)]
    assert values[0][0] == values[1][0]
    assert values[1][1] > values[0][1]


def test_a_figure_that_cannot_be_rated_is_told_a_year_ahead_with_its_repair(office: Any) -> None:
    row = awarded(office)
    assert jobs.due(row) == date(2027, 3, 10)
    jobs.unratable(office.at("2026-03-11 10:00"))
    told = office.session.scalars(select(Obligation).where(Obligation.is_done.is_(False))).all()
    assert {one.key.rpartition("/")[2] for one in told} == {
        "energy_per_area", "energy_per_capita", "water_per_capita",
    }  # fmt: skip
    assert all("请在 2027-03-10 前补齐" in one.zh for one in told)


def test_missing_people_and_missing_months_withhold_the_figure(office: Any) -> None:
    for one in office.session.scalars(select(LedgerMonth).where(LedgerMonth.point_id == 11)):
        one.covered_s *= one.month <= 202506
    office.session.delete(office.session.scalar(select(Denominator).where(Denominator.kind == "head_count")))
    office.session.flush()
    row = office.declare(kind="model_unit", version="2011")
    codes = [line.reason.code for line in office.score(row).lines]
    assert codes == ["CW-N1009", "CW-N1001", "CW-N1001"]


def test_a_water_saving_unit_has_all_points_of_water(office: Any) -> None:
    held = office.declare(kind="water_saving_unit", version="2020")
    held.state = "awarded"
    office.session.flush()
    lines = office.score(office.declare(kind="model_unit", version="2011")).lines
    assert [(one.points, one.is_given) for one in lines] == [(6, False), (6, False), (7, True)]


def test_the_lots_are_drawn_again_from_what_is_published(office: Any) -> None:
    row = awarded(office)
    drawn = office.new("2026-06-01 10:00", DRAW, "manager", year="2026", seed="双色球 2026063")
    assert (drawn.certified, drawn.by_risk, drawn.by_chance) == (1, "", row.number)
    risks = {number: Fraction(one) for number, one in json.loads(drawn.population).items()}
    assert rules.drawn(drawn.seed, risks, Decimal("0.05")) == ([], [row.number])
