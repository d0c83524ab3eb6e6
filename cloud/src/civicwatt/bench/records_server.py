"""The server under test of `bench records`: `python -m civicwatt.bench.records_server FOLDER ROOMS`.

Lays out a city's rooms, prints its port and the session of a housing manager, serves until stdin ends.
"""

import asyncio
import logging
import socket
import sys
from pathlib import Path

import uvicorn
from sqlalchemy.orm import Session

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.bulk import insert_rows
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.housing import module as housing
from civicwatt_cloud.modules.housing.choices import RoomKind, RoomState
from civicwatt_cloud.modules.housing.models import BuildingFacts, Floor, Yard
from civicwatt_protocols.logs import log_to_stderr

REGION = "429900"
INSTITUTIONS, FLOORS = 300, 1_500


def fill(database: Database, rooms: int) -> str:
    """Institutions with a building of five floors each, and their rooms; the manager's session."""
    with database.session() as session:
        session.add(Region(code=REGION, name="荆襄市"))
        session.flush()
        for number in range(1, INSTITUTIONS + 1):
            _building(session, number)
        session.flush()
        kinds, states = tuple(RoomKind), tuple(RoomState)
        columns = [
            "owner_id",
            "sensitivity",
            "rev",
            "code",
            "floor_id",
            "number",
            "kind",
            "state",
            "use_area",
        ]
        rows = [
            (
                *(n % FLOORS % INSTITUTIONS + 1, "internal", 1),
                *(f"FJ-{n:06}", n % FLOORS + 1, f"{n // FLOORS:03}"),
                *(str(kinds[n % len(kinds)]), str(states[n % len(states)]), 900 + n % 7 * 300),
            )
            for n in range(rooms)
        ]
        insert_rows(session.connection(), "room", columns, rows)
        manager = Account(username="manager", display_name="用房管理", created_us=0)
        session.add(manager)
        session.flush()
        grant = {"role": Role.HOUSING_MANAGER, "region_code": REGION, "valid_from": FOR_EVER}
        session.add(Grant(account_id=manager.id, **grant))
        return identity.open_session(session, manager.id, identity.real_now_us())


def _building(session: Session, number: int) -> None:
    place = {"kind": "government", "level": "city", "region_code": REGION}
    session.add(Institution(id=number, code=f"U{number}", name=f"单位{number}", **place))
    session.flush()
    own = {"owner_id": number, "rev": 1}
    session.add(Building(id=number, code=f"B{number}", name=f"楼{number}", institution_id=number))
    session.add(Yard(id=number, number=f"Y{number}", name="院落", address="行政路", **own))
    session.flush()
    facts = {"code": f"B{number}", "building_id": number, "yard_id": number}
    session.add(BuildingFacts(id=number, **facts, **own))
    session.flush()
    for storey in range(FLOORS // INSTITUTIONS):
        floor = storey * INSTITUTIONS + number
        facts = {"code": f"F{floor}", "facts_id": number, "number": storey + 1, "name": f"{storey + 1} 层"}
        session.add(Floor(id=floor, **facts, **own))


async def serve(folder: Path, token: str) -> None:
    """Serve until stdin ends."""
    app = create_app(Settings(data_dir=folder, mqtt_host=None), modules=(housing.MODULE,))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    listener = socket.create_server(("127.0.0.1", 0))
    running = asyncio.create_task(server.serve([listener]))
    sys.stdout.write(f"{listener.getsockname()[1]} {token}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.should_exit = True
    await running


if __name__ == "__main__":
    log_to_stderr(logging.WARNING)
    place = Path(sys.argv[1])
    made = Database.at(place / "civicwatt.sqlite")
    made.upgrade()
    opened = fill(made, int(sys.argv[2]))
    made.close()
    asyncio.run(serve(place, opened))
