"""M02: what the module's own routes answer over the demo's rooms."""

import csv
import io
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.files.store import Store
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant, open_session, real_now_us
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.housing import demo


@pytest.fixture
async def cloud(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Any]:
    """The application with the demo's rooms, and a client for each of some people."""
    settings = Settings(data_dir=tmp_path, mqtt_host=None)
    shutil.copy(sqlite_template, settings.database_path)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        tokens = {}
        with app.state.database.session() as session:
            session.add_all([Region(code="429900", name="荆襄市"), Region(code="429901", name="东县")])
            session.flush()
            places = (("city", "429900"), ("city", "429900"), ("county", "429901"))
            city = [
                Institution(code=f"U{n}", name=f"单位{n}", kind="government", level=level, region_code=region)
                for n, (level, region) in enumerate(places)
            ]
            session.add_all(city)
            session.flush()
            context = Context(session, PLATFORM, app.state.zone, app.state.clock.now_us())
            demo.fill(context, city, Store(tmp_path / "files"))
            for name, role, region in (
                ("manager", Role.HOUSING_MANAGER, "429900"),
                ("county", Role.HOUSING_MANAGER, "429901"),
                ("driver", Role.DRIVER, "429900"),
            ):
                account = Account(username=name, display_name=name, created_us=0)
                session.add(account)
                session.flush()
                session.add(Grant(account_id=account.id, role=role, region_code=region, valid_from=FOR_EVER))
                tokens[name] = open_session(session, account.id, real_now_us())
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://cloud") as client:

            async def get(who: str, path: str, status: int = 200, **params: Any) -> Any:
                headers = {"cookie": f"civicwatt={tokens[who]}"} if who else {}
                answer = await client.get(f"/api/v1/housing/{path}", params=params, headers=headers)
                assert answer.status_code == status, answer.text
                is_json = answer.headers["content-type"].endswith("json")
                return answer.json() if is_json else answer.content.decode(errors="replace")

            yield get


async def test_the_demo_is_surfaced_by_the_indicators(cloud: Any) -> None:
    over = await cloud("manager", "over-standard")
    assert [(one["over"], one["percent"], one["state"]) for one in over["people"]] == [
        ("11.00", "122.22", "在职"),
        ("9.00", None, "退休"),
    ]
    assert over["basis"]["counted"] == 19
    vacancy = await cloud("manager", "vacancy")
    assert (len(vacancy["idle"]), vacancy["idle_area"], vacancy["heads"]) == (3, "360.00", 18)
    assert vacancy["idle"][0]["place"] == "单位0院 办公楼 1层 120"
    titles = await cloud("manager", "title-rate")
    assert (titles["rate"], titles["basis"]["missing"]) == (None, 3)
    tasks = await cloud("manager", "vacate-tasks", state="open")
    assert tasks["total"] == 1
    month = over["as_of"][:7]
    (risk,) = await cloud("manager", "risks", month=month)
    assert "须临近政务大厅" in risk["reason"]
    assert await cloud("county", "risks", month=month) == []


async def test_the_lists_are_exported(cloud: Any) -> None:
    over = await cloud("manager", "over-standard/export", format="csv")
    first, second = list(csv.reader(io.StringIO(over.removeprefix("\ufeff"))))[1:]
    assert (first[4], first[7], first[8]) == ("104", "11.00", "122.22")
    assert (second[3], second[7], second[9]) == ("退休", "9.00", "kept")
    idle = await cloud("manager", "vacancy/export", format="csv")
    assert idle.count("120.00") == 3
    assert (await cloud("manager", "vacancy/export"))[:2] == "PK"
    assert (await cloud("county", "vacancy/export", format="csv")).count("120.00") == 1


