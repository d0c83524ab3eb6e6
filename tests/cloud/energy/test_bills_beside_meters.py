"""Bills beside 5-minute data in one institution: totals with their completeness; an account is no meter."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cloud.energy.conftest import City
from sqlalchemy import select

from civicwatt_cloud.timeseries.ledger.bills.importing import import_bills
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.points import Point, Source

BILLS = """\
单位编码,楼栋编码,分项,户号,起始日期,截止日期（不含）,用量,单位,费用,单据号
B,,用水,W-77,2026-01-01,2026-02-01,62,m³,213.90,SF-1
B,,用水,W-77,2026-02-01,2026-03-01,28,m³,96.60,SF-2
B,,天然气,R-77,2026-01-01,2026-02-01,310,m³,1209.00,RQ-1
B,B-1,其他,D-77,2026-01-01,2026-02-01,744,kWh,483.60,DF-1
B,B-1,总表,D-99,2026-01-01,2026-02-01,99999,kWh,,DF-2
"""
Figures = Callable[[list[dict]], dict[str, dict]]


@pytest.fixture
def billed(city: City, tmp_path: Path) -> City:
    """The city with bills of institution B, which has one electricity meter of 3 kWh an hour."""
    state = city.app.state
    (tmp_path / "bills.csv").write_text(BILLS, "utf-8")
    with state.database.session() as session:
        assert import_bills(session, tmp_path / "bills.csv", state.zone).problems == []
    Ledger(state.database, state.store, state.zone).recompute_all()
    return city


async def test_a_month_of_bills_is_a_total_and_the_running_month_lowers_the_completeness_only(
    billed: City, by_key: Figures
) -> None:
    institution = billed.institutions["B"]
    january = by_key((await billed.get(f"institutions/{institution}?period=2026-01"))["figures"])
    assert (january["water"]["value"], january["water"]["completeness"]) == ("62", 1.0)
    assert january["electricity"]["value"] == str(744 * 3 + 744)  # the meter and the bill, never the whole
    assert january["electricity"]["estimated"] is True
    year = by_key((await billed.get(f"institutions/{institution}?period=2026"))["figures"])
    assert year["water"]["value"] == "90"
    assert 0.9 < year["water"]["completeness"] < 1


async def test_an_account_is_no_meter_that_does_not_answer(billed: City) -> None:
    overview = await billed.get("overview?period=2026")
    rows = {row["code"]: row for row in overview["institutions"]}
    assert (rows["B"]["meters_online"], rows["B"]["meters_total"]) == (1, 1)
    page = await billed.get(f"institutions/{billed.institutions['B']}?period=2026-01")
    assert [meter["device"] for meter in page["meters"]] == ["B-L"]
    assert (await billed.get("live"))["meters_total"] == 5


async def test_a_figure_opens_down_to_its_bills(billed: City) -> None:
    lineage = await billed.get(f"institutions/{billed.institutions['B']}/figures/water?period=2026-01")
    (energy,) = (one for one in lineage["inputs"] if one["kind"] == "energy")
    assert [(meter["device"], meter["total"]) for meter in energy["meters"]] == [("W-77", "62")]
    assert energy["meters"][0]["months"] == [
        {"month": "2026-01", "value": "62", "quality": "interpolated", "covered": 1.0}
    ]
    with billed.app.state.database.reading() as session:
        account = session.scalars(select(Point.id).where(Point.source == Source.BILL)).first()
    response = await billed.client.get(f"/api/v1/points/{account}/readings?date=2026-01-05")
    assert response.status_code == 404  # no readings, and no page of them
