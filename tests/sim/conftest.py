from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio
from pymodbus.client import AsyncModbusTcpClient

from civicwatt_protocols.clock import Clock
from civicwatt_protocols.modbus.decode import BlockDecoder
from civicwatt_protocols.modbus.plan import plan
from civicwatt_protocols.quantity import to_micro
from civicwatt_sim.city import check_city
from civicwatt_sim.meter import SimulatedMeter, simulate
from civicwatt_sim.scenario import City
from civicwatt_sim.server import Plant
from civicwatt_sim.truth import TruthLedger

SHANGHAI = timezone(timedelta(hours=8))


def _us(*parts: int) -> int:
    """A civil time in the business zone as UTC µs."""
    return (datetime(*parts, tzinfo=SHANGHAI) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.fixture(scope="session")
def us() -> Callable[..., int]:
    return _us


@pytest.fixture(scope="session")
def city() -> City:
    return check_city()


@pytest.fixture(scope="session")
def meters(city: City) -> dict[str, SimulatedMeter]:
    return simulate(city)


Reader = Callable[..., Awaitable[dict[str, int]]]


@pytest_asyncio.fixture
async def buses(meters: dict[str, SimulatedMeter], tmp_path: Path) -> AsyncIterator[SimpleNamespace]:
    """All meters on ephemeral loopback ports; the clock stands still at a working morning."""
    clock = Clock(_us(2026, 3, 11, 10, 7, 3), rate=0.0)
    with TruthLedger(tmp_path / "truth.jsonl") as truth:
        plant = Plant(meters, clock, truth)
        ports = await plant.start("127.0.0.1", 0)
        yield SimpleNamespace(plant=plant, ports=ports, clock=clock, truth=tmp_path / "truth.jsonl")
        await plant.close()


@pytest_asyncio.fixture
async def connect() -> AsyncIterator[Callable[[int], Awaitable[AsyncModbusTcpClient]]]:
    """A real Modbus TCP client, not ours."""
    clients = []

    async def connect(port: int) -> AsyncModbusTcpClient:
        client = AsyncModbusTcpClient("127.0.0.1", port=port, timeout=0.4, retries=0, reconnect_delay=0)
        await client.connect()
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def read_all() -> Reader:
    """Every measure of a meter as a client decodes it [micro], block by block as its template plans them."""

    async def read_all(client: AsyncModbusTcpClient, meter: SimulatedMeter) -> dict[str, int]:
        template = meter.template
        values: dict[str, int] = {}
        for block in plan(template.registers, template.max_registers, template.max_gap, template.forbidden):
            read = client.read_holding_registers if block.function == 3 else client.read_input_registers
            answer = await read(block.address, count=block.count, device_id=meter.meter.unit)
            assert not answer.isError(), answer
            words = b"".join(word.to_bytes(2, "big") for word in answer.registers)
            for measure, value in BlockDecoder(block).decode(words):
                assert value is not None
                values[measure] = to_micro(value)
        return values

    return read_all
