"""The application on fresh databases, without a broker, before anybody has signed in."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.kit.signin import FIRST_ROLES

STRONG = "Yu-Lan-2026"


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of the pages, as small as can be."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>CivicWatt</title>")
    (folder / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "assets" / "app-1a2b.js").write_text("console.log('" + "x" * 4000 + "')")
    return folder


@pytest.fixture(scope="session")
def built(web: Path) -> FastAPI:
    """The application: its routes take seconds to make, its databases none."""
    return create_app(Settings(mqtt_host=None, web_dist=web))


@pytest.fixture
async def app(built: FastAPI, tmp_path: Path, web: Path, sqlite_template: Path) -> AsyncIterator[FastAPI]:
    """It on a fresh database; routes that a test adds are gone after it."""
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data/civicwatt.sqlite")
    built.state.settings = Settings(data_dir=tmp_path / "data", mqtt_host=None, web_dist=web)
    routes = list(built.router.routes)
    async with built.router.lifespan_context(built):
        yield built
    built.router.routes[:] = routes


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://cloud") as opened:
        yield opened


@pytest.fixture
def setup_code(app: FastAPI) -> str:
    with app.state.database.session() as session:
        code = identity.ensure_setup_code(session)
    assert code
    return code


@pytest.fixture
async def accounts(client: AsyncClient, setup_code: str) -> dict[Role, dict[str, str]]:
    """Set up; the credentials of each role."""
    await client.post("/api/v1/session", json={"code": setup_code})
    made = [
        {"username": f"user-{role[:4]}", "display_name": role, "role": role, "password": STRONG}
        for role in sorted(FIRST_ROLES)
    ]
    response = await client.post("/api/v1/setup", json={"accounts": made})
    assert response.status_code == 204, response.text
    client.cookies.clear()
    return {Role(one["role"]): {"username": one["username"], "password": STRONG} for one in made}
