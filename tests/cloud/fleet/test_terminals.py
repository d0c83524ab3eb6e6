"""Terminals over real sockets: registered, proved, answered after the commit; strangers are bounded."""

import asyncio
import contextlib
import json
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import aiomqtt
import pytest
from mosquitto import Mosquitto
from sqlalchemy import select

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.modules.fleet.positions import terminals
from civicwatt_cloud.modules.fleet.positions.gateway import GatewayListener
from civicwatt_cloud.modules.fleet.positions.intake import Arrival, Intake
from civicwatt_cloud.modules.fleet.positions.models import Position, Terminal
from civicwatt_cloud.modules.fleet.positions.terminals import TerminalServer
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.jt808 import Location, Message, Splitter, encode, messages, parse
from civicwatt_protocols.jt808.location import location_body

ZONE = ZoneInfo("Asia/Shanghai")
NOW_US = 1_790_818_800_000_000
PHONE = "013986001234"
FRAME = bytes.fromhex(
    "7e020000220139860012340007000000000000000301d97af006b009400066016d005a26100109301501040001e240fc7e"
)
FIRST = (
    b"\x00\x2a\x10\x01" + b"ZX".ljust(5, b"\0") + b"T360".ljust(20, b"\0") + b"A1".ljust(7, b"\0") + b"\x02"
)


