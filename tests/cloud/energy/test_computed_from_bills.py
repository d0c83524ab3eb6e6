"""A virtual meter with a bill among its operands has days, no power; its quality is that of its days."""

from pathlib import Path

import pytest
from cloud.energy.conftest import City

from civicwatt_cloud.timeseries.ledger.bills.importing import import_bills
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.virtual.importing import import_formulas

BILLS = """\
单位编码,楼栋编码,分项,户号,起始日期,截止日期（不含）,用量,单位,费用,单据号
B,B-1,总表,D-99,2026-01-01,2026-02-01,4464,kWh,,DF-1
"""
FORMULAS = """\
编码,名称,楼栋编码,分项,公式,启用日期,依据
V-1,馆舍其他用电,B-1,其他,[D-99] - B-L,2026-01-01,方案
V-2,馆舍照明之半,B-1,动力,0.5 * B-L,2026-01-01,方案
"""


@pytest.fixture
def computed(city: City, tmp_path: Path) -> City:
    """The city with a whole by bill in B, what remains of it, and a formula of hours."""
    state = city.app.state
    (tmp_path / "bills.csv").write_text(BILLS, "utf-8")
    (tmp_path / "formulas.csv").write_text(FORMULAS, "utf-8")
    with state.database.session() as session:
        assert import_bills(session, tmp_path / "bills.csv", state.zone).problems == []
        assert import_formulas(session, tmp_path / "formulas.csv", state.zone).problems == []
    Ledger(state.database, state.store, state.zone).recompute_all()
    return city


async def test_its_consumption_counts_by_the_day_with_the_quality_of_its_days(computed: City) -> None:
    asked = (
        f"reports/consumption?from=2026-01-01&to=2026-02-01&step=day&institution={computed.institutions['B']}"
    )
    report = await computed.get(f"{asked}&group_by=end_use")
    groups = {group["labels"]["end_use"]["key"]: group for group in report["groups"]}
    assert groups["other"]["total"] == {
        "value": str(4464 - 744 * 3),
        "completeness": 1.0,
        "shares": {"interpolated": 1.0},
    }
    assert groups["power"]["total"]["value"] == "1116"
    assert groups["power"]["total"]["shares"] == {"measured": 1.0}


async def test_it_has_no_power_to_draw(computed: City) -> None:
    asked = f"curves?from=2026-01-10&to=2026-01-11&institution={computed.institutions['B']}&by=meter"
    names = {curve["title"] for curve in (await computed.get(asked))["series"]}
    assert "馆舍照明之半" in names
    assert "馆舍其他用电" not in names


async def test_its_sheet_tells_how_much_is_estimated(computed: City) -> None:
    sheet = await computed.get(
        f"institutions/{computed.institutions['B']}/figures/electricity?period=2026-01"
    )
    (energy,) = (one for one in sheet["inputs"] if one["kind"] == "energy")
    told = {meter["name"]: meter["estimated_share"] for meter in energy["meters"]}
    assert told == {"乙照明": 0.0, "馆舍其他用电": 1.0, "馆舍照明之半": 0.0}
