"""F15: a clock that is wrong at the start. Readings are taken, held back, and stamped when it is known."""

import asyncio
import time
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from civicwatt_edge import agent, machine_time
from civicwatt_edge.config_file import ConfigFile
from civicwatt_edge.machine_time import Moment
from civicwatt_edge.storage.archive import Archive
from civicwatt_edge.storage.store import IN_ROWS, SEGMENT, Store
from civicwatt_protocols.uplink import GapReason, Record, decode_record, peek

SECOND, GAP = 1_000_000, GapReason.TIMEOUT
YEAR_2000_S = 946_684_800
CONFIG = """
[gateway]
id = "gw-01"
division = "429900"
data = "data"
[broker]
port = {broker}
[[bus]]
name = "b0"
url = "tcp://127.0.0.1:{bus}"
[[bus.device]]
id = "M-1"
unit = 1
interval_s = 1
template = "simulated/water_counter"
"""


class Machine:
    """A machine's clock and boot; `behind_s` is what its clock is off."""

    def __init__(self, monkeypatch):
        self.behind_s, self.boot = 0.0, "this boot"
        right_ns, right = time.time_ns, machine_time.moment
        monkeypatch.setattr(time, "time_ns", lambda: right_ns() - round(self.behind_s * 10**9))
        monkeypatch.setattr(machine_time, "moment", lambda: right()._replace(boot=self.boot))


@pytest.fixture
def machine(monkeypatch):
    monkeypatch.setattr(agent, "LOOK_S", 0.05)
    return Machine(monkeypatch)


@pytest.fixture
def config(tmp_path, meter, mosquitto):
    path = tmp_path / "gw.toml"
    path.write_text(CONFIG.format(broker=mosquitto.port, bus=meter.port))
    return path


@asynccontextmanager
async def running(path):
    stop = asyncio.Event()
    task = asyncio.create_task(agent.run(ConfigFile(path), None, stop))
    try:
        yield
    finally:
        stop.set()
        await task


def slots(cloud):
    return sorted(record.slot_us for record in cloud.records.values())


@pytest.mark.parametrize("wrong_s", [0, YEAR_2000_S, 4_070_908_800], ids=["1970", "2000", "2099"])
async def test_f15_readings_before_the_clock_was_set_come_with_the_time_they_were_taken_at(
    config, machine, meter, cloud, until, wrong_s, capsys
):
    began_s = time.time()
    machine.behind_s = began_s - wrong_s
    async with running(config):
        await until(lambda: len(meter.served) >= 2)
        assert not cloud.messages, "nothing is said with a time that is not known"
        machine.behind_s = 0.0
        set_us = round(time.time() * SECOND)
        await until(lambda: len([at for at in slots(cloud) if at > set_us]) >= 2)
    before = [at for at in slots(cloud) if at <= set_us]
    assert len(before) >= 2
    assert before[0] >= (began_s - 1) * SECOND
    assert all(0.9 * SECOND < later - at < 1.1 * SECOND for at, later in pairwise(before))
    said = capsys.readouterr().out
    assert "CW-E2040" in said
    assert "records_stamped_anew" in said


@pytest.mark.parametrize("set_while", ["it runs again", "it is down"])
async def test_f15_a_gateway_that_was_restarted_meanwhile_knows_the_time_of_all(
    config, machine, meter, cloud, until, set_while
):
    began_s = time.time()
    machine.behind_s = began_s - YEAR_2000_S
    async with running(config):
        await until(lambda: len(meter.served) >= 1)
    if set_while == "it is down":
        machine.behind_s = 0.0
    async with running(config):
        await until(lambda: len(meter.served) >= 3)
        machine.behind_s = 0.0
        await until(lambda: len(slots(cloud)) >= 3)
    assert len(slots(cloud)) >= 3
    assert all((began_s - 1) * SECOND < at < (time.time() + 1) * SECOND for at in slots(cloud))


async def test_f15_a_reboot_makes_the_time_unknowable_and_that_is_said_not_guessed(
    config, machine, meter, cloud, until, tmp_path
):
    machine.behind_s = time.time() - YEAR_2000_S
    async with running(config):
        await until(lambda: len(meter.served) >= 3)  # the last one may not be taken any more
    machine.boot, machine.behind_s = "the next boot", 0.0
    began_s = time.time()
    async with running(config):
        await until(lambda: len(slots(cloud)) >= 2)
    assert all(at >= (began_s - 1) * SECOND for at in slots(cloud))
    store = Store(tmp_path / "data")
    assert store.lost().count >= 2
    store.close()
    kept = [one for one in Archive(tmp_path / "data").records() if one.record.slot_us >= began_s * SECOND]
    assert store.waiting() <= sum(not one.acked for one in kept), "only what came last"


def test_f15_records_of_a_doubtful_time_stay_where_they_can_be_stamped_anew(tmp_path):
    """However many: what is packed into a segment is not touched again."""
    store = Store(tmp_path)
    catalogue = store.catalogue("M-1", "simulated/water_counter", ["water_volume", "water_flow"])
    count = 2 * SEGMENT + IN_ROWS
    wrong = [
        Record(0, (YEAR_2000_S + slot) * SECOND, "M-1", catalogue.hash, (float(slot), None), {1: GAP})
        for slot in range(count)
    ]
    start = Moment(YEAR_2000_S * SECOND, 5 * SECOND, "boot")
    assert not store.judge_time(start, believed=False)
    store.commit(wrong)
    assert not store.tidy(), "nothing to pack yet"
    shift_s = 840_000_000
    later = Moment((YEAR_2000_S + shift_s + 60) * SECOND, 65 * SECOND, "boot")
    assert store.judge_time(later, believed=True)
    while store.tidy():
        store.note()
    right = [each.slot_us for each in records(store)]
    assert right == [record.slot_us + shift_s * SECOND for record in wrong]
    assert [each.values for each in records(store)] == [record.values for record in wrong]
    store.close()


def records(store):
    return [
        decode_record(each.body, store.catalogues[peek(each.body)[2]]) for each in store.backlog(0, 10**6)
    ]
