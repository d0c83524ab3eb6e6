"""Two centres at once: each gets every record, and one that is away holds back nothing of the other."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from mosquitto import Mosquitto

from civicwatt.demo.processes import free_port
from civicwatt_edge.config import Broker, Gateway, load
from civicwatt_edge.delivery.uplink import Uplink
from civicwatt_edge.storage.archive import Archive
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.uplink import Record, encode_resend

NAMES = ("city", "province")


@pytest.fixture
def second(mosquitto, tmp_path):
    (tmp_path / "second").mkdir()
    running = Mosquitto(mosquitto.program, free_port(), tmp_path / "second")
    running.start()
    yield running
    running.kill()


def make(directory, names=NAMES):
    store = Store(directory / "data", names)
    return store, store.catalogue("M-1", "simulated/water_counter", ["water_volume", "water_flow"])


async def accept(outbox, catalogue, slots):
    records = [
        Record(0, slot * 1_000_000, catalogue.device, catalogue.hash, (float(slot), 0.25), {})
        for slot in slots
    ]
    return await asyncio.gather(*map(outbox.put, records))


@asynccontextmanager
async def uplinked(outbox, **ports):
    gateway = Gateway(id="gw-01", division="429900", data="")
    tasks = [
        asyncio.create_task(Uplink(gateway, Broker(name=name, port=port), outbox, Clock.real()).run())
        for name, port in ports.items()
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def numbers(cloud):
    return sorted(seq for _, seq in cloud.records)


async def test_one_centre_away_holds_back_nothing_of_the_other_and_gets_all_when_it_is_back(
    tmp_path, mosquitto, second, cloud, until, listening
):
    store, catalogue = make(tmp_path)
    second.kill()
    async with Outbox(store) as outbox, uplinked(outbox, city=mosquitto.port, province=second.port):
        await until(lambda: cloud.births != [])
        await accept(outbox, catalogue, range(300))
        await until(lambda: store.waiting("city") == 0)
        assert store.waiting("province") == 300
        assert not [one for one in Archive(store.path.parent).records() if one.acked]
        second.start()
        arrived = len(cloud.arrivals)
        async with listening(second.port) as other:
            await until(lambda: len(other.records) == 300, 20)
            await accept(outbox, catalogue, range(300, 310))
            await until(lambda: store.waiting("city") == store.waiting("province") == 0)
    assert numbers(cloud) == numbers(other) == list(range(1, 311))
    assert all(one.acked for one in Archive(store.path.parent).records())
    assert {seq for seq, _ in cloud.arrivals[arrived:]} == set(range(301, 311)), (
        "the other's backlog is its own"
    )


async def test_a_resend_to_one_centre_is_none_to_the_other(
    tmp_path, mosquitto, second, cloud, until, listening
):
    store, catalogue = make(tmp_path)
    async with (
        listening(second.port) as other,
        Outbox(store) as outbox,
        uplinked(outbox, city=mosquitto.port, province=second.port),
    ):
        await accept(outbox, catalogue, range(50))
        await until(lambda: store.waiting("city") == store.waiting("province") == 0)
        other.records.clear()
        arrived = len(cloud.arrivals)
        await other.command(encode_resend(store.epoch, 11))
        await until(lambda: len(other.records) == 40 and store.waiting("province") == 0)
        assert len(cloud.arrivals) == arrived
    assert numbers(other) == list(range(11, 51))


async def test_a_new_centre_is_owed_what_nobody_has_and_may_ask_for_the_rest(tmp_path):
    store, catalogue = make(tmp_path, ["main"])
    record = Record(0, 1_000_000, "M-1", catalogue.hash, (1.0, 2.0), {})
    store.commit([record] * 10)
    store.commit([], {"main": [(1, 6), (9, 9)]})
    store.close()
    both, _ = make(tmp_path, ["main", "province"])
    assert [both.waiting("main"), both.waiting("province")] == [3, 3]
    assert both.kept("province") == (1, 9), "so its NBIRTH offers the history"
    both.commit([], {"province": [(7, 10)]})
    assert [one.seq for one in both.backlog(0, 99, "main")] == [7, 8, 10]
    assert both.backlog(0, 99, "province") == []
    both.close()
    one, _ = make(tmp_path, ["province"])
    assert all(each.acked for each in Archive(one.path.parent).records()), (
        "the centre that went is owed nothing"
    )
    one.close()


def test_births_of_each_centre_carry_numbers_of_their_own(tmp_path):
    store, _ = make(tmp_path)
    assert [store.next_bd_seq("city"), store.next_bd_seq("city"), store.next_bd_seq("province")] == [0, 1, 0]
    store.close()
    again, _ = make(tmp_path)
    assert [again.next_bd_seq("city"), again.next_bd_seq("province")] == [2, 1]
    again.close()


GATEWAY = '[gateway]\nid = "gw-01"\ndivision = "429900"\ndata = "data"\n'


def test_the_configuration_names_several_upstreams_or_one_broker(tmp_path):
    path = tmp_path / "gw.toml"
    path.write_text(GATEWAY + "[broker]\nport = 1999\n")
    assert [(one.name, one.port) for one in load(path).upstreams] == [("main", 1999)]
    two = '[[upstream]]\nname = "city"\nport = 1\n[[upstream]]\nname = "province"\nport = 2\n'
    path.write_text(GATEWAY + two)
    assert [(one.name, one.port) for one in load(path).upstreams] == [("city", 1), ("province", 2)]
    for wrong in (two + "[broker]\nport = 3\n", two.replace("province", "City"), two.replace("= 2", "= 1")):
        path.write_text(GATEWAY + wrong)
        with pytest.raises(BadValue):
            load(path)
