"""The application on PostgreSQL: set up, signed in, read, refused; the rest of its tests run on SQLite."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit.identity import Role
from civicwatt_cloud.kit.settings import Settings


@pytest.fixture
async def app(tmp_path: Path, web: Path, postgresql_url: str) -> AsyncIterator[FastAPI]:
    settings = Settings(data_dir=tmp_path / "data", database_url=postgresql_url, mqtt_host=None, web_dist=web)
    made = create_app(settings)
    async with made.router.lifespan_context(made):
        yield made


async def test_accounts_are_named_sign_in_and_see_their_part(
    client: AsyncClient, accounts: dict[Role, dict[str, str]]
) -> None:
    manager = (await client.post("/api/v1/session", json=accounts[Role.ENERGY_MANAGER])).json()
    assert manager["role"] == Role.ENERGY_MANAGER
    for path in ("overview", "live", "health", "gateways"):
        answer = await client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.text
    assert (await client.delete("/api/v1/session")).status_code == 204
    assert (await client.get("/api/v1/session")).status_code == 401


async def test_a_text_that_the_database_does_not_take_is_the_callers_fault(
    client: AsyncClient, accounts: dict[Role, dict[str, str]]
) -> None:
    wrong = {"username": "li\0", "password": "x"}
    answer = await client.post("/api/v1/session", json=wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "CW-A1008")
