"""What a host is told when a rebirth interrupts a backlog, our own code fails, or nobody listens."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from civicwatt.demo.processes import free_port
from civicwatt_edge.config import Broker, Gateway
from civicwatt_edge.delivery import session
from civicwatt_edge.delivery import uplink as uplink_module
from civicwatt_edge.delivery.presence import Presence
from civicwatt_edge.delivery.uplink import Uplink
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.sparkplug.topics import MessageKind
from civicwatt_protocols.uplink import GapReason, Record, encode_rebirth

CLOCK = Clock.real()
PUBLISH, DISCONNECT = 3, 14


def outbox_with(directory, records):
    store = Store(directory / "data")
    catalogue = store.catalogue("M-1", "simulated/water_counter", ["water_volume", "water_flow"])
    store.commit([record(slot, catalogue.hash) for slot in range(records)])
    return Outbox(store)


def record(slot, catalogue="", *, reasons=()):
    values = tuple(None if place in reasons else float(slot) for place in (0, 1))
    return Record(0, slot * 1_000_000, "M-1", catalogue, values, dict(reasons))


@asynccontextmanager
async def uplinked(outbox, port):
    uplink = Uplink(Gateway(id="gw-01", division="429900", data=""), Broker(port=port), outbox, CLOCK)
    task = asyncio.create_task(uplink.run())
    try:
        yield uplink
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("statement", ["operational-behavior-data-commands-rebirth-action-1"])
async def test_a_rebirth_stops_the_data_at_once(tmp_path, mosquitto, cloud, until, monkeypatch, statement):
    """Asked twice: all 750 records in flight are sent again after a birth, and the second comes amid them."""
    done = []

    def noting(name, call):
        return lambda *args, **options: (done.append(name), call(*args, **options))[1]

    for name in ("with_sequence", "decode_command", "encode_node_birth"):
        monkeypatch.setattr(session, name, noting(name, getattr(session, name)))
    cloud.acks = False
    async with outbox_with(tmp_path, 2_000) as outbox, uplinked(outbox, mosquitto.port):
        await until(lambda: len(cloud.records) >= 750)
        for births in (2, 3):
            await cloud.command(encode_rebirth())
            await until(lambda births=births: done.count("encode_node_birth") == births)
    asked = [place for place, what in enumerate(done) if what == "decode_command"]
    assert len(asked) == 2
    for place in asked:
        birth = done.index("encode_node_birth", place)
        assert done[place:birth].count("with_sequence") <= session.CHUNK, "what was being written"


@pytest.mark.parametrize("statement", ["operational-behavior-edge-node-intentional-disconnect-ndeath"])
async def test_a_fault_of_our_own_ends_the_session_with_a_death(
    tmp_path, mosquitto, cloud, until, tapped, monkeypatch, statement
):
    """The connection is closed in order then, so the broker keeps the will to itself."""
    async with outbox_with(tmp_path, 5) as outbox, tapped(mosquitto.port, CLOCK) as tap:

        async def failing(*_):
            monkeypatch.undo()
            raise RuntimeError("a fault of ours")

        monkeypatch.setattr(outbox, "backlog", failing)
        async with uplinked(outbox, tap.port):
            await until(lambda: len(cloud.records) == 5)
        first, *_ = tap.connections
    assert [packet.message for packet in first[-3:-1]] == [MessageKind.DDEATH, MessageKind.NDEATH]
    assert first[-1].kind == DISCONNECT


@pytest.mark.parametrize("statement", ["topics-nbirth-bdseq-increment"])
async def test_attempts_that_reach_no_broker_take_no_bd_seq(tmp_path, until, monkeypatch, statement):
    monkeypatch.setattr(uplink_module, "LONGEST_PAUSE_S", 0.2)
    async with outbox_with(tmp_path, 0) as outbox:
        attempts, draws = [], []
        connect, draw = Uplink._connect, outbox.next_bd_seq
        monkeypatch.setattr(Uplink, "_connect", lambda self: (attempts.append(1), connect(self))[1])
        monkeypatch.setattr(outbox, "next_bd_seq", lambda name: (draws.append(1), draw(name))[1])
        async with uplinked(outbox, free_port()):
            await until(lambda: len(attempts) == 4)
        assert len(draws) == 1


async def test_a_node_without_devices_is_born_and_dies_too(tmp_path, mosquitto, cloud, until):
    async with Outbox(Store(tmp_path / "data")) as outbox, uplinked(outbox, mosquitto.port):
        await until(lambda: cloud.count(MessageKind.NBIRTH) == 1)
    await until(lambda: cloud.count(MessageKind.NDEATH) == 1)


SILENT = {0: GapReason.TIMEOUT, 1: GapReason.TIMEOUT}
UNPLUGGED = {0: GapReason.DISCONNECTED, 1: GapReason.DISCONNECTED}
LATE = {0: GapReason.LATE, 1: GapReason.LATE}
HALF = {1: GapReason.TIMEOUT}
REFUSED = {0: GapReason.REFUSED, 1: GapReason.REFUSED}


@pytest.mark.parametrize(
    ("slots", "gone"),
    [
        ([SILENT, SILENT], set()),
        ([SILENT, SILENT, UNPLUGGED], {"M-1"}),
        ([SILENT, SILENT, LATE, SILENT], {"M-1"}),
        ([SILENT, SILENT, LATE], set()),
        ([SILENT, SILENT, SILENT, LATE], {"M-1"}),
        ([SILENT, SILENT, HALF, SILENT], set()),
        ([SILENT, SILENT, SILENT, HALF], set()),
        ([SILENT, SILENT, SILENT, REFUSED], set()),
        ([SILENT, SILENT, SILENT, {}], set()),
    ],
)
def test_a_device_is_gone_after_three_silent_slots_and_back_with_any_answer(slots, gone):
    presence = Presence()
    for reasons in slots:
        presence.note(record(1, reasons=reasons))
    assert presence.gone == gone
