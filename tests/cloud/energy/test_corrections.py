"""A correction of a closed month waits in the region's list; who caused it does not decide it."""

from pathlib import Path

import pytest
from cloud.energy.conftest import City
from sqlalchemy import select, update

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.identity import Account, Grant
from civicwatt_cloud.timeseries.ledger.bills.importing import import_bills
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.closing.closed_months import close
from civicwatt_cloud.timeseries.ledger.closing.corrections import Decision

BILL = """\
单位编码,楼栋编码,分项,户号,起始日期,截止日期（不含）,用量,单位,费用,单据号
B,,用水,W-77,2026-01-01,2026-02-01,{amount},m³,,SF-1
"""


def _bill(city: City, folder: Path, amount: int, who: str) -> None:
    state = city.app.state
    (folder / "bills.csv").write_text(BILL.format(amount=amount), "utf-8")
    with state.database.session() as session:
        assert import_bills(session, folder / "bills.csv", state.zone, who).problems == []
    Ledger(state.database, state.store, state.zone).recompute_all()


@pytest.fixture
def username(city: City) -> str:
    with city.app.state.database.reading() as session:
        return session.scalars(select(Account.username)).one()


@pytest.fixture
def closed(city: City, tmp_path: Path) -> City:
    """The city with a water bill of January that B has reported."""
    state = city.app.state
    _bill(city, tmp_path, 62, "account/li")
    with state.database.session() as session:
        row = session.scalars(select(Institution).where(Institution.code == "B")).one()
        close(session, row, 202601, Decision("account/li", state.clock.now_us(), "年报"), state.zone)
    return city


async def _value(city: City) -> str:
    page = await city.get(f"institutions/{city.institutions['B']}?period=2026-01")
    return next(figure["value"] for figure in page["figures"] if figure["key"] == "water")


async def test_a_correction_is_listed_and_approved_by_another_person(closed: City, tmp_path: Path) -> None:
    assert (await closed.get("corrections"))["corrections"] == []
    _bill(closed, tmp_path, 70, "account/li")
    (one,) = (await closed.get(f"corrections?institution={closed.institutions['B']}"))["corrections"]
    assert (one["state"], one["reported"], one["recomputed"], one["unit"]) == ("proposed", "62", "70", "m³")
    assert (one["institution"], one["month"], one["own"]) == ("乙馆", "2026-01", False)
    assert any("SF-1" in cause for cause in one["causes"])
    assert await _value(closed) == "62"
    path = f"/api/v1/corrections/{one['number']}"
    assert (await closed.client.post(f"{path}/approve", json={"reason": ""})).status_code == 422
    answer = await closed.client.post(f"{path}/approve", json={"reason": "已核对抄表记录"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["reason"]) == ("approved", "已核对抄表记录")
    state = closed.app.state
    Ledger(state.database, state.store, state.zone).recompute_all()
    assert await _value(closed) == "70"
    again = await closed.client.post(f"{path}/reject", json={"reason": "不"})
    assert (again.status_code, again.json()["code"]) == (409, "CW-T1344")


async def test_who_entered_the_cause_does_not_decide(closed: City, tmp_path: Path, username: str) -> None:
    _bill(closed, tmp_path, 70, f"account/{username}")
    (one,) = (await closed.get("corrections"))["corrections"]
    assert one["own"] is True
    for deed in ("approve", "reject"):
        answer = await closed.client.post(
            f"/api/v1/corrections/{one['number']}/{deed}", json={"reason": "是"}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "CW-T1347")
    assert (await closed.get("corrections"))["corrections"][0]["state"] == "proposed"


async def test_a_rejected_correction_leaves_the_reported_value(closed: City, tmp_path: Path) -> None:
    _bill(closed, tmp_path, 70, "account/li")
    (one,) = (await closed.get("corrections"))["corrections"]
    path = f"/api/v1/corrections/{one['number']}/reject"
    assert (await closed.client.post(path, json={"reason": "以年报为准"})).json()["state"] == "rejected"
    state = closed.app.state
    Ledger(state.database, state.store, state.zone).recompute_all()
    assert await _value(closed) == "62"


async def test_another_region_neither_sees_nor_decides_it(closed: City, tmp_path: Path) -> None:
    _bill(closed, tmp_path, 70, "account/li")
    (one,) = (await closed.get("corrections"))["corrections"]
    with closed.app.state.database.session() as session:
        session.execute(update(Grant).values(region_code="429800"))
    assert (await closed.get("corrections"))["corrections"] == []
    path = f"/api/v1/corrections/{one['number']}/approve"
    answer = await closed.client.post(path, json={"reason": "是"})
    assert (answer.status_code, answer.json()["code"]) == (404, "CW-T1343")
