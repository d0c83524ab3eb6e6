"""Each transport end to end: the gateway's poller against simulated meters, judged by their truth ledger."""

import asyncio
import statistics
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise

import pytest
from line_city import BUSES, DEAD, line_city

from civicwatt_edge.bus.connect import open_bus
from civicwatt_edge.config import BusConfig, DeviceConfig
from civicwatt_edge.polling.device import make_devices
from civicwatt_edge.polling.poller import BusPoller
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.quantity import to_micro
from civicwatt_protocols.uplink import GapReason
from civicwatt_sim import truth
from civicwatt_sim.faults import Fault, FaultKind, Faults
from civicwatt_sim.meter import simulate
from civicwatt_sim.scenario import BusProtocol
from civicwatt_sim.server import Plant
from civicwatt_sim.truth import TruthLedger

SECOND = 1_000_000
SCHEMES = {"modbus_tcp": "tcp", "modbus_rtu": "rtu+tcp", "dlt645": "dlt645+tcp", "cjt188": "cjt188+tcp"}

METERS = simulate(line_city())


def configured(protocol: BusProtocol, url: str, timeout_ms: int, **keys: object) -> BusConfig:
    """The bus of a protocol as a gateway would have it."""
    line = protocol in (BusProtocol.DLT645, BusProtocol.CJT188)
    devices = tuple(
        DeviceConfig(
            id=meter.meter.device,
            template=meter.meter.template,
            unit=meter.meter.unit,
            address=str(meter.meter.unit) if line else "",
            interval_s=1,
        )
        for meter in METERS.values()
        if meter.meter.protocol is protocol
    )
    return BusConfig(name=str(protocol), url=url, timeout_ms=timeout_ms, device=devices, **keys)


@asynccontextmanager
async def polling(bus: BusConfig, clock: Clock, store: Store, readings):
    """Adds (slot, device, measure, micro or reason) to the readings."""
    devices = [part for device in bus.device for part in make_devices(device, store)]
    measures = {one.catalogue.device: [point.measure for point in one.catalogue.points] for one in devices}

    def accept(record):
        for place, measure in enumerate(measures[record.device]):
            value = record.values[place]
            told = record.reasons[place] if value is None else to_micro(value)
            readings.append((record.slot_us, record.device, measure, told))

    task = asyncio.create_task(BusPoller(open_bus(bus), devices, clock, accept).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def judge(readings, ledger) -> Counter:
    """How many readings are true, and how many are gaps by reason; fails at a value nobody served."""
    verdict = Counter()
    for slot_us, device, measure, told in readings:
        if isinstance(told, GapReason):
            verdict[told] += 1
            continue
        served = ledger[device, measure]
        in_time = [
            micro
            for at, micro in zip(served.served_us, served.micro, strict=True)
            if slot_us <= at < slot_us + SECOND
        ]
        assert told in in_time, (device, measure, told, in_time)
        verdict["true"] += 1
    return verdict


def slots(readings, device: str) -> set[int]:
    return {slot_us for slot_us, name, _, _ in readings if name == device}


@asynccontextmanager
async def gateway(tmp_path, way: str, rate: float, timeout_ms: int):
    """All buses of one way, polled at once; yields the plant and the readings."""
    clock, store, readings = Clock(1_790_000_000 * SECOND, rate), Store(tmp_path), []
    async with AsyncExitStack() as stack:
        plant = Plant(METERS, clock, stack.enter_context(TruthLedger(tmp_path / "truth.jsonl")))
        ports = await plant.start("127.0.0.1", 0)
        stack.push_async_callback(plant.close)
        for number, protocol in enumerate(BUSES):
            if way == "tcp":
                bus = configured(protocol, f"{SCHEMES[protocol]}://127.0.0.1:{ports[number]}", timeout_ms)
            elif path := plant.open_terminal(number):
                scheme = SCHEMES[protocol].removesuffix("+tcp")
                bus = configured(protocol, f"{scheme}://{path}", timeout_ms, parity="N")
            else:
                continue
            await stack.enter_async_context(polling(bus, clock, store, readings))
        yield plant, readings
    store.close()


@pytest.mark.alone  # periods are measured: nothing may run beside it
@pytest.mark.parametrize("way", ["tcp", "pty"])
async def test_f22_every_value_is_what_a_meter_served_and_a_dead_one_holds_nobody_up(way, tmp_path, until):
    async with gateway(tmp_path, way, rate=2.0, timeout_ms=100) as (_, readings):
        last = f"{BusProtocol.CJT188}-4"
        await until(lambda: len(slots(readings, last)) >= 6, 20)
    ledger = truth.read(tmp_path / "truth.jsonl")
    dead = [reading for reading in readings if reading[1].endswith(f"-{DEAD}")]
    assert GapReason.TIMEOUT in {told for _, _, _, told in dead} <= {GapReason.TIMEOUT, GapReason.LATE}
    verdict = judge([reading for reading in readings if reading not in dead], ledger)
    assert verdict["true"] > 0.8 * verdict.total()  # not all: this machine may be busy
    spoken = {device.rpartition("-")[0] for device, _ in ledger}
    assert spoken == {str(one) for one in BUSES} - ({"modbus_tcp"} if way == "pty" else set())
    for protocol in spoken:  # the second slot is the first in which it is known who is silent
        times = ledger[f"{protocol}-4", first_measure(f"{protocol}-4")].served_us[1:]
        periods = [after - before for before, after in pairwise(times)]
        # held up by the dead one's two time-outs a period would be off by 0.4
        assert statistics.median(abs(period - SECOND) for period in periods) < 0.2 * SECOND


def first_measure(device: str) -> str:
    return METERS[device].template.measures[0]


async def test_f23_faults_on_lines_are_gaps_with_their_reason_and_pass(tmp_path, until):
    """Late answers reach the new connection; no value is ever another's, and afterwards all is well."""
    lines = [protocol for protocol in BUSES if protocol is not BusProtocol.MODBUS_TCP]
    kinds = {1: FaultKind.DELAY, 2: FaultKind.GARBAGE, 4: FaultKind.REFUSE}
    faults = [
        Fault(kind=kind, device=f"{protocol}-{unit}", delay_ms=75)
        for protocol in lines
        for unit, kind in kinds.items()
    ]
    async with gateway(tmp_path, "tcp", rate=1.5, timeout_ms=50) as (plant, readings):
        plant.faults = Faults(faults)
        await until(lambda: all(len(slots(readings, f"{one}-{DEAD}")) >= 2 for one in lines), 20)
        plant.faults, cured = Faults(), readings[-1][0] + SECOND
        devices = [f"{protocol}-{unit}" for protocol in lines for unit in kinds]
        await until(lambda: all(max(slots(readings, one)) > cured for one in devices), 20)
    ledger = truth.read(tmp_path / "truth.jsonl")
    for protocol in lines:
        told = {
            unit: judge([r for r in readings if r[1] == f"{protocol}-{unit}" and r[0] < cured], ledger)
            for unit in kinds
        }
        assert GapReason.TIMEOUT in told[1]
        assert {GapReason.BAD_FRAME, GapReason.TIMEOUT} & set(told[2])
        assert GapReason.REFUSED in told[4]
        assert not any("true" in told[unit] for unit in kinds)
    healed = judge([r for r in readings if r[1] in devices and r[0] > cured], ledger)
    assert healed["true"] > 0.8 * healed.total()
