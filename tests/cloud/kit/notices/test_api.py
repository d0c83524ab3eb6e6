"""One's own notices over HTTP: listed, read, preferred; nobody sees another's; told while the cloud runs."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cloud.kit.notices.conftest import tell
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.energy_events import METER_SILENT
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant
from civicwatt_cloud.kit.notices.models import Channel
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.org.module import MODULE

FACTS = {"owner_id": 1, "name": "总表", "point_ids": [], "reason_zh": "", "reason_en": ""}
WAIT_S = 60  # of a busy machine


@pytest.fixture
async def app(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[FastAPI]:
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data/civicwatt.sqlite")
    (tmp_path / "channels.toml").write_text(
        '[email]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\nsender = "a@b"\n'
    )
    settings = Settings(
        data_dir=tmp_path / "data", mqtt_host=None, web_dist=tmp_path, channels=tmp_path / "channels.toml"
    )
    made = create_app(settings, modules=(MODULE,))
    async with made.router.lifespan_context(made):
        yield made


def client_of(app: FastAPI, name: str, role: Role) -> AsyncClient:
    with app.state.database.session() as session:
        if session.get(Region, "429900") is None:
            session.add(Region(code="429900", name="荆襄市"))
            session.flush()
            facts = {"kind": "other", "level": "city", "region_code": "429900"}
            session.add(Institution(id=1, code="U1", name="单位1", **facts))
            session.flush()
        account = Account(username=name, display_name=name, created_us=0)
        session.add(account)
        session.flush()
        session.add(Grant(account_id=account.id, role=role, region_code="429900", valid_from=FOR_EVER))
        token = identity.open_session(session, account.id, identity.real_now_us())
    transport = ASGITransport(app, raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://cloud/api/v1", cookies={"civicwatt": token})


async def heard(client: AsyncClient, count: int) -> dict[str, object]:
    """What is listed, once the background has said so much."""
    async with asyncio.timeout(WAIT_S):
        while True:
            found = (await client.get("/notices")).json()
            if found["unread"] == count:
                return found
            await asyncio.sleep(0.05)


async def test_k9_notices_are_ones_own_from_the_event_to_the_last_one_read(app: FastAPI) -> None:
    manager, other = (client_of(app, role, role) for role in (Role.ENERGY_MANAGER, Role.SUPERVISOR))
    async with manager, other:
        silent = ({**FACTS, "subject": f"point/{n}", "since_us": 5} for n in range(52))
        tell(app.state.database, *silent, name=METER_SILENT)
        found = await heard(manager, 52)
        rows = found["rows"]
        assert (len(rows), found["has_more"]) == (50, True)
        assert rows[0]["subject"] == "institutions/1"
        assert not rows[0]["is_read"]
        older = (await manager.get("/notices", params={"before": rows[-1]["id"]})).json()
        assert (len(older["rows"]), older["has_more"]) == (2, False)
        assert (await other.get("/notices")).json() == {"unread": 0, "has_more": False, "rows": []}
        await other.post("/notices/read", json={"upto": 1000})  # touches nobody else's
        assert (await manager.post("/notices/read", json={"id": rows[0]["id"]})).json() == {"unread": 51}
        only = (await manager.get("/notices", params={"only_unread": True})).json()["rows"]
        assert [row["id"] for row in only] == [row["id"] for row in rows[1:]] + [older["rows"][0]["id"]]
        inbox = (await manager.get("/inbox")).json()
        assert (inbox["unread"], len(inbox["notices"]), inbox["owed"]) == (51, 51, [])
        assert (await manager.post("/notices/read", json={"upto": rows[0]["id"]})).json() == {"unread": 0}


async def test_k9_preferences_are_kept_and_an_address_must_be_one(app: FastAPI) -> None:
    client = client_of(app, "a", Role.STAFF)
    async with client:
        stands = (await client.get("/notices/preferences")).json()
        assert (stands["mail"], stands["sends_mail"], stands["email"]) == ("off", True, None)
        wanted = {"mail": "daily", "email": "li@jgsw.example.cn", "daily_hour": 9, "quiet_from": 20}
        said = await client.put("/notices/preferences", json=wanted)
        assert said.status_code == 200, said.text
        assert (await client.get("/notices/preferences")).json() == stands | wanted
        for bad in (
            "",
            "li",
            "li@",
            "a b@c.cn",
            "a@c.cn\r\nBcc: x@y.cn",
            "a@c.cn, x@y.cn",
            "<a@c.cn>",
            "a@-c.cn",
        ):
            refused = await client.put("/notices/preferences", json=wanted | {"email": bad})
            assert (refused.status_code, refused.json()["code"]) == (422, "CW-K1611"), bad
        for bad_hour in (24, -1):
            refused = await client.put("/notices/preferences", json=wanted | {"quiet_to": bad_hour})
            assert refused.status_code == 422
        with app.state.database.reading() as session:
            assert session.scalars(select(Channel.key)).one().startswith("mail/")


async def test_s07_nobody_hears_without_signing_in(app: FastAPI) -> None:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://cloud/api/v1") as client:
        for method, path in (
            ("GET", ""),
            ("POST", "/read"),
            ("GET", "/preferences"),
            ("PUT", "/preferences"),
        ):
            answer = await client.request(method, f"/notices{path}", json={} if method != "GET" else None)
            assert answer.status_code == 401
