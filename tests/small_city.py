"""A city with two counties and three institutions, and people who hold a role in it."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.identity import Account, Actor, Grant, actor_named
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 21)
NOON_US = 1_795_233_600_000_000  # 2026-11-21 12:00 in the business zone
CITY, EAST, WEST = "429900", "429901", "429902"


def fill(session: Session) -> None:
    """U1 and U3 in the east, U2 in the west."""
    for code, name in ((CITY, "荆襄市"), (EAST, "东县"), (WEST, "西县")):
        session.add(Region(code=code, name=name))
    session.flush()
    for number, region in ((1, EAST), (2, WEST), (3, EAST)):
        facts = {"name": f"单位{number}", "kind": "other", "level": "county", "region_code": region}
        session.add(Institution(id=number, code=f"U{number}", **facts))
    session.flush()


def actor(session: Session, role: Role, region: str | None = None, institution: int | None = None) -> Actor:
    """Somebody new who holds the role there."""
    account = Account(username=f"{role}-{region or institution}", display_name=f"{role}", created_us=0)
    session.add(account)
    session.flush()
    node = {"region_code": region, "institution_id": institution, "valid_from": date(2026, 1, 1)}
    session.add(Grant(account_id=account.id, role=role, **node))
    session.flush()
    return actor_named(session, account, TODAY)


def context(
    session: Session, role: Role, region: str | None = None, institution: int | None = None
) -> Context:
    """One transaction on behalf of somebody new."""
    return Context(session, actor(session, role, region, institution), ZONE, NOON_US)


def client(app: FastAPI, role: Role, region: str) -> AsyncClient:
    """Somebody new, signed in."""
    with app.state.database.session() as session:
        who = actor(session, role, region)
        token = identity.open_session(session, who.account_id, identity.real_now_us())
    transport = ASGITransport(app, raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://cloud", cookies={"civicwatt": token})


def text_table(path: Path, *lines: str) -> Path:
    """A csv file as offices save it."""
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path
