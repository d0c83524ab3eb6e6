"""W7.4: audit, decision, contract, frozen baseline, works, measured saving, sharing year by year."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from civicwatt_cloud.analysis.savings.contracts import Year
from civicwatt_cloud.analysis.savings.errors import BadTerms
from civicwatt_cloud.analysis.savings.files import temperature
from civicwatt_cloud.kit.documents.forms import form_of
from civicwatt_cloud.kit.documents.pdf import pdf
from civicwatt_cloud.kit.documents.word import word
from civicwatt_cloud.kit.workbooks.columns import targets_of
from civicwatt_cloud.kit.workflow.errors import OwnStep
from civicwatt_cloud.modules.catalogue import MODULES
from civicwatt_cloud.modules.retrofit import api, commands, measuring, rules
from civicwatt_cloud.modules.retrofit.entities import ADJUSTMENT, PROJECT, SETTLEMENT
from civicwatt_cloud.modules.retrofit.errors import (
    BaselineBroken,
    NotContracted,
    NoTemperature,
    NotItsPoints,
    YearNotOver,
    YearSettled,
)
from civicwatt_cloud.modules.retrofit.hours import outdoor
from civicwatt_cloud.modules.retrofit.models import Baseline, Project, Settlement

YEAR_END = date(2026, 11, 10)


def test_w7_4_a_year_of_shared_savings_is_settled_from_the_measured_saving(town: Any) -> None:
    project = town.project()
    town.step(PROJECT, project, "settle", year="1", claimed="60000")
    (sheet,) = town.session.scalars(select(Settlement)).all()
    percent = sheet.saving / sheet.adjusted
    assert 0.185 <= percent <= 0.215
    assert sheet.low < sheet.saving < sheet.high
    assert sheet.adjusted - sheet.use == sheet.saving
    assert sheet.difference == 60_000_00 - sheet.saving
    assert abs(sheet.value - sheet.saving * 0.8) <= 1
    assert abs(sheet.payment - sheet.value * 0.8) <= 1
    assert (sheet.client + sheet.provider, sheet.unit, sheet.coverage) == (sheet.value, "kWh", 100_00)
    with pytest.raises(YearSettled), town.session.begin_nested():
        town.step(PROJECT, project, "settle", year="1")
    with pytest.raises(YearNotOver), town.session.begin_nested():
        town.step(PROJECT, project, "settle", year="2")
    told = api._saving(town.at(), project, date(2026, 11, 9))
    assert (round(told.saving * 100), told.reporting.hours, told.points) == (sheet.saving, 24 * 365, [1])
    assert told.reporting_hash == sheet.data_hash
    town.step(SETTLEMENT, sheet, "agree")
    with pytest.raises(OwnStep):
        town.step(SETTLEMENT, sheet, "pay")
    assert town.step(SETTLEMENT, sheet, "pay", town.approver).state == "paid"
    form = form_of(town.at(), SETTLEMENT, targets_of(MODULES), sheet.id)
    lines = dict(form.lines)
    assert (form.title, lines["服务公司申报节能量"]) == ("节能效益结算单审批表", "60000.00")
    assert float(lines["实测节能量"]) * 100 == sheet.saving
    assert word(form, Path("none")).startswith(b"PK")
    assert pdf(form).startswith(b"%PDF")


def test_a_frozen_baseline_is_never_changed_silently(town: Any, monkeypatch: Any) -> None:
    project = town.project()
    (frozen,) = town.session.scalars(select(Baseline)).all()
    assert (frozen.hours, frozen.frozen_by) == (24 * 365, "account/manager")
    before = measuring.saving(town.at(), project, date(2025, 11, 10), YEAR_END).savings.saving
    town.session.execute(text("UPDATE ledger_hour SET micro = micro * 2 WHERE hour < 485000"))
    again = measuring.saving(town.at(), project, date(2025, 11, 10), YEAR_END).savings.saving
    assert again == before  # the ledger was corrected; the frozen figures stand
    with pytest.raises(OwnStep):
        town.step(PROJECT, project, "refreeze", first_on="2024-12-01", last_on="2025-10-31", reason="更正")
    town.step(
        PROJECT,
        project,
        "refreeze",
        town.approver,
        first_on="2024-12-01",
        last_on="2025-10-31",
        reason="更正",
    )
    assert [one.version for one in town.session.scalars(select(Baseline).order_by(Baseline.id))] == [1, 2]
    assert measuring.newest(town.session, project).reason == "更正"
    town.session.flush()
    with pytest.raises(DatabaseError), town.session.begin_nested():
        town.session.execute(text("UPDATE retrofit_baseline SET model = 'another'"))
    monkeypatch.setattr(measuring, "_alike", lambda *_: False)  # as if the arithmetic were another
    with pytest.raises(BaselineBroken):
        measuring.saving(town.at(), project, date(2025, 11, 10), YEAR_END)


def test_temperatures_come_from_a_file_and_the_newest_import_holds(town: Any, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(
        "time,celsius\n2026-01-01 00:00,3.5\n2026-01-01 01:00,4\n2026-01-01 02:00,-1.25\n", "utf-8"
    )
    assert commands.bring(town.session, temperature(file, None), "420100", "远市气象站") == 3
    low = 1_767_196_800 // 3600
    assert outdoor(town.session, "420100", low, low + 4)[0].tolist()[:3] == [3.5, 4.0, -1.25]
    file.write_text("time,celsius\n2026-01-01 01:00,5\n2026-01-01 02:00,-1\n", "utf-8")
    commands.bring(town.session, temperature(file, None), "420100", "远市气象站")
    value, is_hourly = outdoor(town.session, "420101", low, low + 4)  # of the city above
    assert (value.tolist()[:3], is_hourly) == ([3.5, 5.0, -1.0], True)


def test_an_adjustment_counts_once_a_second_person_has_agreed(town: Any) -> None:
    project = town.project()
    first, end = date(2025, 11, 10), date(2026, 3, 1)
    plain = measuring.saving(town.at(), project, first, end).savings.saving
    said = {
        "first_on": "2026-01-01",
        "last_on": "2026-01-10",
        "reason": "机房扩容",
        "document": "荆事〔2026〕1号",
    }
    row = town.new(ADJUSTMENT, project_id=project.id, per_day="100", **said)
    town.step(ADJUSTMENT, row, "submit")
    assert measuring.saving(town.at(), project, first, end).savings.saving == plain
    with pytest.raises(OwnStep):
        town.step(ADJUSTMENT, row, "approve")
    town.step(ADJUSTMENT, row, "approve", town.approver)
    assert measuring.saving(town.at(), project, first, end).savings.saving == pytest.approx(plain + 1000)


def test_without_temperature_or_own_points_or_terms_nothing_is_guessed(town: Any) -> None:
    with pytest.raises(NotItsPoints):
        town.new(PROJECT, name="改造", kind="led", points="2")
    far = town.new(PROJECT, 2, name="改造", kind="led", points="2")
    town.step(PROJECT, far, "decide", town.approver, decision="文")
    with pytest.raises(NotContracted), town.session.begin_nested():
        town.step(PROJECT, far, "contract", terms="guaranteed", price="0.8")
    with pytest.raises(BadTerms), town.session.begin_nested():
        town.step(PROJECT, far, "contract", terms="shared", price="0.8", shares="80，半")
    town.step(PROJECT, far, "contract", terms="own", price="0.8")
    with pytest.raises(NoTemperature), town.session.begin_nested():
        town.step(PROJECT, far, "freeze", first_on="2024-11-01", last_on="2025-10-31")


@pytest.mark.parametrize(
    ("said", "payment", "client"),
    [
        ({"terms": "own"}, 0, 60_000),
        ({"terms": "shared", "shares": "80%，60"}, 48_000, 12_000),
        ({"terms": "guaranteed", "fee": 30_000_00, "guarantee": 100_000_00}, 10_000, 50_000),
        ({"terms": "trusteeship", "fee": 90_000_00, "baseline_cost": 100_000_00}, 90_000, 10_000),
        ({"terms": "lease", "rents": "20000, 20000"}, 20_000, 40_000),
    ],
)
def test_each_kind_of_contract_pays_what_it_says(said: dict[str, Any], payment: int, client: int) -> None:
    terms = rules.terms_of(Project(price=8000, **said))
    sheet = terms.settled(Year(1, Decimal(75_000), Decimal("0.8"), Decimal(85_000)))
    assert [sheet.payment, sheet.client] == [Decimal(payment), Decimal(client)]


def test_years_of_a_contract_begin_on_the_day_of_acceptance() -> None:
    assert rules.year_of(date(2025, 11, 10), 2) == (date(2026, 11, 10), date(2027, 11, 10))
    assert rules.year_of(date(2024, 2, 29), 1) == (date(2024, 2, 29), date(2025, 3, 1))
    with pytest.raises(ValueError, match="3；4"):
        rules.point_ids("3；4")
