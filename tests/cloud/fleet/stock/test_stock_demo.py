"""The demo's stock: what is wrong in it is found, listed, and in the workbooks."""

import csv
import io
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant, open_session, real_now_us
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.fleet.choices import VehicleKind
from civicwatt_cloud.modules.fleet.demo import stock as demo_stock
from civicwatt_cloud.modules.fleet.entities import VEHICLE
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.module import MODULE
from civicwatt_cloud.modules.fleet.positions import happenings
from civicwatt_cloud.modules.fleet.positions.guarded import Known
from civicwatt_cloud.modules.fleet.positions.happenings import Happening
from civicwatt_cloud.modules.fleet.positions.models import VehicleEventKind

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOW_US = 1_795_233_600_000_000  # 2026-11-21 12:00 in Shanghai
ALL = {
    "over_quota": 1,
    "above_standard": 2,  # price and displacement of one
    "unmarked": 1,
    "off_point": 1,
    "no_order": 1,
    "over_cost": 1,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cloud(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> AsyncIterator[Any]:
    """The application over the demo's stock, and what somebody asks of it; made once for this file."""
    folder = tmp_path_factory.mktemp("stock")
    settings = Settings(data_dir=folder, mqtt_host=None, clock=f"{NOW_US}/1e-09/0.0")
    shutil.copy(sqlite_template, settings.database_path)
    app = create_app(settings, modules=(MODULE,))
    async with app.router.lifespan_context(app):
        tokens = {}
        with app.state.database.session() as session:
            _fill(Context(session, PLATFORM, app.state.zone, NOW_US))
            for name, role, place in (
                ("manager", Role.FLEET_MANAGER, {"region_code": "429900"}),
                ("clerk", Role.FLEET_CLERK, {"institution_id": 2}),
                ("finance", Role.FINANCE, {"region_code": "429900"}),
                ("staff", Role.STAFF, {"region_code": "429900"}),
            ):
                account = Account(username=name, display_name=name, created_us=0)
                session.add(account)
                session.flush()
                session.add(Grant(account_id=account.id, role=role, valid_from=FOR_EVER, **place))
                tokens[name] = open_session(session, account.id, real_now_us())
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://cloud") as client:

            async def ask(who: str, method: str, path: str, status: int = 200, **more: Any) -> Any:
                headers = {"cookie": f"civicwatt={tokens[who]}"}
                answer = await client.request(method, f"/api/v1/fleet/{path}", headers=headers, **more)
                assert answer.status_code == status, answer.text
                if answer.headers["content-type"].startswith("text/csv"):
                    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
                return answer.json()

            ask.app = app  # type: ignore[attr-defined]
            yield ask


def _fill(context: Context) -> None:
    """Three institutions, 36 vehicles, and one that was driven while sealed."""
    session = context.session
    session.add(Region(code="429900", name="荆襄市"))
    session.flush()
    facts = {"kind": "government", "level": "city", "region_code": "429900"}
    city = [Institution(id=n, code=f"U{n}", name=f"单位{n}", **facts) for n in (1, 2, 3)]
    session.add_all(city)
    session.flush()
    kinds = [one for one in VehicleKind if one is not VehicleKind.SPECIAL]
    for number in range(36):
        said = {"plate": f"鄂F{number:05}", "kind": kinds[number % len(kinds)], "state": "in_use"}
        registry.add(context, VEHICLE, number % 3 + 1, said)
    demo_stock.fill(context, city)
    car = session.scalars(select(Vehicle).where(Vehicle.owner_id == 2)).first()
    assert car is not None
    what = Happening(VehicleEventKind.SEALED_USE, NOW_US - 3_600_000_000, True, None, 12_400, "serious")
    happenings.write(context, Known(car.id, 2, "4299/U2/", None, car.state), what)


async def test_the_seeded_findings_surface(cloud: Any) -> None:
    found = await cloud("manager", "GET", "stock-findings", params={"year": 2026})
    assert Counter(one["kind"] for one in found) == ALL
    own = await cloud("clerk", "GET", "stock-findings", params={"year": 2026})
    assert {one["owner_id"] for one in own} == {2}
    await cloud("staff", "GET", "stock-findings", 403, params={"year": 2026})
    plans = await cloud("manager", "GET", "plans", params={"state": "submitted"})
    leaving = await cloud("manager", "GET", "disposals", params={"state": "agreed"})
    assert (plans["total"], leaving["total"]) == (1, 1)


async def test_the_annual_return_adds_up(cloud: Any) -> None:
    asked = {"year": 2026, "format": "csv"}
    titles, *rows, total = await cloud("manager", "GET", "annual-return/export", params=asked)
    assert [row[1] for row in rows] == ["单位1", "单位2", "单位3"]
    assert total[1] == "合计"
    for place, title in enumerate(titles):
        if place > 1 and "每公里" not in title and "百公里" not in title:
            assert sum(float(row[place]) for row in rows) == pytest.approx(float(total[place])), title
    (_, only, own_total) = await cloud("clerk", "GET", "annual-return/export", params=asked)
    assert only[1] == "单位2"
    assert only[2:] == own_total[2:]


async def test_accounts_and_violations_are_workbooks(cloud: Any) -> None:
    titles, *rows = await cloud("manager", "GET", "accounts/export", params={"year": 2026, "format": "csv"})
    assert len(rows) == 36
    dear = [row for row in rows if float(row[titles.index("超定额（元）")] or 0)]
    assert [row[1] for row in dear] == ["鄂F00008"]
    titles, row = await cloud("manager", "GET", "violation-list/export", params={"format": "csv"})
    told = dict(zip(titles, row, strict=True))
    assert (told["里程（km）"], told["程度"], told["逾期"], told["状态"]) == ("12.400", "较重", "", "待说明")


async def test_a_ledger_is_entered_reversed_and_exported(cloud: Any) -> None:
    car = (await cloud("clerk", "GET", "vehicles", params={"q": "鄂F00001"}))["rows"][0]["id"]
    told = {"on_day": "2026-11-20", "supplier": "荆襄石油政务站", "document": "JY-9"}
    said = {**told, "volume": "45.120", "amount": "351.94", "odometer_km": "43210.5"}
    line = await cloud("clerk", "POST", f"vehicles/{car}/fuel", 201, json=said)
    assert (line["volume"], line["amount"], line["is_off_point"]) == ("45.120", "351.94", False)
    future = await cloud("clerk", "POST", f"vehicles/{car}/fuel", 422, json={**said, "on_day": "2026-11-22"})
    assert future["code"] == "CW-M0323"
    paid = {**told, "kind": "repair", "amount": "80.00"}
    cost = await cloud("clerk", "POST", f"vehicles/{car}/costs", 201, json=paid)
    assert cost["is_off_point"]  # the station repairs nothing
    back = f"vehicles/{car}/costs/{cost['id']}/reverse"
    assert (await cloud("clerk", "POST", back, 201, json={"document": "错"}))["amount"] == "-80.00"
    assert (await cloud("clerk", "POST", back, 422, json={"document": "错"}))["code"] == "CW-M0324"
    fuel = f"vehicles/{car}/fuel/{line['id']}/reverse"
    assert (await cloud("clerk", "POST", fuel, 201, json={"document": "错"}))["volume"] == "-45.120"
    lines = await cloud("clerk", "GET", f"vehicles/{car}/ledger", params={"year": 2026})
    account = await cloud("clerk", "GET", f"vehicles/{car}/account", params={"year": 2026})
    fuelled = [one for one in lines if one["ledger"] == "fuel"]
    assert account["fuel"] == f"{sum(float(one['volume']) for one in fuelled):.3f}"
    assert account["basis"] == "odometer"
    export = f"vehicles/{car}/ledger/export"
    _, *rows = await cloud("clerk", "GET", export, params={"year": 2026, "format": "csv"})
    assert len(rows) == len(lines)
    stations = await cloud("clerk", "GET", f"vehicles/{car}/fixed-suppliers", params={"kind": "fuel"})
    assert [one["name"] for one in stations] == ["荆襄石油政务站"]
    other = (await cloud("manager", "GET", "vehicles", params={"q": "鄂F00000"}))["rows"][0]["id"]
    await cloud("clerk", "POST", f"vehicles/{other}/fuel", 404, json=said)


async def test_s25_sensitive_vehicles_are_in_no_list_of_who_does_not_keep_them(cloud: Any) -> None:
    """The car above its standard is 敏感, one more is 不联网."""
    with cloud.app.state.database.session() as session:
        cars = session.scalars(select(Vehicle).order_by(Vehicle.id)).all()
        cars[1].sensitivity, cars[7].sensitivity = "sensitive", "offline"
    asked = {"year": 2026, "format": "csv"}
    paths = ("stock-findings", "accounts/export", "violation-list/export", "annual-return/export")
    told = {path: str(await cloud("finance", "GET", path, params=asked)) for path in paths[:2]}
    assert not any(cars[1].plate in text or cars[7].plate in text for text in told.values())
    await cloud("finance", "GET", f"vehicles/{cars[1].id}/account", 404, params={"year": 2026})
    kept = {path: str(await cloud("manager", "GET", path, params=asked)) for path in paths}
    assert cars[1].plate in kept["stock-findings"]
    assert cars[1].plate in kept["accounts/export"]
    assert cars[7].plate not in kept["accounts/export"]
    with cloud.app.state.database.session() as session:
        looked = session.scalars(select(Audit.who).where(Audit.what == "sensitive_read")).all()
    assert set(looked) == {"account/manager"}
