"""F01, F06, F07: whatever dies, every accepted record arrives, and only acks end its sending."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager

import pytest

from civicwatt_edge.config import Broker, Gateway
from civicwatt_edge.delivery import uplink as uplink_module
from civicwatt_edge.delivery import window
from civicwatt_edge.delivery.uplink import Uplink
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.sparkplug.topics import MessageKind
from civicwatt_protocols.uplink import (
    History,
    Record,
    decode_node_birth,
    decode_node_death,
    encode_ack,
    encode_rebirth,
    encode_resend,
)

MEASURES = ["water_volume", "water_flow"]


def make(directory, *devices):
    store = Store(directory / "data")
    return store, [store.catalogue(name, "simulated/water_counter", MEASURES) for name in devices]


def record(catalogue, slot):
    return Record(0, slot * 1_000_000, catalogue.device, catalogue.hash, (float(slot), 0.25), {})


async def accept(outbox, catalogue, slots):
    return await asyncio.gather(*(outbox.put(record(catalogue, slot)) for slot in slots))


def rows(store, table):
    db = sqlite3.connect(store.path)
    try:
        return [seq for (seq,) in db.execute(f"SELECT seq FROM {table} ORDER BY seq")]  # noqa: S608
    finally:
        db.close()


@asynccontextmanager
async def uplinked(outbox, port):
    uplink = Uplink(Gateway(id="gw-01", division="429900", data=""), Broker(port=port), outbox, Clock.real())
    task = asyncio.create_task(uplink.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_accepted_records_arrive_are_acked_and_become_history(tmp_path, mosquitto, cloud, until):
    store, catalogues = make(tmp_path, "M-1", "M-2")
    async with Outbox(store) as outbox, uplinked(outbox, mosquitto.port):
        await until(lambda: cloud.count(MessageKind.DBIRTH) == 2)
        for slot in range(150):
            for catalogue in catalogues:
                outbox.offer(record(catalogue, slot))
            await asyncio.sleep(0.001)
        await until(lambda: len(rows(store, "history")) == 300)
    assert sorted(cloud.records) == [(store.epoch, seq) for seq in range(1, 301)]
    for device in ("M-1", "M-2"):
        found = [cloud.records[key] for key in sorted(cloud.records) if cloud.records[key].device == device]
        assert [(each.slot_us, each.values) for each in found] == [
            (slot * 1_000_000, (float(slot), 0.25)) for slot in range(150)
        ]
    kinds = [topic.kind for topic, _ in cloud.messages]
    assert kinds[:3] == [MessageKind.NBIRTH, MessageKind.DBIRTH, MessageKind.DBIRTH]
    assert cloud.sequences == [n % 256 for n in range(len(cloud.sequences))]


async def test_nothing_leaves_the_outbox_without_an_ack(tmp_path, mosquitto, cloud, until):
    cloud.acks = False
    store, (catalogue,) = make(tmp_path, "M-1")
    async with Outbox(store) as outbox, uplinked(outbox, mosquitto.port):
        await accept(outbox, catalogue, range(20))
        await until(lambda: len(cloud.records) == 20)
        await cloud.command(encode_ack("another-epoch", [(1, 20)]))
        await cloud.command(encode_ack(store.epoch, [(3, 5), (9, 9)]))
        await until(lambda: len(rows(store, "history")) == 4)
    assert rows(store, "history") == [3, 4, 5, 9]
    assert len(rows(store, "outbox")) == 16


async def test_unacked_records_survive_a_restart_and_are_sent_again_as_history(
    tmp_path, mosquitto, cloud, until
):
    cloud.acks = False
    store, (catalogue,) = make(tmp_path, "M-1")
    async with Outbox(store) as outbox, uplinked(outbox, mosquitto.port):
        await accept(outbox, catalogue, range(30))
        await until(lambda: len(cloud.records) == 30)
    cloud.acks = True
    cloud.arrivals.clear()
    again, _ = make(tmp_path, "M-1")
    async with Outbox(again) as outbox, uplinked(outbox, mosquitto.port):
        await until(lambda: len(rows(store, "history")) == 30)
    assert {seq for seq, _ in cloud.arrivals} == set(range(1, 31))
    assert all(historical for _, historical in cloud.arrivals)
    assert again.epoch == store.epoch


async def test_an_overdue_ack_is_answered_by_sending_again(tmp_path, mosquitto, cloud, until, monkeypatch):
    monkeypatch.setattr(window, "ACK_TIMEOUT_S", 0.1)
    cloud.acks = False
    store, (catalogue,) = make(tmp_path, "M-1")
    async with Outbox(store) as outbox, uplinked(outbox, mosquitto.port):
        await accept(outbox, catalogue, range(5))
        await until(lambda: sum(seq == 1 for seq, _ in cloud.arrivals) >= 3)
        cloud.acks = True
        await until(lambda: len(rows(store, "history")) == 5)
    assert rows(store, "outbox") == []


async def test_f06_a_broker_killed_again_and_again_loses_nothing(
    tmp_path, mosquitto, cloud, until, monkeypatch
):
    monkeypatch.setattr(uplink_module, "LONGEST_PAUSE_S", 0.5)
    store, (catalogue,) = make(tmp_path, "M-1")
    async with Outbox(store) as outbox, uplinked(outbox, mosquitto.port):
        for round_ in range(4):
            await accept(outbox, catalogue, range(round_ * 100, round_ * 100 + 50))
            mosquitto.kill()
            await accept(outbox, catalogue, range(round_ * 100 + 50, round_ * 100 + 100))
            mosquitto.start()
        await until(lambda: len(rows(store, "history")) == 400, 30)
    assert sorted(seq for _, seq in cloud.records) == list(range(1, 401))
    assert {each.slot_us for each in cloud.records.values()} == {slot * 1_000_000 for slot in range(400)}


async def test_f01_after_an_outage_the_newest_value_comes_before_the_backlog(
    tmp_path, mosquitto, cloud, until
):
    store, catalogues = make(tmp_path, "M-1", "M-2")
    async with Outbox(store) as outbox:
        for catalogue in catalogues:
            await accept(outbox, catalogue, range(2_000))
        async with uplinked(outbox, mosquitto.port):
            await until(lambda: len(rows(store, "history")) == 4_000, 40)
    assert cloud.arrivals[:2] == [(2_000, False), (4_000, False)]
    assert all(historical for _, historical in cloud.arrivals[2:])
    first_sent = list(dict.fromkeys(seq for seq, _ in cloud.arrivals[2:]))
    assert first_sent == sorted(first_sent)


async def test_f07_no_more_than_a_window_is_in_flight_while_nobody_acks(tmp_path, mosquitto, cloud, until):
    cloud.acks = False
    store, (catalogue,) = make(tmp_path, "M-1")
    async with Outbox(store) as outbox:
        await accept(outbox, catalogue, range(3_000))
        async with uplinked(outbox, mosquitto.port):
            await until(lambda: len(cloud.records) == 750)
            (newest,) = await accept(outbox, catalogue, [3_000])
            await until(lambda: (newest, False) in cloud.arrivals)
            assert len(cloud.records) == 751


async def test_a_late_joiner_asks_for_rebirth_and_gets_every_catalogue_it_needs_at_once(
    tmp_path, mosquitto, until, listening
):
    """The device was reconfigured while records of its old catalogue wait; another heard them, unacked."""
    store, (old,) = make(tmp_path, "M-1")
    async with Outbox(store) as outbox:
        await accept(outbox, old, range(10))
        current = store.catalogue("M-1", "simulated/water_counter", MEASURES[:1])
        async with listening(mosquitto.port) as first, uplinked(outbox, mosquitto.port):
            first.acks = False
            await until(lambda: len(first.records) == 10)
            async with listening(mosquitto.port) as late:
                await late.command(encode_rebirth())
                await until(lambda: len(rows(store, "history")) == 10, 4)  # before any ack is overdue
                assert late.births == [old, current]
                await late.command(encode_rebirth())
                await until(lambda: late.births[2:] == [current])


async def test_resend_brings_the_history_back_until_it_is_acked_again(tmp_path, mosquitto, cloud, until):
    store, (catalogue,) = make(tmp_path, "M-1")
    async with Outbox(store) as outbox, uplinked(outbox, mosquitto.port):
        await accept(outbox, catalogue, range(200))
        await until(lambda: len(rows(store, "history")) == 200)
        cloud.records.clear()
        await cloud.command(encode_resend("another-epoch", 1))
        await cloud.command(encode_resend(store.epoch, 51))
        await until(lambda: len(cloud.records) == 150 and len(rows(store, "history")) == 200)
    assert sorted(seq for _, seq in cloud.records) == list(range(51, 201))


async def test_f35_a_birth_tells_which_acked_records_are_kept(tmp_path, mosquitto, cloud, until):
    def histories():
        births = [body for topic, body in cloud.messages if topic.kind is MessageKind.NBIRTH]
        return [decode_node_birth(body).history for body in births]

    store, (catalogue,) = make(tmp_path, "M-1")
    async with Outbox(store) as outbox, uplinked(outbox, mosquitto.port):
        await until(lambda: histories() == [None])
        cloud.acks = False
        await accept(outbox, catalogue, range(9))
        await cloud.command(encode_ack(store.epoch, [(3, 3), (6, 7)]))
        await until(lambda: len(rows(store, "history")) == 3)
        await cloud.command(encode_rebirth())
        await until(lambda: len(histories()) == 2)
    assert histories()[1] == History(store.epoch, 3, 7)


async def test_garbage_on_the_command_topic_is_ignored(tmp_path, mosquitto, cloud, until):
    store, (catalogue,) = make(tmp_path, "M-1")
    async with Outbox(store) as outbox, uplinked(outbox, mosquitto.port):
        await until(lambda: cloud.count(MessageKind.DBIRTH) == 1)
        for garbage in (b"", b"\xff\xff", b"hello"):
            await cloud.command(garbage)
        await cloud.command(encode_ack(store.epoch, [(0, 2**64)]))
        await cloud.command(encode_resend(store.epoch, 2**63))
        await accept(outbox, catalogue, range(3))
        await until(lambda: len(rows(store, "history")) == 3)
    assert cloud.count(MessageKind.NBIRTH) == 1


@pytest.mark.parametrize("connections", [3])
async def test_births_and_deaths_of_one_connection_carry_one_number(
    tmp_path, mosquitto, cloud, until, connections
):
    for _ in range(connections):
        store, _ = make(tmp_path, "M-1")
        births = cloud.count(MessageKind.DBIRTH)
        async with Outbox(store) as outbox, uplinked(outbox, mosquitto.port):
            await until(lambda births=births: cloud.count(MessageKind.DBIRTH) == births + 1)
    await until(lambda: cloud.count(MessageKind.NDEATH) == connections)
    born = [decode_node_birth(body)[0] for topic, body in cloud.messages if topic.kind is MessageKind.NBIRTH]
    died = [decode_node_death(body) for topic, body in cloud.messages if topic.kind is MessageKind.NDEATH]
    assert born == died == [0, 1, 2]
    assert cloud.count(MessageKind.DDEATH) == connections
