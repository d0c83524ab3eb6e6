"""The server under test of `bench fleet`: `python -m civicwatt.bench.vehicles_server FOLDER VEHICLES`.

Prints its port; when stdin ends, how many positions and events it holds.
"""

import asyncio
import logging
import socket
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from civicwatt.bench.vehicles import phone
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.modules.fleet.areas import phone_of
from civicwatt_cloud.modules.fleet.models import Fence, Vehicle
from civicwatt_cloud.modules.fleet.positions.intake import Intake
from civicwatt_cloud.modules.fleet.positions.models import Position, VehicleEvent
from civicwatt_cloud.modules.fleet.positions.terminals import TerminalServer
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.logs import log_to_stderr

INSTITUTIONS = 30
ZONE = ZoneInfo("Asia/Shanghai")
COUNTY = "111.9,29.9 113.2,29.9 113.2,30.5 111.9,30.5"


def fill(database: Database, vehicles: int) -> None:
    """Vehicles of 30 institutions; each is watched by a yard, a circle and the county's edge."""
    with database.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.flush()
        for number in range(1, INSTITUTIONS + 1):
            place = {"kind": "government", "level": "city", "region_code": "429900"}
            session.add(Institution(id=number, code=f"U{number}", name=f"单位{number}", **place))
        session.flush()
        for number in range(INSTITUTIONS):
            common = {"owner_id": number + 1, "rev": 1, "is_for_all": True}
            middle = f"112.5,{30 + number / 100:.3f}"
            session.add(Fence(name="辖区", shape="polygon", places=COUNTY, rule="inside", **common))
            session.add(Fence(name="驻地", shape="circle", places=middle, width_m=20_000, **common))
        for number in range(vehicles):
            longitude, latitude = 112 + number % 100 / 100, 30 + number // 100 / 100
            facts = {"owner_id": number % INSTITUTIONS + 1, "rev": 1}
            yard = Fence(
                name="院落", shape="circle", places=f"{longitude:.6f},{latitude:.6f}", width_m=20, **facts
            )
            session.add(yard)
            session.flush()
            terminal = phone_of(phone(number))
            plate = f"鄂F{number:05d}"
            session.add(
                Vehicle(plate=plate, kind="other", terminal_phone=terminal, home_fence_id=yard.id, **facts)
            )


async def serve(database: Database) -> None:
    """Serve until stdin ends."""
    loop = asyncio.get_running_loop()
    clock = Clock.real()
    intake = Intake(database, ZONE, clock)
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    server = TerminalServer(intake, database, clock, listener)
    tasks = [asyncio.create_task(one) for one in (intake.run(), server.run())]
    _say(str(listener.getsockname()[1]))
    await loop.run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    with database.reading() as session:
        positions = session.scalar(select(func.count()).select_from(Position))
        events = session.scalar(select(func.count()).select_from(VehicleEvent))
    _say(f"{positions} {events}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    log_to_stderr(logging.WARNING)
    made = Database.at(Path(sys.argv[1]) / "civicwatt.sqlite")
    made.upgrade()
    fill(made, int(sys.argv[2]))
    asyncio.run(serve(made))
