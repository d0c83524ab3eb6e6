"""Tokens of machines: what the account was granted, until a day, and nothing of an administrator's."""

from datetime import date

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.identity import Account, Grant
from civicwatt_cloud.kit.identity.models import ServiceToken
from civicwatt_cloud.kit.roles import Role

API = "/api/v1"
Accounts = dict[Role, dict[str, str]]


@pytest.fixture
async def machine(app: FastAPI, client: AsyncClient, accounts: Accounts) -> tuple[int, str]:
    """An account without a person that reads energy everywhere, and a token of it."""
    await client.post(f"{API}/session", json=accounts[Role.SYSTEM_ADMIN])
    made = await client.post(f"{API}/accounts", json={"username": "finance-system"})
    account = made.json()["account_id"]
    with app.state.database.session() as session:
        facts = {"region_code": "000000", "valid_from": date(2026, 1, 1)}
        session.add(Grant(account_id=account, role=Role.ENERGY_MANAGER, **facts))
        session.add(Grant(account_id=account, role=Role.AUDIT_ADMIN, valid_from=date(2026, 1, 1)))
    await client.post(f"{API}/session", json=accounts[Role.SECURITY_ADMIN])
    issued = await client.post(f"{API}/accounts/{account}/tokens", json={"name": "财务系统", "days": 30})
    assert issued.status_code == 201, issued.text
    client.cookies.clear()
    return account, issued.json()["token"]


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_a_token_does_what_its_account_was_granted_and_nothing_of_an_administrators(
    app: FastAPI, client: AsyncClient, machine: tuple[int, str]
) -> None:
    _, token = machine
    assert (await client.get(f"{API}/overview", headers=bearer(token))).status_code == 200
    assert (await client.get(f"{API}/audit", headers=bearer(token))).status_code == 403
    assert (await client.get(f"{API}/session", headers=bearer(token))).status_code == 200
    assert (await client.post(f"{API}/second-factor", headers=bearer(token))).status_code == 403
    for wrong in ("", "x", token + "x"):
        assert (await client.get(f"{API}/overview", headers=bearer(wrong))).status_code == 401
    with app.state.database.reading() as session:
        row = session.scalars(select(ServiceToken)).one()
        assert (row.token_hash, row.used_us is not None) == (identity.digest(token), True)
        assert token not in "".join(session.scalars(select(Audit.after).where(Audit.after.is_not(None))))


async def test_a_token_ends_on_its_day_with_its_account_and_when_it_is_taken_back(
    app: FastAPI, client: AsyncClient, accounts: Accounts, machine: tuple[int, str]
) -> None:
    account, token = machine
    with app.state.database.session() as session:
        row = session.scalars(select(ServiceToken)).one()
        row.expires_us, ends = identity.real_now_us(), row.expires_us
    assert (await client.get(f"{API}/overview", headers=bearer(token))).status_code == 401
    with app.state.database.session() as session:
        session.get_one(ServiceToken, row.id).expires_us = ends
        session.get_one(Account, account).disabled_us = 1
    assert (await client.get(f"{API}/overview", headers=bearer(token))).status_code == 401
    with app.state.database.session() as session:
        session.get_one(Account, account).disabled_us = None
    assert (await client.get(f"{API}/overview", headers=bearer(token))).status_code == 200
    await client.post(f"{API}/session", json=accounts[Role.SECURITY_ADMIN])
    [listed] = (await client.get(f"{API}/accounts/{account}/tokens")).json()
    assert (listed["name"], "token" in listed) == ("财务系统", False)
    assert (await client.delete(f"{API}/tokens/{listed['id']}")).status_code == 204
    client.cookies.clear()
    assert (await client.get(f"{API}/overview", headers=bearer(token))).status_code == 401


async def test_s06_who_makes_an_account_keeps_no_token_for_when_it_is_granted_something(
    client: AsyncClient, accounts: Accounts
) -> None:
    await client.post(f"{API}/session", json=accounts[Role.SYSTEM_ADMIN])
    made = await client.post(f"{API}/accounts", json={"username": "finance-system"})
    path = f"{API}/accounts/{made.json()['account_id']}/tokens"
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):  # there is nothing yet that it could open
        await client.post(f"{API}/session", json=accounts[role])
        refused = await client.post(path, json={"name": "x", "days": 1})
        assert (refused.status_code, refused.json()["code"]) == (403, "CW-K1306")


async def test_a_person_gets_no_token(app: FastAPI, client: AsyncClient, accounts: Accounts) -> None:
    await client.post(f"{API}/session", json=accounts[Role.SECURITY_ADMIN])
    with app.state.database.reading() as session:
        person = session.scalar(select(Account.id).where(Account.username == "user-ener"))
    refused = await client.post(f"{API}/accounts/{person}/tokens", json={"name": "x", "days": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "CW-K1322")
    for days in (0, 366):
        said = {"name": "x", "days": days}
        assert (await client.post(f"{API}/accounts/{person}/tokens", json=said)).status_code == 422
