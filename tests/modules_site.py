"""The cloud as a real server, with a small city in its organisation module and people who work there."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy.orm import Session

from civicwatt.demo.processes import free_port
from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit import passwords
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant, real_now_us
from civicwatt_cloud.kit.people import Person, Rank
from civicwatt_cloud.kit.records.entity import Module
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.catalogue import MODULES

PASSWORD = "Yu-Lan-2026"
PEOPLE = 120
START_S = 90
SURNAMES, NAMES = "王李张刘陈杨赵黄周吴", ("伟", "芳", "敏", "静", "强", "磊", "洋", "艳", "勇", "军")
INSTITUTIONS = ("荆襄市机关事务服务中心", "荆襄市教育局", "荆襄市第一人民医院", "荆襄市图书馆")


@dataclass(frozen=True)
class Site:
    """A running server and its database."""

    url: str
    database: Database


@contextmanager
def running(
    folder: Path, web: Path | None = None, modules: tuple[Module, ...] = MODULES, **more: Any
) -> Iterator[Site]:
    """The server with these modules and settings, filled, until the block ends."""
    if web is not None:
        more["web_dist"] = web
    settings = Settings(data_dir=folder, mqtt_host=None, http_port=free_port(), **more)
    app = create_app(settings, modules=modules)
    config = uvicorn.Config(app, host="127.0.0.1", port=settings.http_port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + START_S
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server takes too long to start"
            thread.join(0.02)  # until it listens, or has ended
        with app.state.database.session() as session:
            fill(session)
        yield Site(f"http://127.0.0.1:{settings.http_port}/", app.state.database)
    finally:
        server.should_exit = True
        thread.join(START_S)


def fill(session: Session) -> None:
    """Institutions, an office below the first one, people, and who signs in."""
    session.add(Region(code="429900", name="荆襄市"))
    session.flush()
    for number, name in enumerate((*INSTITUTIONS, "车辆管理科"), 1):
        place = {"kind": "government", "level": "city", "region_code": "429900"}
        session.add(Institution(id=number, code=f"U{number}", name=name, **place))
    session.flush()
    office = session.get_one(Institution, len(INSTITUTIONS) + 1)
    office.parent_id, office.path = 1, f"{session.get_one(Institution, 1).path}U5/"
    ranks = list(Rank)
    for number in range(PEOPLE):
        name = SURNAMES[number % 10] + NAMES[number // 10 % 10]
        rank = ranks[4 + number % 5]
        owner = 1 + number % len(INSTITUTIONS)
        who = {"name": name, "rank": rank, "phone": f"0716-{8_000_000 + number}"}
        session.add(Person(owner_id=owner, rev=1, number=f"JX{number:04}", **who))
    session.flush()
    for username, name, roles in (
        ("chen", "陈编办", (Role.ORGANISATION_MANAGER,)),
        ("liu", "刘科长", (Role.ORGANISATION_MANAGER,)),
        ("zhou", "周联络", (Role.LIAISON,)),
    ):
        now_us = real_now_us()
        account = Account(username=username, display_name=name, created_us=now_us, password_set_us=now_us)
        account.password_hash = passwords.hash_password(PASSWORD)
        session.add(account)
        session.flush()
        where = {"institution_id": 2} if Role.LIAISON in roles else {"region_code": "429900"}
        for role in roles:
            session.add(Grant(account_id=account.id, role=role, valid_from=FOR_EVER, **where))
