"""S01, S05, S06, S08: the first visit, cookies, and what a session may do."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import delete, select, update

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.identity import Account, Grant, OpenSession
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.signin import FIRST_ROLES

SESSION = "/api/v1/session"


async def test_the_first_visit_leads_through_setup_to_a_password_sign_in(
    client: AsyncClient, setup_code: str
) -> None:
    assert (await client.get(SESSION)).status_code == 401
    opened = await client.post(SESSION, json={"code": setup_code})
    assert opened.json() == {
        "username": "",
        "display_name": "",
        "roles": [],
        "setup": True,
        "has_second_factor": False,
        "duty": None,
        "region": None,
        "demo": False,
    }
    assert (await client.get("/api/v1/overview")).status_code == 403
    accounts = [
        {"username": f"user-{role[:4]}", "display_name": "", "role": role, "password": "Yu-Lan-2026"}
        for role in sorted(FIRST_ROLES)
    ]
    refused = await client.post("/api/v1/setup", json={"accounts": accounts[:3]})
    assert (refused.status_code, refused.json()["code"]) == (422, "CW-A1012")
    assert (await client.post("/api/v1/setup", json={"accounts": accounts})).status_code == 204
    assert (await client.get(SESSION)).status_code == 401
    signed_in = await client.post(SESSION, json={"username": "USER-ener", "password": "Yu-Lan-2026"})
    assert [one["key"] for one in signed_in.json()["roles"]] == ["energy_manager"]
    assert signed_in.json()["region"] == {"code": "000000", "name": "全部地区"}
    assert (await client.get("/api/v1/overview")).status_code == 200
    assert (await client.delete(SESSION)).status_code == 204
    assert (await client.get(SESSION)).status_code == 401


async def test_s01_a_code_used_twice_is_refused(client: AsyncClient, setup_code: str) -> None:
    assert (await client.post(SESSION, json={"code": setup_code})).status_code == 200
    again = await client.post(SESSION, json={"code": setup_code})
    assert (again.status_code, again.json()["code"]) == (401, "CW-A1002")


async def test_s05_the_cookie_is_http_only_strict_and_secure_over_https(
    app: FastAPI, setup_code: str
) -> None:
    async with AsyncClient(transport=ASGITransport(app), base_url="https://cloud") as client:
        response = await client.post(SESSION, json={"code": setup_code})
        cookie = response.headers["set-cookie"]
        assert cookie.startswith("__Host-civicwatt=")
        assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert "strict-transport-security" in response.headers
        assert (await client.get(SESSION)).status_code == 200


async def test_s05_signing_in_again_ends_the_former_session(
    client: AsyncClient, accounts: dict[Role, dict[str, str]]
) -> None:
    await client.post(SESSION, json=accounts[Role.ENERGY_MANAGER])
    former = client.cookies["civicwatt"]
    await client.post(SESSION, json=accounts[Role.AUDIT_ADMIN])
    assert client.cookies["civicwatt"] != former
    client.cookies.set("civicwatt", former, domain="cloud.local")
    assert (await client.get(SESSION)).status_code == 401


async def test_s05_a_removed_account_is_out_at_its_next_call(
    app: FastAPI, client: AsyncClient, accounts: dict[Role, dict[str, str]]
) -> None:
    await client.post(SESSION, json=accounts[Role.ENERGY_MANAGER])
    with app.state.database.session() as session:
        session.execute(delete(OpenSession))
        gone = session.scalars(select(Grant.account_id).where(Grant.role == Role.ENERGY_MANAGER)).all()
        session.execute(delete(Grant).where(Grant.account_id.in_(gone)))
        session.execute(delete(Account).where(Account.id.in_(gone)))
    assert (await client.get("/api/v1/overview")).status_code == 401


@pytest.mark.parametrize(("path", "is_use"), [("/api/v1/overview", True), ("/api/v1/live", False)])
async def test_s03_a_page_that_refreshes_itself_does_not_keep_a_session_open(
    app: FastAPI, client: AsyncClient, accounts: dict[Role, dict[str, str]], path: str, is_use: bool
) -> None:
    await client.post(SESSION, json=accounts[Role.ENERGY_MANAGER])
    earlier = identity.real_now_us() - timedelta(minutes=20) // timedelta(microseconds=1)
    with app.state.database.session() as session:
        session.execute(update(OpenSession).values(seen_us=earlier))
    assert (await client.get(path)).status_code == 200
    with app.state.database.reading() as session:
        assert (session.query(OpenSession).one().seen_us > earlier) is is_use


async def test_s03_the_lock_tells_when_to_try_again(client: AsyncClient) -> None:
    answers = [await client.post(SESSION, json={"username": "x", "password": "y"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "600"


async def test_s08_fields_that_nobody_asked_for_are_refused(client: AsyncClient, setup_code: str) -> None:
    response = await client.post(SESSION, json={"code": setup_code, "role": "energy_manager"})
    assert (response.status_code, response.json()["code"]) == (422, "CW-A1008")
    assert setup_code not in response.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"origin": "http://cloud"}, 401),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://cloud"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://cloud", "sec-fetch-site": "same-origin"}, 401),
    ],
)
async def test_a_write_from_another_origin_is_refused(
    client: AsyncClient, headers: dict[str, str], status: int
) -> None:
    response = await client.post(SESSION, json={"code": "0000-0000-0000"}, headers=headers)
    assert response.status_code == status
