"""A city with two units and their people, events told in it, and a server of the outside world."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.events import Event
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant
from civicwatt_cloud.kit.roles import Role

ZONE = ZoneInfo("Asia/Shanghai")
CITY, COUNTY = "429900", "429901"


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()) * 1_000_000


NOW = "2026-11-18 10:00"  # a Wednesday


@pytest.fixture
def city(db: Database) -> Database:
    """A county of the city with two institutions, one of them below the other."""
    with db.session() as session:
        session.add_all(Region(code=code, name=code) for code in (CITY, COUNTY))
        session.flush()
        for number, path in ((1, f"{COUNTY}/U1/"), (2, f"{COUNTY}/U1/U2/")):
            facts = {"kind": "other", "level": "county", "region_code": COUNTY, "path": path}
            session.add(Institution(id=number, code=f"U{number}", name=f"单位{number}", **facts))
    return db


@pytest.fixture
def somebody(city: Database) -> Callable[..., int]:
    """An account with a role on a region, or on an institution."""

    def make(name: str, role: Role, region: str | None = None, institution: int | None = None) -> int:
        with city.session() as session:
            account = Account(username=name, display_name=name, created_us=0)
            session.add(account)
            session.flush()
            where = {"region_code": region, "institution_id": institution}
            session.add(Grant(account_id=account.id, role=role, valid_from=FOR_EVER, **where))
            return account.id

    return make


def tell(database: Database, *facts: dict[str, object], name: str = "thing.happened") -> None:
    """Written down as `events.tell` does; modules that act in the same transaction are another matter."""
    with database.session() as session:
        session.add_all(Event(name=name, facts=json.dumps(one), at_us=us(NOW)) for one in facts)


@dataclass
class World:
    """An HTTP server: what it was asked, and what it answers."""

    port: int = 0
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    answer: bytes = b'{"errcode": 0, "errmsg": "ok"}'
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(body) for _, _, body in self.asked]


def serve(host: str) -> Iterator[World]:
    world = World()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            world.asked.append((self.path, dict(self.headers), body))
            self.send_response(world.status)
            for name, value in {**world.headers, "Content-Length": str(len(world.answer))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(world.answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    world.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield world
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def world() -> Iterator[World]:
    """A machine outside."""
    yield from serve("127.0.0.1")
