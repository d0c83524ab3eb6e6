"""Quotas, key users, league tables, the calendar, appeals."""

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from people import us
from sqlalchemy import select

from civicwatt_cloud.kit.directory import Denominator, Institution, Region
from civicwatt_cloud.kit.documents.word import word
from civicwatt_cloud.kit.obligations import Obligation
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.errors import OwnStep
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.targets import energy_calendar, evaluate, quotas, standing
from civicwatt_cloud.modules.targets.entities import APPEAL, DESIGNATION, EXEMPTION, QUOTA, READERS, SEPARABLE
from civicwatt_cloud.modules.targets.errors import AppealTooLate, BadBands, NotOwnCounter, ValueMissing
from civicwatt_cloud.modules.targets.models import TargetFigure
from civicwatt_cloud.modules.targets.quotas import Judged

BANDS = {"constraint": "20", "base": "12", "guide": "6"}


def quota(city: Any, **said: object) -> Any:
    facts = {
        "standard": "DB42/T 样表", "year": 2020, "region": "420000", "kind": "government", "level": "county",
        "zone": "夏热冬冷", "indicator": "energy_per_area", "basis": "coal",
    }  # fmt: skip
    return city.new(QUOTA, 1, **(facts | BANDS | said))


def judged(city: Any, one: int = 2, indicator: str = "energy_per_area", year: int = 2024) -> Judged:
    institution = city.session.get_one(Institution, one)
    view = evaluate.view_of(city.at(), institution.region_code)
    return next(row for row in quotas.judged(view, institution, year) if row.indicator == indicator)


def test_without_a_quota_it_is_not_configured_and_nothing_is_invented(city: Any) -> None:
    city.year(12, 2024, 100_000)
    found = judged(city)
    assert (found.compliance, found.value) == ("unknown", None)
    assert found.reason is not None
    assert found.reason.zh.startswith("未配置")


@pytest.mark.parametrize(
    ("kwh", "band", "state"),
    [(48_000, "guide", "met"), (97_000, "base", "met"), (170_000, "beyond", "missed")],
)
def test_a_figure_is_held_against_the_imported_quota(city: Any, kwh: float, band: str, state: str) -> None:
    quota(city)
    city.year(12, 2024, kwh)
    found = judged(city)
    assert (found.band, found.compliance) == (band, state)
    assert found.value == Fraction(round(kwh * 1e6 / 12) * 12, 10**9) * Fraction("0.1229")


def test_shandongs_rows_count_electricity_at_0_31_and_hold_there_only(city: Any) -> None:
    city.session.add(Region(code="370100", name="虚市"))
    city.session.flush()
    institution = city.session.get_one(Institution, 2)
    city.year(12, 2024, 30_000)
    institution.region_code, institution.path = "370100", "3701/U2/"
    city.session.flush()
    found = judged(city)
    assert found.terms is not None
    assert (found.value, found.band) == (Fraction("9.3"), "base")  # 30,000 × 0.31 ÷ 1,000 m²
    assert found.terms.basis.zh.startswith("等价值")


def test_an_exempt_or_incomplete_institution_is_not_judged(city: Any) -> None:
    quota(city)
    city.year(12, 2024, 40_000, months=6)
    found = judged(city)
    assert found.compliance == "unknown"
    assert found.reason is not None
    assert "完整率" in found.reason.zh
    city.new(EXEMPTION, 2, about="quota", reason="搬迁", valid_from="2024-01-01")
    assert judged(city).compliance == "exempt"


def test_separable_uses_are_taken_out_only_where_metered_and_documented(city: Any) -> None:
    quota(city)
    city.year(12, 2024, 100_000)
    with pytest.raises(NotOwnCounter):
        city.new(SEPARABLE, 2, use="canteen", points="13", document="分表证明", valid_from="2024-01-01")
    city.new(SEPARABLE, 2, use="canteen", points="12", document="分表证明", valid_from="2024-12-01")
    for day in range(1, 32):
        city.day(12, date(2024, 12, day), 100)
    assert judged(city).taken_out == 3100
    with pytest.raises(BadBands):
        quota(city, zone="其他", guide="13")


def test_key_users_are_listed_from_5_000_tce_and_named_from_10_000(city: Any) -> None:
    plan = city.plan(base_year=2023)
    for one, tce in ((1, 10_001), (2, 5_001), (3, 4_999)):
        city.year(10 + one, 2024, tce * 1000 / 0.1229)
    evaluate.evaluate(city.at(), plan, 2024)
    scope = scope_of(city.at().actor, READERS)
    found = standing.key_users(city.at(), scope, plan, 2024)
    assert [(one.code, one.status) for one in found] == [("U1", "key"), ("U2", "may_be_designated")]
    city.new(DESIGNATION, 2, year=2024, document="荆节能〔2024〕1号")
    assert standing.key_users(city.at(), scope, plan, 2024)[1].status == "designated"


