"""S02, S04–S06: accounts under three administrators, their passwords, second factors and sessions."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select, update

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.identity import Account
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.signin import FIRST_ROLES

API = "/api/v1"
GOOD = "Bai-Lan-2027"
Accounts = dict[Role, dict[str, str]]
As = Callable[[Role], Awaitable[AsyncClient]]


@pytest.fixture
def signed_in(client: AsyncClient, accounts: Accounts) -> As:
    """The client, signed in as the account of a role."""

    async def sign_in(role: Role) -> AsyncClient:
        response = await client.post(f"{API}/session", json=accounts[role])
        assert response.status_code == 200, response.text
        return client

    return sign_in


@pytest.fixture
def city(app: FastAPI) -> int:
    """An institution of a city; its id."""
    with app.state.database.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.flush()
        facts = {"name": "荆襄市财政局", "kind": "government", "level": "city", "region_code": "429900"}
        row = Institution(code="JX01", **facts)
        session.add(row)
        session.flush()
        return row.id


async def made(signed_in: As, username: str = "li.na") -> int:
    """A new account with a password; its id."""
    client = await signed_in(Role.SYSTEM_ADMIN)
    invited = await client.post(f"{API}/accounts", json={"username": username, "display_name": "李娜"})
    assert invited.status_code == 201, invited.text
    said = {"code": invited.json()["code"], "password": GOOD}
    assert (await client.post(f"{API}/invitation", json=said)).status_code == 204
    assert (await client.post(f"{API}/invitation", json=said)).json()["code"] == "CW-A1002"
    return int(invited.json()["account_id"])


async def granted(client: AsyncClient, **said: object) -> tuple[int, str]:
    response = await client.post(f"{API}/grants", json=said)
    return response.status_code, response.json().get("code", "")


def ids(app: FastAPI) -> dict[str, int]:
    with app.state.database.reading() as session:
        return dict(session.execute(select(Account.username, Account.id)).all())


async def test_s06_who_is_invited_sees_nothing_until_the_security_administrator_grants_a_role(
    app: FastAPI, signed_in: As, city: int
) -> None:
    account = await made(signed_in)
    client = await signed_in(Role.SECURITY_ADMIN)
    mine = {"username": "LI.NA", "password": GOOD}
    fresh = (await client.post(f"{API}/session", json=mine)).json()
    assert (fresh["roles"], fresh["setup"], fresh["display_name"]) == ([], False, "李娜")
    assert (await client.get(f"{API}/overview")).status_code == 403
    client = await signed_in(Role.SECURITY_ADMIN)
    said = {"account_id": account, "role": "energy_manager", "institution_id": city}
    grant = await client.post(f"{API}/grants", json=said)
    assert (grant.status_code, grant.json()["node"]) == (201, "荆襄市财政局")
    await client.post(f"{API}/session", json=mine)
    assert (await client.get(f"{API}/institutions/{city}")).status_code == 200
    client = await signed_in(Role.SECURITY_ADMIN)
    assert (await client.delete(f"{API}/grants/{grant.json()['id']}")).status_code == 204
    assert (await client.delete(f"{API}/grants/{grant.json()['id']}")).status_code == 404
    await client.post(f"{API}/session", json=mine)
    assert (await client.get(f"{API}/institutions/{city}")).status_code == 403
    client = await signed_in(Role.AUDIT_ADMIN)
    deeds = (await client.get(f"{API}/audit?subject=account/li.na&limit=2")).json()
    assert deeds["total"] == 4
    assert [one["what"] for one in deeds["rows"]] == ["grant_ended", "role_granted"]
    rest = (await client.get(f"{API}/audit?subject=account/li.na&offset=2")).json()["rows"]
    assert [(one["what"], one["who"]) for one in rest] == [
        ("password_set", "account/li.na"),
        ("account_created", "account/user-syst"),
    ]
    granted_ = (await client.get(f"{API}/audit/grants/export?format=csv")).content.decode("utf-8-sig")
    (line,) = [one for one in granted_.splitlines() if one.startswith("li.na,")]
    assert line.startswith("li.na,李娜,正常,能源管理员,荆襄市财政局,")
    assert line.endswith(",已结束,")
    verdict = (await client.get(f"{API}/audit/verdict")).json()
    assert verdict == {"is_whole": True, "rows": 4, "anchors": 0, "first_bad_row": None, "reason": None}


ROUTES = {
    "GET accounts": {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN},
    "POST accounts": {Role.SYSTEM_ADMIN},
    "PATCH accounts/999": {Role.SYSTEM_ADMIN},
    "POST accounts/999/invitation": {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN},
    "POST accounts/999/certificates": {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN},
    "DELETE certificates/999": {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN},
    "POST grants": {Role.SECURITY_ADMIN},
    "DELETE grants/999": {Role.SECURITY_ADMIN},
    "GET audit": {Role.AUDIT_ADMIN},
    "GET audit/verdict": {Role.AUDIT_ADMIN},
    "GET audit/grants/export": {Role.AUDIT_ADMIN},
    "GET sessions": set(FIRST_ROLES),
}


async def test_s06_each_administrator_does_one_part_only(signed_in: As, client: AsyncClient) -> None:
    seen = {route: set() for route in ROUTES}
    for role in sorted(FIRST_ROLES):
        await signed_in(role)
        for route in ROUTES:
            method, path = route.split()
            answer = await client.request(method, f"{API}/{path}", json={} if method == "POST" else None)
            if answer.status_code != 403:
                seen[route].add(role)
    assert seen == ROUTES
    client.cookies.clear()
    for route in ROUTES:
        method, path = route.split()
        assert (await client.request(method, f"{API}/{path}")).status_code == 401


async def test_s06_no_account_holds_an_administrators_role_beside_another(
    app: FastAPI, signed_in: As, city: int
) -> None:
    account = await made(signed_in)
    known = ids(app)
    client = await signed_in(Role.SECURITY_ADMIN)
    place = {"region_code": "429900"}
    assert await granted(client, account_id=account, role="staff", **place) == (201, "")
    assert await granted(client, account_id=account, role="staff", **place) == (409, "CW-K1305")
    for role in ("system_admin", "security_admin", "audit_admin"):
        assert await granted(client, account_id=account, role=role) == (409, "CW-K1301")
    assert await granted(client, account_id=known["user-syst"], role="staff", **place) == (409, "CW-K1301")
    assert await granted(client, account_id=known["user-audi"], role="system_admin") == (409, "CW-K1301")
    assert await granted(client, account_id=known["user-secu"], role="staff", **place) == (409, "CW-K1303")
    assert await granted(client, account_id=account, role="liaison") == (422, "CW-K1307")
    both = {"region_code": "429900", "institution_id": city}
    assert await granted(client, account_id=account, role="liaison", **both) == (422, "CW-K1307")
    assert await granted(client, account_id=account, role="liaison", region_code="110000") == (
        404,
        "CW-A1006",
    )
    assert await granted(client, account_id=account, role="auditor", **place) == (422, "CW-K1308")
    ends = {"valid_from": "2026-11-01", "valid_to": "2026-11-01"}
    assert await granted(client, account_id=account, role="liaison", **place, **ends) == (422, "CW-K1308")


async def test_s06_nobody_disables_himself_or_the_last_administrator_or_opens_a_granted_account(
    app: FastAPI, signed_in: As
) -> None:
    known = ids(app)
    client = await signed_in(Role.SYSTEM_ADMIN)
    for name, code in (("user-syst", "CW-K1303"), ("user-audi", "CW-K1302")):
        answer = await client.patch(f"{API}/accounts/{known[name]}", json={"is_disabled": True})
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    for name in ("user-ener", "user-secu"):
        answer = await client.post(f"{API}/accounts/{known[name]}/invitation")
        assert (answer.status_code, answer.json()["code"]) == (403, "CW-K1306")
    client = await signed_in(Role.SECURITY_ADMIN)
    assert (await client.post(f"{API}/accounts/{known['user-ener']}/invitation")).status_code == 201


async def test_s05_a_disabled_account_is_out_at_its_next_call_and_cannot_sign_in(
    app: FastAPI, client: AsyncClient, accounts: Accounts
) -> None:
    await client.post(f"{API}/session", json=accounts[Role.ENERGY_MANAGER])
    its = client.cookies["civicwatt"]
    client.cookies.clear()
    await client.post(f"{API}/session", json=accounts[Role.SYSTEM_ADMIN])
    path = f"{API}/accounts/{ids(app)['user-ener']}"
    assert (await client.patch(path, json={"is_disabled": True})).status_code == 204
    headers = {"cookie": f"civicwatt={its}"}
    client.cookies.clear()
    assert (await client.get(f"{API}/session", headers=headers)).status_code == 401
    refused = await client.post(f"{API}/session", json=accounts[Role.ENERGY_MANAGER])
    assert (refused.status_code, refused.json()["code"]) == (401, "CW-A1002")
    await client.post(f"{API}/session", json=accounts[Role.SYSTEM_ADMIN])
    assert (await client.patch(path, json={"is_disabled": False})).status_code == 204
    assert (await client.post(f"{API}/session", json=accounts[Role.ENERGY_MANAGER])).status_code == 200


async def test_s05_one_sees_and_ends_ones_sessions_and_a_new_password_ends_them_all(
    client: AsyncClient, accounts: Accounts
) -> None:
    mine = accounts[Role.ENERGY_MANAGER]
    tokens = []
    for _ in range(3):
        await client.post(f"{API}/session", json=mine)
        tokens.append(client.cookies["civicwatt"])
        client.cookies.clear()
    client.cookies.set("civicwatt", tokens[0])
    listed = (await client.get(f"{API}/sessions")).json()
    assert [one["is_this"] for one in listed].count(True) == 1
    assert {(one["method"], one["address"]) for one in listed} == {("password", "127.0.0.1")}
    other = next(one for one in listed if one["id"] == identity.digest(tokens[1])[:16])
    assert (await client.delete(f"{API}/sessions/{other['id']}")).status_code == 204
    assert (await client.delete(f"{API}/sessions/{other['id']}")).status_code == 404
    assert len((await client.get(f"{API}/sessions")).json()) == 2
    wrong = {"current": "wrong", "new": GOOD}
    assert (await client.post(f"{API}/password", json=wrong)).json()["code"] == "CW-A1002"
    said = {"current": mine["password"], "new": mine["password"]}
    assert (await client.post(f"{API}/password", json=said)).json()["code"] == "CW-A1011"
    said["new"] = GOOD
    assert (await client.post(f"{API}/password", json=said)).status_code == 204
    for token in tokens:
        headers = {"cookie": f"civicwatt={token}"}
        assert (await client.get(f"{API}/session", headers=headers)).status_code == 401
    assert (await client.post(f"{API}/session", json=mine)).status_code == 401
    assert (await client.post(f"{API}/session", json=mine | {"password": GOOD})).status_code == 200


@pytest.mark.parametrize(("profile", "status"), [("dengbao", 403), ("asvs", 200)])
async def test_s02_after_90_days_dengbao_wants_a_new_password_and_asvs_none(
    app: FastAPI, client: AsyncClient, accounts: Accounts, profile: str, status: int
) -> None:
    app.state.settings = app.state.settings.model_copy(update={"password_profile": profile})
    mine = accounts[Role.ENERGY_MANAGER]
    earlier = identity.real_now_us() - timedelta(days=90) // timedelta(microseconds=1)
    with app.state.database.session() as session:
        session.execute(update(Account).values(password_set_us=earlier))
    duty = (await client.post(f"{API}/session", json=mine)).json()["duty"]
    answer = await client.get(f"{API}/overview")
    assert answer.status_code == status
    if status == 403:
        assert (duty, answer.json()["code"]) == ("change_password", "CW-K1309")
        said = {"current": mine["password"], "new": GOOD}
        assert (await client.post(f"{API}/password", json=said)).status_code == 204
        await client.post(f"{API}/session", json=mine | {"password": GOOD})
        assert (await client.get(f"{API}/overview")).status_code == 200


async def test_s04_an_administrator_sets_up_a_second_factor_and_its_digits_work_once(
    app: FastAPI, client: AsyncClient, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.state.settings = app.state.settings.model_copy(update={"admin_second_factor": True})
    mine = accounts[Role.SYSTEM_ADMIN]
    assert (await client.post(f"{API}/session", json=mine)).json()["duty"] == "set_second_factor"
    assert (await client.get(f"{API}/accounts")).json()["code"] == "CW-K1310"
    begun = (await client.post(f"{API}/second-factor")).json()
    uri = begun["uri"]
    assert begun["picture"].startswith("data:image/svg+xml")
    phone = pyotp.TOTP(parse_qs(urlsplit(uri).query)["secret"][0])
    now_us = identity.real_now_us() // 30_000_000 * 30_000_000
    monkeypatch.setattr(identity, "real_now_us", lambda: now_us)
    digits = phone.at(now_us // 1_000_000)
    wrong = await client.post(f"{API}/second-factor/confirm", json={"digits": "1234567"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "CW-K1312")
    assert (await client.post(f"{API}/second-factor/confirm", json={"digits": digits})).status_code == 204
    assert (await client.get(f"{API}/accounts")).status_code == 200
    assert (await client.get(f"{API}/session")).json()["has_second_factor"]
    assert (await client.post(f"{API}/session", json=mine)).json()["code"] == "CW-K1311"
    replayed = await client.post(f"{API}/session", json=mine | {"second_factor": digits})
    assert (replayed.status_code, replayed.json()["code"]) == (401, "CW-K1312")
    following = phone.at(now_us // 1_000_000 + 30)
    assert (await client.post(f"{API}/session", json=mine | {"second_factor": following})).status_code == 200
    again = await client.post(f"{API}/session", json=mine | {"second_factor": following})
    assert again.json()["code"] == "CW-K1312"
    with app.state.database.reading() as session:
        sealed = session.scalars(select(Account.totp_sealed).where(Account.totp_sealed.is_not(None))).one()
    assert phone.secret not in sealed


async def test_s06_the_security_administrator_finds_where_to_grant_and_nobody_else(
    signed_in: As, city: int
) -> None:
    client = await signed_in(Role.SECURITY_ADMIN)
    found = (await client.get(f"{API}/grants/nodes?q=荆襄")).json()
    assert [(one["region_code"], one["institution_id"]) for one in found] == [("429900", None), (None, city)]
    assert (found[1]["name"], found[1]["hint"]) == ("荆襄市财政局", "JX01 · 429900")
    assert (await client.get(f"{API}/grants/nodes?q=JX01")).json() == found[1:]
    for role in (Role.SYSTEM_ADMIN, Role.ENERGY_MANAGER):
        client = await signed_in(role)
        assert (await client.get(f"{API}/grants/nodes")).status_code == 403


async def test_every_read_by_discipline_inspection_is_in_the_audit_and_it_ends(
    app: FastAPI, signed_in: As, city: int
) -> None:
    account = await made(signed_in)
    client = await signed_in(Role.SECURITY_ADMIN)
    said = {"region_code": "429900", "valid_from": "2026-01-01", "valid_to": "2099-01-01"}
    assert await granted(client, account_id=account, role="discipline", **said) == (201, "")
    await client.post(f"{API}/session", json={"username": "li.na", "password": GOOD})
    assert (await client.get(f"{API}/meta?q=王")).status_code == 200
    with app.state.database.reading() as session:
        [row] = session.scalars(select(Audit).where(Audit.what == "read")).all()
    assert (row.who, row.subject) == ("account/li.na", "/api/v1/meta?q=%E7%8E%8B")
