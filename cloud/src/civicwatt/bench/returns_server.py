"""The server under test of `bench returns`: `python -m civicwatt.bench.returns_server FOLDER INSTITUTIONS`.

Lays out a city whose clerks all have the annual return open, the former year's filed; prints its port and the
file of their sessions, serves until stdin ends. Rate limits are those of every installation.
"""

import asyncio
import json
import logging
import socket
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn
from sqlalchemy import Connection

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.bulk import insert_rows
from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Level, Region
from civicwatt_cloud.kit.identity import FOR_EVER, Actor, Granted, digest
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.returns import module as returns
from civicwatt_cloud.modules.returns import opening, periods
from civicwatt_protocols.logs import log_to_stderr

REGION, YEAR = "429900", 2026
LAST_HOUR = "2027-03-31T23:00"  # of the business zone
FORMER = {"electricity": 12_000, "electricity_cost": 8_400, "water": 900, "water_cost": 4_500, "people": 50}


def last_hour_us(zone: ZoneInfo) -> int:
    """The instant at which the server lives, UTC µs."""
    return int(datetime.fromisoformat(LAST_HOUR).replace(tzinfo=zone).timestamp()) * SECOND_US


def fill(folder: Path, institutions: int) -> None:
    """Institutions with people and area, a clerk each, the former year's return; the clerks' sessions."""
    settings = Settings(data_dir=folder, mqtt_host=None)
    database = Database.of(settings)
    database.upgrade()
    now_us = identity.real_now_us()
    tokens = [f"clerk-{n}-{now_us}" for n in range(1, institutions + 1)]
    with database.session() as session:
        session.add(Region(code=REGION, name="荆襄市"))
        session.flush()
        _city(session.connection(), tokens, now_us)
        manager = Granted(Role.ENERGY_MANAGER, REGION[:4], Level.CITY, "荆襄市")
        actor = Actor(None, "bench", "bench", (manager,))
        context = Context(session, actor, settings.zone, last_hour_us(settings.zone))
        opening.open_period(context, periods.parse(str(YEAR - 1)))
        _former(session.connection())
        opening.open_period(context, periods.parse(str(YEAR)))
    database.close()
    (folder / "tokens.json").write_text(json.dumps(tokens), "utf-8")


def _city(connection: Connection, tokens: list[str], now_us: int) -> None:
    place, since = ("government", "city", REGION), (date(2020, 1, 1), "名录")
    kinds = {"head_count": 50, "floor_area": 140_000}
    ids = range(1, len(tokens) + 1)
    sessions = [(digest(token), n, now_us, now_us, "code", "") for n, token in enumerate(tokens, 1)]
    tables: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
        "institution": (
            "id code name kind level region_code path",
            [(n, f"U{n}", f"单位{n}", *place, f"{REGION[:4]}/U{n}/") for n in ids],
        ),
        "building": ("id code name institution_id", [(n, f"B{n}", "主楼", n) for n in ids]),
        "denominator": (
            "kind subject_id value valid_from source",
            [(kind, n, value, *since) for kind, value in kinds.items() for n in ids],
        ),
        "account": (
            "id username display_name created_us",
            [(n, f"clerk{n}", f"填报人{n}", 0) for n in ids],
        ),
        "role_grant": (
            "account_id role institution_id valid_from",
            [(n, Role.REPORTER.value, n, FOR_EVER) for n in ids],
        ),
        "open_session": ("token_hash account_id created_us seen_us method address", sessions),
    }
    for table, (columns, rows) in tables.items():
        insert_rows(connection, table, columns.split(), rows)


def _former(connection: Connection) -> None:
    """What all of them reported a year ago."""
    ids = connection.exec_driver_sql("SELECT id, owner_id FROM energy_return").all()
    connection.exec_driver_sql("DELETE FROM return_cell")
    cells = [
        (one, code, (value + owner) * 1_000_000, "person")
        for one, owner in ids
        for code, value in FORMER.items()
    ]
    insert_rows(connection, "return_cell", ["return_id", "code", "micro", "source"], cells)
    connection.exec_driver_sql("UPDATE energy_return SET state = 'accepted'")


async def serve(folder: Path) -> None:
    """Serve until stdin ends; it is the last hour of 31 March."""
    at_us = last_hour_us(Settings(data_dir=folder, mqtt_host=None).zone)
    settings = Settings(data_dir=folder, mqtt_host=None, clock=f"{at_us}/1e-09/0.0")
    app = create_app(settings, modules=(returns.MODULE,))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    running = asyncio.create_task(server.serve([listener]))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.should_exit = True
    await running


if __name__ == "__main__":
    log_to_stderr(logging.WARNING)
    place = Path(sys.argv[1])
    fill(place, int(sys.argv[2]))
    asyncio.run(serve(place))