async def test_the_annual_return_is_made_of_institutions_and_of_buildings(cloud: Any) -> None:
    year = (await cloud("manager", "over-standard"))["as_of"][:4]
    users = await cloud("manager", "return/users/export", format="csv", year=year)
    titles, *lines, total = csv.reader(io.StringIO(users.removeprefix("\ufeff")))
    first = dict(zip(titles, lines[0], strict=True))
    assert (first["单位名称"], first["办公室（m²）"]) == ("单位0", "218.00")
    assert first["核定办公室（m²）"] == "87.00"
    assert (len(lines), total[1]) == (3, "合计")
    assert int(total[5]) == sum(int(one[5]) for one in lines)
    managed = await cloud("manager", "return/manager/export", format="csv", year=year)
    titles, *lines = csv.reader(io.StringIO(managed.removeprefix("\ufeff")))
    first = dict(zip(titles, lines[0], strict=True))
    assert (first["院落名称"], first["建筑物名称"], first["房间数"]) == ("单位0院", "办公楼", "6")
    assert (first["在用（m²）"], first["空置（m²）"]) == ("158.00", "120.00")
    county = await cloud("county", "return/manager/export", format="csv", year=year)
    assert len(county.splitlines()) == 2
    await cloud("driver", "return/users/export", status=403, year=year)


async def test_a_unit_is_checked_and_pays_rent(cloud: Any) -> None:
    check = await cloud("manager", "unit-check", institution_id=1, diners=250)
    assert check["attached"] == "760.00"
    offices = check["kinds"][0]
    assert (offices["kind"], offices["used"], offices["approved"]) == ("office", "218.00", "87.00")
    assert offices["over"] == "131.00"
    (first, *_) = await cloud("manager", "rent", months=12)
    assert (first["area"], first["rent"]) == ("278.00", "100080.00")


async def test_a_plan_shows_rooms_people_and_who_is_over(cloud: Any) -> None:
    plan = await cloud("manager", "floors/1/plan")
    rooms = {one["number"]: one for one in plan["rooms"]}
    assert plan["picture"] is not None
    assert rooms["101"]["corners"] == [[0.01, 0.02], [0.24, 0.02], [0.24, 0.42], [0.01, 0.42]]
    assert [number for number, one in rooms.items() if one["is_over"]] == ["104"]
    assert len(rooms["103"]["people"]) == 4
    (found,) = rooms["104"]["over"]
    assert (found["over"], found["limit"], rooms["104"]["owner"]) == ("11.00", "9.00", "单位0")
    assert (plan["yard"], plan["building"], plan["can_draw"]) == ("单位0院", "办公楼", True)
    await cloud("county", "floors/1/plan", status=404)


async def test_the_book_of_a_yard_counts_the_rooms_of_its_floors(cloud: Any) -> None:
    (building,) = (await cloud("manager", "yards/1/book"))["buildings"]
    (floor,) = building["floors"]
    assert (building["name"], building["storeys"], floor["name"]) == ("办公楼", 6, "1层")
    assert (floor["rooms"], floor["idle"], floor["use_area"]) == (6, 1, "278.00")
    assert floor["has_picture"]
    await cloud("county", "yards/1/book", status=404)


async def test_who_may_ask_and_for_whom(cloud: Any) -> None:
    for path, params in (
        ("over-standard", {}),
        ("vacancy", {}),
        ("over-standard/export", {}),
        ("vacancy/export", {}),
        ("title-rate", {}),
        ("unit-check", {"institution_id": 1}),
        ("rent", {"months": 1}),
        ("risks", {"month": "2026-07"}),
        ("floors/1/plan", {}),
        ("yards/1/book", {}),
        ("leases-in/1/idle-rooms", {}),
    ):
        await cloud("", path, status=401, **params)
        await cloud("driver", path, status=403, **params)
        await cloud("manager", path, **params)
    await cloud("county", "unit-check", status=404, institution_id=1)
    await cloud("county", "leases-in/1/idle-rooms", status=404)
    assert (await cloud("county", "vacancy"))["idle_area"] == "120.00"
    await cloud("manager", "risks", status=422, month="2026-13")


async def test_the_indicators_of_the_kernel_agree(cloud: Any) -> None:
    figures = await cloud("manager", "../indicators", period="2026")
    values = {one["key"]: one["value"] for one in figures if one["key"].startswith("housing.")}
    assert set(values) == {
        "housing.over_rate",
        "housing.vacancy_rate",
        "housing.area_per_head",
        "housing.title_rate",
        "housing.rent",
    }
    assert values["housing.over_rate"] == "10.53"  # 2 of 19
    assert values["housing.title_rate"] is None
    assert values["housing.vacancy_rate"] == (await cloud("manager", "vacancy"))["rate"]
    assert values["housing.area_per_head"] == (await cloud("manager", "vacancy"))["per_head"]
