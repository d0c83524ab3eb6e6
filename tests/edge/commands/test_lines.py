"""Scan, try and add on lines: Modbus RTU through a serial server, DL/T 645 and CJ/T 188."""

import asyncio
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import d2_site
import msgspec
import pytest

from civicwatt_protocols import cjt188, dlt645
from civicwatt_protocols.cjt188 import frames as cjt188_frames
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.dlt645 import frames as dlt645_frames
from civicwatt_sim.meter import simulate
from civicwatt_sim.scenario import BusProtocol, City, EndUse, Meter
from civicwatt_sim.server import Plant

BUSES = (
    (BusProtocol.MODBUS_RTU, "eastron/sdm630", EndUse.POWER, (3, 5)),
    (BusProtocol.DLT645, "dlt645/three_phase", EndUse.POWER, (17,)),
    (BusProtocol.CJT188, "cjt188/cold_water", EndUse.WATER, (42,)),
)


def lines() -> City:
    """Three lines; their meters have their units for numbers."""
    meters = tuple(
        Meter(
            device=f"L{bus}-{unit}",
            name="",
            gateway="gw-01",
            bus=bus,
            unit=unit,
            template=template,
            protocol=protocol,
            end_use=end_use,
            rated_kw=0.0 if end_use is EndUse.WATER else 30.0,
            rated_m3h=3.0 if end_use is EndUse.WATER else 0.0,
        )
        for bus, (protocol, template, end_use, units) in enumerate(BUSES)
        for unit in units
    )
    site = d2_site.site()
    building = msgspec.structs.replace(site.institutions[0].buildings[0], meters=meters)
    institution = msgspec.structs.replace(site.institutions[0], buildings=(building,))
    return msgspec.structs.replace(site, installed=date(2025, 1, 1), institutions=(institution,))


@pytest.fixture
async def plant() -> AsyncIterator[Plant]:
    plant = Plant(simulate(lines()), Clock.real())
    yield plant
    await plant.close()


@pytest.fixture
async def ports(plant) -> list[int]:
    return await plant.start("127.0.0.1", 0)


DLT645_ADDRESS = bytes.fromhex("68 AA AA AA AA AA AA 68 13 00")
CJT188_ADDRESS = bytes.fromhex("68 AA AA AA AA AA AA AA AA 03")


@pytest.fixture
async def alone(ports) -> AsyncIterator[Callable[[int], Awaitable[int]]]:
    """A front of a line whose one meter tells its number when it is asked for, as real ones do."""
    servers = []

    async def alone(bus: int) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, away = await asyncio.open_connection("127.0.0.1", ports[bus])
            back = asyncio.create_task(_copy(there, writer))
            while request := await reader.read(1024):
                answer = _number(request, str(BUSES[bus][3][0]))
                (away if answer is None else writer).write(request if answer is None else answer)
            back.cancel()
            away.close()
            writer.close()

        servers.append(await asyncio.start_server(serve, "127.0.0.1", 0))
        return servers[-1].sockets[0].getsockname()[1]

    yield alone
    for server in servers:
        server.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(1024):
        target.write(data)


def _number(request: bytes, number: str) -> bytes | None:
    """The answer to the question for the number; None to any other question."""
    if DLT645_ADDRESS in request:
        return dlt645_frames.frame(number, 0x93, dlt645_frames.address_bytes(number))
    if CJT188_ADDRESS in request:
        return cjt188_frames.frame(0x10, number, 0x83, bytes.fromhex("0A 81 00"))
    return None


@pytest.fixture
def command(edge):
    async def command(*arguments: object):
        return await asyncio.to_thread(edge, *arguments)

    return command


async def test_modbus_rtu_behind_a_serial_server_is_scanned_and_read(ports, command, tmp_path) -> None:
    bus = (f"127.0.0.1:{ports[0]}", "--rtu-over-tcp")
    templates = ("--template", "eastron/sdm630", "--template", "chint/dtsu666")
    ran = await command("scan", *bus, "--units", "3-5", *templates, "--yes", "--json", "--timeout-ms", 100)
    assert ran.code == 6, ran.err
    assert ran.json["silent"] == [4]
    assert [(one["unit"], one["template"]) for one in ran.json["devices"]] == [
        (3, "eastron/sdm630"),
        (5, "eastron/sdm630"),
    ]
    assert tomllib.loads((tmp_path / "scan.toml").read_text())["url"] == f"rtu+tcp://127.0.0.1:{ports[0]}"
    assert (await command("try", "5")).code == 0


async def test_a_serial_port_is_scanned_as_it_is_called(plant, ports, command, tmp_path) -> None:
    port = plant.open_terminal(0)
    scan = ("scan", port, "--baud", 19200, "--units", "2-3", "--template", "eastron/sdm630")
    ran = await command(*scan, "--yes", "--json", "--timeout-ms", 150)
    assert ran.code == 6, ran.err
    assert [(one["unit"], one["template"]) for one in ran.json["devices"]] == [(3, "eastron/sdm630")]
    written = tomllib.loads((tmp_path / "scan.toml").read_text())
    assert (written["url"], written["baud"]) == (f"rtu://{port}", 19200)


@pytest.mark.parametrize(
    ("bus", "scheme", "template", "digits", "measure"),
    [
        (1, "dlt645+tcp", "dlt645/three_phase", 12, "import_active_energy"),
        (2, "cjt188+tcp", "cjt188/cold_water", 14, "water_volume"),
    ],
)
async def test_a_meter_with_a_number_tells_it_is_read_by_it_and_added(
    alone, command, tmp_path, bus, scheme, template, digits, measure
) -> None:
    url, number = f"{scheme}://127.0.0.1:{await alone(bus)}", str(BUSES[bus][3][0])
    ran = await command("scan", url, "--yes", "--json", "--timeout-ms", 300)
    assert ran.code == 0, ran.err
    (found,) = ran.json["devices"]
    assert found["address"] == number.zfill(digits)
    assert template in [one["template"] for one in found["candidates"]]
    ran = await command("try", number, "--bus", url, "--template", template, "--json")
    assert ran.code == 0, ran.err
    assert next(one["value"] for one in ran.json["values"] if one["measure"] == measure) > 0
    await command("init", "--yes", "--id", "g", "--division", "429900", "--broker", "h", "--bus", url)
    added = ("add", "--address", number, "--template", template, "--bus", url, "--id", "W-1", "--yes")
    assert (await command(*added)).code == 0
    (device,) = tomllib.loads((tmp_path / "edge.toml").read_text())["bus"][0]["device"]
    assert device == {"id": "W-1", "template": template, "address": number}
    assert (await command(*added)).code == 0  # nothing new
    other = await command(*(*added[:-3], "--id", "W-2", "--yes"))
    assert other.code == 3  # that number is taken


async def test_a_number_that_nobody_has_does_not_answer(ports, command) -> None:
    url = f"dlt645+tcp://127.0.0.1:{ports[1]}"
    ran = await command("try", "99", "--bus", url, "--template", "dlt645/three_phase", "--timeout-ms", 100)
    assert ran.code == 4
    assert "CW-E2063" in ran.err


def test_the_protocols_number_lengths_are_those_of_the_frames() -> None:
    assert len(dlt645.find(dlt645.read_request("1", "00010000")).address) == 12
    assert len(cjt188.find(cjt188.read_request(0x10, "1", 0)).address) == 14