def test_league_tables_show_ties_and_hide_whoever_is_not_complete(city: Any) -> None:
    plan = city.plan(base_year=2023)
    for one in (2, 3):
        city.year(10 + one, 2024, 100_000 + one, months=12 if one == 2 else 6)
    evaluate.evaluate(city.at(), plan, 2024)
    query = select(TargetFigure).where(TargetFigure.indicator == "energy_per_area")
    rows = {one.code: one for one in city.session.scalars(query)}
    assert (rows["U2"].place, rows["U2"].tied, rows["U2"].withheld) == (1, 0, "few_peers")
    assert (rows["U3"].place, rows["U3"].withheld) == (None, "incomplete")


def test_the_calendar_reports_a_month_to_the_property_company(city: Any) -> None:
    for month in (11, 12):
        for day in range(1, 31):
            city.day(12, date(2023, month, day), 100)
    for day in range(1, 11):
        city.day(12, date(2024, 11, day), 120 if day == 5 else 90)
    context = city.at("2024-11-10 12:00")
    found = energy_calendar.month(context, city.session.get_one(Institution, 2), date(2024, 11, 1))
    assert {one.budget for one in found.days} == {Fraction(100_000_000)}
    assert found.so_far == (900_000_000, 8 * 90_000_000 + 120_000_000)
    assert found.days[9].is_running
    assert found.days[9].carry == 60_000_000
    form = energy_calendar.report(context, found)
    told = {one.title: one.text for one in form.lines}
    assert told["结余（kWh）"] == "60.0"
    assert told["2024-11-05 工作日"] == "用电 120.0，超预算 20.0 kWh"
    assert word(form, Path("/nowhere/energy_calendar.docx"))[:2] == b"PK"


def appeal(city: Any, **said: object) -> Any:
    facts = {
        "about": "area",
        "subject": "B2 主楼",
        "told_on": "2025-01-13",
        "reason": "面积登记有误",
        "building_id": 2,
    }
    row = city.new(APPEAL, 2, who=city.liaison, **(facts | said))
    steps.take(city.at(who=city.liaison), APPEAL, row.id, Wanted(row.rev, "submit", {}))
    return row


def test_an_appeal_is_decided_within_working_days_and_its_effect_computed(city: Any) -> None:
    quota(city)
    city.year(12, 2024, 100_000)
    row = appeal(city)
    assert row.due_us == us(
        "2025-02-14 17:30"
    )  # 15 working days over the Spring Festival and its make-up days
    duty = city.session.scalars(select(Obligation).where(Obligation.key == f"targets/appeals/{row.id}")).one()
    assert not duty.is_done
    with pytest.raises(ValueMissing):
        steps.take(city.at(), APPEAL, row.id, Wanted(row.rev, "uphold", {"decision": "属实"}))
    said = {"decision": "属实", "area": "2000", "valid_from": "2024-01-01"}
    steps.take(city.at(), APPEAL, row.id, Wanted(row.rev, "uphold", said))
    assert row.state == "upheld"
    assert row.effect.startswith("更正前：")
    query = select(Denominator).where(Denominator.kind == "floor_area", Denominator.subject_id == 2)
    rows = sorted((one.valid_from, one.value) for one in city.session.scalars(query))
    assert rows == [(date(2010, 1, 1), 100_000), (date(2024, 1, 1), 200_000)]
    assert judged(city).value == Fraction(round(100_000 * 1e6 / 12) * 12, 2 * 10**9) * Fraction("0.1229")
    city.session.refresh(duty)
    assert duty.is_done


def test_an_appeal_comes_in_time_and_its_author_does_not_decide_it(city: Any) -> None:
    with pytest.raises(AppealTooLate):
        appeal(city, told_on=str(date(2025, 1, 20) - timedelta(days=40)))
    row = city.new(APPEAL, 1, about="listing", subject="重点用能单位", told_on="2025-01-13", reason="已停用")
    steps.take(city.at(), APPEAL, row.id, Wanted(row.rev, "submit", {}))
    with pytest.raises(OwnStep):
        steps.take(city.at(), APPEAL, row.id, Wanted(row.rev, "uphold", {"decision": "同意"}))