class Device:
    """A terminal as a device behaves."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.splitter, self.waiting, self.serial = Splitter(), list[bytes](), 0

    async def say(self, kind: int, body: bytes = b"", phone: str = PHONE) -> Message | None:
        self.serial += 1
        self.writer.write(encode(Message(kind, phone, self.serial, body)))
        return await self.hear()

    async def hear(self) -> Message | None:
        """The next message; None when the server has hung up."""
        async with asyncio.timeout(10):
            while not self.waiting:
                try:
                    data = await self.reader.read(4096)
                except ConnectionError:
                    return None
                if not data:
                    return None
                self.waiting += self.splitter.feed(data)
        return parse(self.waiting.pop(0))

    async def come(self) -> str:
        """Register and prove itself; the code."""
        registered = await self.say(messages.REGISTER, FIRST)
        assert registered is not None
        assert registered.body[:3] == b"\x00\x01\x00"
        code = registered.body[3:].decode()
        assert result(await self.say(messages.AUTHENTICATE, code.encode())) == 0
        return code


def result(answer: Message | None) -> int | None:
    return None if answer is None else messages.answered(answer).result


@dataclass
class Site:
    """A server of terminals, and the devices that have connected."""

    server: TerminalServer
    port: int
    database: Database
    devices: list[Device] = field(default_factory=list)

    async def device(self) -> Device:
        self.devices.append(Device(*await asyncio.open_connection("127.0.0.1", self.port)))
        return self.devices[-1]


@pytest.fixture
async def site(fleet: Database) -> AsyncIterator[Site]:
    clock = Clock(NOW_US, 1e-9)
    intake = Intake(fleet, ZONE, clock)
    listener = socket.create_server(("127.0.0.1", 0))
    made = Site(TerminalServer(intake, fleet, clock, listener), listener.getsockname()[1], fleet)
    tasks = [asyncio.create_task(one) for one in (intake.run(), made.server.run())]
    yield made
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for one in made.devices:
        one.writer.close()
        with contextlib.suppress(OSError):
            await one.writer.wait_closed()


def positions(database: Database) -> list[tuple[int, int, int]]:
    with database.reading() as session:
        query = select(Position.vehicle_id, Position.latitude_micro, Position.longitude_micro)
        return [tuple(row) for row in session.execute(query)]  # type: ignore[misc]


async def test_m03_3_the_frame_is_stored_and_answered_0x8001_result_0(site: Site) -> None:
    one = await site.device()
    await one.come()
    one.writer.write(FRAME)
    answer = await one.hear()
    assert answer is not None
    assert (answer.id, answer.phone) == (0x8001, PHONE)
    assert messages.answered(answer) == (7, 0x0200, 0)
    with site.database.reading() as session:
        (row,) = session.scalars(select(Position))
        told = (row.latitude_micro, row.longitude_micro, row.altitude_m, row.speed_hm_h, row.course_deg)
        assert told == (31_030_000, 112_200_000, 102, 365, 90)
        assert (row.at_us, row.mileage_hm, row.is_on) == (1_790_818_215_000_000, 123_456, True)
        assert (row.vehicle_id, row.source, row.filtered) == (1, "terminal", None)


async def test_strangers_are_refused(site: Site) -> None:
    one = await site.device()
    answer = await one.say(messages.REGISTER, FIRST, phone="013900000000")
    assert answer is not None
    assert answer.body == b"\x00\x01\x04"
    assert await one.hear() is None
    for kind, body in ((messages.LOCATION, b""), (messages.HEARTBEAT, b""), (messages.AUTHENTICATE, b"no")):
        two = await site.device()
        assert result(await two.say(kind, body)) == 1
        assert await two.hear() is None
    assert (site.server.connected, positions(site.database)) == (0, [])


async def test_another_terminal_does_not_take_a_vehicle_over(site: Site) -> None:
    one = await site.device()
    code = await one.come()
    with site.database.reading() as session:
        (row,) = session.scalars(select(Terminal))
        assert code not in row.code_hash
    thief = await site.device()
    answer = await thief.say(messages.REGISTER, FIRST.replace(b"A1", b"B2"))
    assert answer is not None
    assert answer.body == b"\x00\x01\x03"
    again = await site.device()
    assert result(await again.say(messages.AUTHENTICATE, code.encode())) == 0
    assert await one.hear() is None  # of one phone the newest connection
    assert result(await again.say(messages.LOCATION, b"", phone="013986005678")) == 1  # and no other's


async def test_what_was_kept_without_reception_comes_in_parts(site: Site) -> None:
    one = await site.device()
    await one.come()
    places = [
        Location(0, 3, 31_030_000 + n, 112_200_000, 0, 0, 0, NOW_US - (60 - n) * 1_000_000) for n in range(50)
    ]
    body = messages.batch_body([location_body(place) for place in places])
    pieces = [body[n : n + 1000] for n in range(0, len(body), 1000)]
    for n, piece in enumerate(pieces):
        message = Message(messages.BATCH, PHONE, 100 + n, piece, part=n + 1, parts=len(pieces))
        one.writer.write(encode(message))
    answer = await one.hear()
    assert answer is not None
    assert messages.answered(answer) == (100, messages.BATCH, 0)
    assert len(positions(site.database)) == 50
    assert result(await one.say(messages.HEARTBEAT)) == 0
    assert result(await one.say(0x0F00)) == 3
    assert result(await one.say(messages.LOCATION, b"\x00")) == 2
    assert result(await one.say(messages.LOGOUT)) == 0
    assert await one.hear() is None


async def test_garbage_ends_a_connection_and_no_other(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = await site.device(), await site.device()
    await one.come()
    two.writer.write(b"\x7e\x01\x02\x7e" * 100)
    assert await two.hear() is None
    flood = await site.device()
    with contextlib.suppress(ConnectionError):
        flood.writer.write(b"\x55" * 100_000)
        await flood.writer.drain()
    assert result(await one.say(messages.HEARTBEAT)) == 0
    assert site.server.connected == 1
    monkeypatch.setattr(terminals, "STRANGER_S", 0.05)
    silent = await site.device()
    assert await silent.hear() is None
    with monkeypatch.context() as patch:
        patch.setattr(asyncio.StreamWriter, "drain", lambda _: asyncio.Event().wait())
        deaf = await site.device()  # takes no answers
        assert await deaf.hear() is None
    monkeypatch.setattr(terminals, "MOST_CONNECTIONS", 1)
    refused = await site.device()
    assert await refused.hear() is None


async def test_a_database_that_fails_is_not_answered_received(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await site.device()
    await one.come()

    def failing(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(site.database, "beside", failing)
        one.writer.write(FRAME)
        assert await one.hear() is None  # hung up: the terminal keeps it and comes again
    again = await site.device()
    await again.come()
    again.writer.write(FRAME)
    assert result(await again.hear()) == 0
    assert len(positions(site.database)) == 1


async def test_the_json_of_a_gateway_is_taken_from_the_broker(
    fleet: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("mosquitto is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    broker = Mosquitto(program, port, tmp_path)
    broker.start()
    intake, arrived = Intake(fleet, ZONE, Clock(NOW_US, 1e-9)), asyncio.Event()
    accept = intake.accept

    async def accepted(arrival: Arrival) -> bool:
        done = await accept(arrival)
        arrived.set()
        return done

    monkeypatch.setattr(intake, "accept", accepted)
    listener = GatewayListener(intake, "127.0.0.1", port, "jt808/+/+/up")
    tasks = [asyncio.create_task(one) for one in (intake.run(), listener.run())]
    body = {
        "alarm": 0,
        "status": 3,
        "latitude": 31_030_000,
        "longitude": 112_200_000,
        "altitude": 102,
        "speed": 365,
        "direction": 90,
        "time": "261001093015",
        "extra": {"mileage": 123_456},
    }
    try:
        async with asyncio.timeout(20), aiomqtt.Client("127.0.0.1", port) as client:
            await listener.listening.wait()
            for message in (
                b"no JSON",
                b"{}",
                b"[" * 100_000,  # whatever cannot be read is put away, or it would come again for ever
                json.dumps({"header": {"msg_id": 512, "phone": "\ud800"}, "body": body}).encode(),
                json.dumps({"header": {"msg_id": 512, "phone": "1\0"}, "body": body}).encode(),
                json.dumps({"header": {"msg_id": 512, "phone": PHONE}, "body": {"time": []}}).encode(),
                json.dumps({"header": {"msg_id": 2, "phone": PHONE}, "body": {}}).encode(),
                json.dumps({"header": {"msg_id": 512, "phone": PHONE}, "body": body}).encode(),
            ):
                await client.publish(f"jt808/{PHONE}/{PHONE}/up", message, qos=1)
            await arrived.wait()
        found = positions(fleet)
        assert found == [(1, 31_030_000, 112_200_000)]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        broker.kill()
