"""S06, S07: every route declares what it requires; each role gets only its own; foreign rows do not exist."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import AsyncClient
from sqlalchemy import select, update

from civicwatt_cloud.kit.access import Requires, public
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.directory_import import import_directory
from civicwatt_cloud.kit.identity import Grant
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.signin import FIRST_ROLES
from civicwatt_cloud.modules.fleet.positions.forwarded import forwarder
from civicwatt_cloud.modules.gateways.signed import renewing_gateway, signed_gateway
from civicwatt_cloud.operations.metrics import metrics_reader
from civicwatt_cloud.timeseries.points import Gateway, Point

ENERGY = (
    "overview",
    "live",
    "institutions/{foreign}",
    "institutions/{foreign}/load?from=2026-01-01&to=2026-01-02",
    "institutions/{foreign}/figures/electricity",
    "points/{point}/readings?date=2026-01-01",
    "curves?from=2026-01-01&to=2026-01-02&point={point}",
    "reports/consumption?from=2026-01-01&to=2026-02-01&institution={foreign}",
    "comparisons/consumption?institution={foreign}",
    "rankings?figure=electricity",
    "gateways",
    "replacements",
)
OTHERS = (public, signed_gateway, renewing_gateway, metrics_reader, forwarder)


def routes(app: FastAPI) -> Iterator[APIRoute]:
    for route in app.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            assert route.path == "/assets"  # files of the build, for everybody


def declared(route: APIRoute) -> bool:
    waiting = list(route.dependant.dependencies)
    while waiting:
        one = waiting.pop()
        if isinstance(one.call, Requires) or one.call in OTHERS:
            return True
        waiting += one.dependencies
    return False


def test_every_route_declares_its_permission(app: FastAPI) -> None:
    found = list(routes(app))
    paths = {route.path for route in found}
    assert {"/api/v1/overview", "/api/v1/session", "/api/v1/health", "/healthz", "/{path:path}"} <= paths
    assert [route.path for route in found if not declared(route)] == []


def test_a_route_without_a_declaration_would_be_found(app: FastAPI) -> None:
    app.add_api_route("/api/v1/forgotten", lambda: None)
    assert [route.path for route in routes(app) if not declared(route)] == ["/api/v1/forgotten"]


@pytest.fixture
def foreign(app: FastAPI, tmp_path: Path) -> dict[str, int]:
    """An institution of another region with a bound counter."""
    path = tmp_path / "名录.csv"
    path.write_text(
        "单位编码,单位名称,单位类型,层级,区划代码,楼栋编码,楼栋名称,建筑面积,面积起始,面积依据,用能人数,人数起始,人数依据\n"
        "A,甲局,党政机关,市级,429900,A-1,主楼,1,2020-01-01,,1,2020-01-01,\n"
        "C,邻市丙校,教育,市级,429800,C-1,教学楼,1,2020-01-01,,1,2020-01-01,\n"
    )
    with app.state.database.session() as session:
        import_directory(session, path)
        session.add(Gateway(id="g", online=False))
        session.flush()
        point = Point(
            gateway="g",
            device="C-L",
            measure="import_active_energy",
            template="acrel/adw300",
            is_counter=True,
            is_consumption=True,
            title="丙照明",
            building_id=session.scalar(select(Building.id).where(Building.code == "C-1")),
            end_use="lighting",
            carrier="electricity",
            bound_from_us=0,
        )
        session.add(point)
        session.flush()
        ids = dict(session.execute(select(Institution.code, Institution.id)).all())
        return {"foreign": ids["C"], "own": ids["A"], "point": point.id}


@pytest.mark.parametrize("role", [None, *sorted(FIRST_ROLES)], ids=str)
async def test_who_may_read_what(
    app: FastAPI,
    client: AsyncClient,
    accounts: dict[Role, dict[str, str]],
    foreign: dict[str, int],
    role: Role | None,
) -> None:
    if role:
        await client.post("/api/v1/session", json=accounts[role])
        with app.state.database.session() as session:
            session.execute(
                update(Grant).where(Grant.role == Role.ENERGY_MANAGER).values(region_code="429900")
            )
    answers = {path: await client.get("/api/v1/" + path.format(**foreign)) for path in (*ENERGY, "health")}
    assert "邻市" not in "".join(answer.text for answer in answers.values())
    statuses = {path: answer.status_code for path, answer in answers.items()}
    if role is None:
        expected = dict.fromkeys(ENERGY, 401) | {"health": 401}
    elif role is not Role.ENERGY_MANAGER:
        expected = dict.fromkeys(ENERGY, 403) | {"health": 200}
    else:
        expected = {path: 404 if "{" in path else 200 for path in (*ENERGY, "health")}
    assert statuses == expected


async def test_an_energy_manager_without_a_region_sees_nothing(
    app: FastAPI, client: AsyncClient, accounts: dict[Role, dict[str, str]], foreign: dict[str, int]
) -> None:
    await client.post("/api/v1/session", json=accounts[Role.ENERGY_MANAGER])
    assert (await client.get(f"/api/v1/institutions/{foreign['own']}")).status_code == 200
    with app.state.database.session() as session:
        session.execute(update(Grant).values(region_code=None))
    assert (await client.get(f"/api/v1/institutions/{foreign['own']}")).status_code == 404
    assert (await client.get("/api/v1/overview")).json()["institutions"] == []


@pytest.mark.parametrize(
    ("role", "status"),
    [(None, 401), *((role, 404 if role is Role.ENERGY_MANAGER else 403) for role in sorted(FIRST_ROLES))],
    ids=str,
)
async def test_only_the_energy_manager_enters_replacements_and_none_of_another_region(
    app: FastAPI,
    client: AsyncClient,
    accounts: dict[Role, dict[str, str]],
    foreign: dict[str, int],
    role: Role | None,
    status: int,
) -> None:
    if role:
        await client.post("/api/v1/session", json=accounts[role])
        with app.state.database.session() as session:
            session.execute(
                update(Grant).where(Grant.role == Role.ENERGY_MANAGER).values(region_code="429900")
            )
    form = {"point_id": foreign["point"], "old_final": "1", "new_initial": "0"}
    assert (await client.post("/api/v1/replacements", json=form)).status_code == status
