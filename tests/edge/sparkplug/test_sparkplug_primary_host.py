"""A gateway with a primary host publishes only while that host is online, and loses nothing meanwhile."""

import asyncio
import json
import sqlite3
from contextlib import asynccontextmanager

import aiomqtt
import pytest

from civicwatt_edge.config import Broker, Gateway
from civicwatt_edge.delivery import uplink as uplink_module
from civicwatt_edge.delivery.uplink import Uplink
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.sparkplug.topics import MessageKind
from civicwatt_protocols.uplink import Record

CLOCK = Clock.real()
PUBLISH, SUBSCRIBE, DISCONNECT = 3, 8, 14


class Bench:
    """A gateway's uplink behind a tap, and the hosts whose STATE it may hear."""

    def __init__(self, outbox, catalogue, tap, broker_port):
        self.outbox, self.catalogue, self.tap, self._port = outbox, catalogue, tap, broker_port
        self._accepted = 0

    async def state(self, online, timestamp, host="centre"):
        await self.say(json.dumps({"online": online, "timestamp": timestamp}).encode(), host)

    async def say(self, payload, host="centre"):
        async with aiomqtt.Client("127.0.0.1", self._port) as client:
            await client.publish(f"spBv1.0/STATE/{host}", payload, qos=1, retain=True)

    async def accept(self, count):
        slots = range(self._accepted, self._accepted + count)
        self._accepted += count
        records = [Record(0, s * 1_000_000, "M-1", self.catalogue.hash, (float(s), 1.0), {}) for s in slots]
        await asyncio.gather(*map(self.outbox.put, records))

    def acked(self):
        db = sqlite3.connect(self.outbox._store.path)
        try:
            return [seq for (seq,) in db.execute("SELECT seq FROM history ORDER BY seq")]
        finally:
            db.close()

    def births(self):
        """When each node birth was published."""
        sent = [packet for packets in self.tap.connections for packet in packets if packet.kind == PUBLISH]
        return [packet.at_us for packet in sent if packet.message is MessageKind.NBIRTH]


@pytest.fixture
async def bench(tmp_path, mosquitto, cloud, tapped, monkeypatch):
    monkeypatch.setattr(uplink_module, "LONGEST_PAUSE_S", 0.3)
    store = Store(tmp_path / "data")
    catalogue = store.catalogue("M-1", "simulated/water_counter", ["water_volume", "water_flow"])

    @asynccontextmanager
    async def running():
        async with Outbox(store) as outbox, tapped(mosquitto.port, CLOCK) as tap:
            broker = Broker(port=tap.port, primary_host="centre")
            uplink = Uplink(Gateway(id="gw-01", division="429900", data=""), broker, outbox, CLOCK)
            task = asyncio.create_task(uplink.run())
            try:
                yield Bench(outbox, catalogue, tap, mosquitto.port)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async with running() as bench:
        yield bench


async def settled(bench, until):
    """Two subscriptions and no more: the gateway waits."""
    await until(lambda: bool(bench.tap.connections) and len(bench.tap.connections[-1]) >= 3)


@pytest.mark.parametrize(
    "statement",
    [
        "message-flow-edge-node-birth-publish-phid-wait",
        "message-flow-edge-node-birth-publish-phid-wait-id",
        "message-flow-edge-node-birth-publish-phid-wait-online",
        "operational-behavior-edge-node-birth-sequence-wait",
        "operational-behavior-primary-application-state-with-multiple-servers-state-subs",
    ],
)
async def test_births_wait_for_the_right_host_to_be_online(bench, until, statement):
    await settled(bench, until)
    subscriptions = {p.topic: p.qos for p in bench.tap.connections[0] if p.kind == SUBSCRIBE}
    assert subscriptions == {"spBv1.0/429900/NCMD/gw-01": 1, "spBv1.0/STATE/centre": 1}
    await bench.accept(5)
    await bench.state(online=True, timestamp=100, host="another")
    await bench.say(b"ONLINE")  # as Sparkplug 2 said it
    await bench.say(b'{"online": "true", "timestamp": 1}')
    await bench.state(online=False, timestamp=100)
    await bench.accept(5)
    online_us = CLOCK.now_us()
    await bench.state(online=True, timestamp=101)
    await until(lambda: bench.acked() == list(range(1, 11)))
    (born_us,) = bench.births()
    assert born_us >= online_us
    assert len(bench.tap.connections) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "message-flow-edge-node-birth-publish-phid-offline",
        "operational-behavior-edge-node-termination-host-offline",
        "operational-behavior-edge-node-termination-host-offline-reconnect",
        "operational-behavior-primary-application-state-with-multiple-servers-single-server",
    ],
)
async def test_f07_when_the_host_goes_the_gateway_dies_waits_and_loses_nothing(bench, until, statement):
    await bench.state(online=True, timestamp=100)
    await bench.accept(20)
    await until(lambda: bench.acked() == list(range(1, 21)))
    await bench.state(online=False, timestamp=100)  # a host's will bears the time of its birth
    await until(lambda: len(bench.tap.connections) == 2)
    death, farewell = bench.tap.connections[0][-2:]
    assert (death.message, farewell.kind) == (MessageKind.NDEATH, DISCONNECT)
    await settled(bench, until)
    await bench.accept(300)
    assert bench.acked() == list(range(1, 21))
    online_us = CLOCK.now_us()
    await bench.state(online=True, timestamp=102)
    await until(lambda: bench.acked() == list(range(1, 321)))
    _, born_us = bench.births()
    assert born_us >= online_us
    assert len(bench.tap.connections) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "message-flow-edge-node-birth-publish-phid-wait-timestamp",
        "operational-behavior-edge-node-termination-host-offline-timestamp",
    ],
)
async def test_a_state_older_than_one_heard_before_is_no_news(bench, until, statement):
    await bench.state(online=True, timestamp=100)
    await until(lambda: len(bench.births()) == 1)
    await bench.state(online=False, timestamp=99)
    await bench.accept(5)
    await until(lambda: bench.acked() == list(range(1, 6)))
    assert len(bench.tap.connections) == 1
    await bench.state(online=False, timestamp=200)
    await until(lambda: len(bench.tap.connections) == 2)
    await settled(bench, until)
    await bench.state(online=True, timestamp=199)
    await bench.accept(5)
    online_us = CLOCK.now_us()
    await bench.state(online=True, timestamp=200)
    await until(lambda: len(bench.births()) == 2)
    assert bench.births()[1] >= online_us


async def test_a_gateway_that_was_never_born_leaves_without_a_death(bench, until, cloud):
    await settled(bench, until)
    assert cloud.count(MessageKind.NDEATH) == 0
