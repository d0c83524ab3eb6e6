"""An installation with four organisations, and a browser for each of six roles in each of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cloud.conformance.samples import ENTITIES, NOW_US, record
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings

ORGANISATIONS = {1: "429901", 2: "429901", 3: "429902", 4: "439901"}  # two of a county, one beside, one far
SIX = (
    Role.ORGANISATION_MANAGER,
    Role.HOUSING_MANAGER,
    Role.FLEET_MANAGER,
    Role.LOGISTICS_MANAGER,
    Role.APPROVER,
    Role.STAFF,
)


@dataclass(frozen=True)
class Installation:
    """The application, its clients by role and organisation, and a record of each entity by organisation."""

    app: FastAPI
    clients: dict[tuple[Role, int], AsyncClient]
    anonymous: AsyncClient
    records: dict[tuple[str, int], int]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """Made once for a file of tests; they leave its records as they are."""
    folder: Path = tmp_path_factory.mktemp("conformance")
    settings = Settings(
        data_dir=folder / "data", mqtt_host=None, web_dist=folder / "web", clock=f"{NOW_US}/1e-09/0.0"
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        with app.state.database.session() as session:
            records = _records(session)
            tokens = {(role, owner): _token(session, role, owner) for role in SIX for owner in ORGANISATIONS}
        clients = {key: _client(app, token) for key, token in tokens.items()}
        anonymous = _client(app, None)
        yield Installation(app, clients, anonymous, records)
        for client in (*clients.values(), anonymous):
            await client.aclose()


def _records(session: Any) -> dict[tuple[str, int], int]:
    for code in sorted({"429900", "439900", *ORGANISATIONS.values()}):
        session.add(Region(code=code, name=f"区划{code}"))
    session.flush()
    for owner, region in ORGANISATIONS.items():
        facts = {"kind": "government", "level": "county", "region_code": region}
        session.add(Institution(id=owner, code=f"U{owner}", name=f"单位{owner}", **facts))
    session.flush()
    found, number = {}, 0
    for module, entity in ENTITIES:
        for owner in ORGANISATIONS:
            number += 1
            there = session.info.get("made", {}).get((entity.model.__tablename__, owner))
            found[f"{module.key}/{entity.path}", owner] = there or record(session, entity, owner, number).id
    return found


def _token(session: Any, role: Role, owner: int) -> str:
    account = Account(username=f"{role}-{owner}", display_name=f"{role} {owner}", created_us=0)
    session.add(account)
    session.flush()
    session.add(Grant(account_id=account.id, role=role, institution_id=owner, valid_from=FOR_EVER))
    return identity.open_session(session, account.id, identity.real_now_us())


def _client(app: FastAPI, token: str | None) -> AsyncClient:
    transport = ASGITransport(app, raise_app_exceptions=False)
    cookies = {"civicwatt": token} if token else {}
    return AsyncClient(transport=transport, base_url="http://cloud", cookies=cookies)
