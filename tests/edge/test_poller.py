"""F21, F22: the grid holds, every slot yields one record, and a dead device costs nobody else anything."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from civicwatt_edge.bus.modbus_tcp import ModbusTcp
from civicwatt_edge.config import DeviceConfig
from civicwatt_edge.polling import poller
from civicwatt_edge.polling.breaker import Breaker
from civicwatt_edge.polling.device import make_devices
from civicwatt_edge.polling.poller import BusPoller
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import DeviceRefused
from civicwatt_protocols.uplink import GapReason

SECOND = 1_000_000


@pytest.fixture
def device(tmp_path):
    store = Store(tmp_path)

    def build(name, unit, template="simulated/water_counter"):
        config = DeviceConfig(id=name, template=template, unit=unit, interval_s=1)
        return make_devices(config, store)[-1]

    yield build
    store.close()


@asynccontextmanager
async def polling(meter, devices, rate, timeout_s=1.0):
    """Poll with slots of one simulated second; yields the clock and the growing list of records."""
    records = []
    clock = Clock(1_800_000_000 * SECOND + 123_456, rate)
    bus = ModbusTcp("127.0.0.1", meter.port, timeout_s)
    task = asyncio.create_task(BusPoller(bus, devices, clock, records.append).run())
    try:
        yield clock, records
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def slots(records, name):
    return [record.slot_us for record in records if record.device == name]


def assert_each_slot_once(records, name):
    found = slots(records, name)
    assert found == list(range(found[0], found[0] + len(found) * SECOND, SECOND))
    assert found[0] % SECOND == 0


async def test_a_meter_is_never_read_before_its_slot(meter, device, until, monkeypatch):
    """A loop that wakes its sleepers early, as uvloop may by a millisecond."""
    sleep, asked_us = asyncio.sleep, []

    async def early(delay_s):
        await sleep(delay_s * 0.9)

    async def behave(request, right):
        asked_us.append(clock.now_us())
        return [(0.0, right)]

    monkeypatch.setattr(poller.asyncio, "sleep", early)
    async with polling(meter, [device("M-1", 1)], rate=20) as (clock, records):
        meter.behave = behave
        await until(lambda: len(records) >= 10)
    read_us = slots([record for record in records if record.values[0] is not None], "M-1")
    assert len(read_us) >= 5
    assert all(any(slot <= at < slot + SECOND for at in asked_us) for slot in read_us)
    assert all(at % SECOND < 0.9 * SECOND for at in asked_us)


async def test_slots_lie_on_the_grid_and_do_not_drift(meter, device, until):
    async with polling(meter, [device("M-1", 1), device("M-2", 2)], rate=20) as (clock, records):
        await until(lambda: len(records) >= 40)
        behind_us = clock.now_us() - records[-1].slot_us
    for name in ("M-1", "M-2"):
        assert_each_slot_once(records, name)
    assert sum(record.values[0] is not None for record in records) > len(records) / 2
    assert 0 <= behind_us < 5 * SECOND


async def test_f22_a_dead_device_does_not_delay_the_others_slots(meter, device, until):
    """Slots of 1 s, time-outs of 0.4 s: without order and breaker each slot would be 40 % late."""
    meter.silent = {9}
    loop = asyncio.get_running_loop()
    devices = [device("dead", 9), *(device(f"M-{unit}", unit) for unit in (1, 2, 3))]
    async with polling(meter, devices, 1, timeout_s=0.4) as (clock, records):
        offset_s = loop.time() - clock.now_us() / SECOND
        await until(lambda: len(slots(records, "M-3")) >= 6, 20)
    late = [(served_s - offset_s) % 1.0 for served_s, unit, _ in meter.served if unit != 9]
    known = sorted(late[3:])  # the first slot shows who is silent; parts of an interval after the slot
    assert known[int(len(known) * 0.9)] <= 0.1
    for name in ("dead", "M-1", "M-2", "M-3"):
        assert_each_slot_once(records, name)


async def test_f22_after_three_time_outs_a_device_is_probed_seldom_and_its_slots_say_so(meter, device, until):
    meter.silent = {9}
    async with polling(meter, [device("dead", 9)], rate=20, timeout_s=0.02) as (_, records):
        await until(lambda: len(records) >= 30)
        asked = sum(unit == 9 for _, unit, _ in meter.served)
        assert asked <= 7  # slots 1, 2, 3, 5, 9, 17 and perhaps 33
        said = {reason for record in records for reason in record.reasons.values()}
        assert GapReason.TIMEOUT in said <= {GapReason.TIMEOUT, GapReason.LATE}  # LATE: this machine was busy
        assert_each_slot_once(records, "dead")
        meter.silent = set()
        await until(lambda: records[-1].values[0] is not None)
        count = len(records)
        await until(lambda: len(records) >= count + 5)
    assert all(record.values[0] is not None for record in records[count:])


def test_the_breaker_probes_ever_more_seldom_up_to_its_bound():
    breaker, probes = Breaker(), []
    for slot in range(1, 80):
        if breaker.lets_through():
            probes.append(slot)
            breaker.note(failed=True)
    assert probes == [1, 2, 3, 5, 9, 17, 33, 49, 65]
    breaker.note(failed=False)
    assert breaker.lets_through()


async def test_an_answer_after_its_slot_is_said_to_be_late_and_never_stamped_with_that_slot(
    meter, device, until
):
    """Each read takes two and a half slots at first: every slot still yields exactly one record."""
    slow = True

    async def behave(request, right):
        return [(0.125 if slow else 0.0, right)]

    meter.behave = behave
    async with polling(meter, [device("slow", 1)], rate=20) as (_, records):
        await until(lambda: len(records) >= 8)
        slow = False
        await until(lambda: records[-1].values[0] is not None)
    assert_each_slot_once(records, "slow")
    assert {record.reasons.get(0) for record in records[:8]} == {GapReason.LATE}


async def test_buses_do_not_wait_for_each_other(meter, device, until):
    meter.silent = {9}
    async with (
        polling(meter, [device("dead", 9)], rate=20, timeout_s=5.0) as (_, dead),
        polling(meter, [device("M-1", 1)], rate=20) as (_, alive),
    ):
        await until(lambda: len(alive) >= 10)
    assert dead == []
    assert_each_slot_once(alive, "M-1")


async def test_power_is_read_more_often_than_the_rest_and_no_slot_has_two_readings(tmp_path, meter, until):
    store = Store(tmp_path)
    config = DeviceConfig(
        id="M-1", template="acrel/adw300", unit=1, interval_s=4, fast_s=1, fast=("active_power_total",)
    )
    fast, whole = make_devices(config, store)
    async with polling(meter, [fast, whole], rate=4) as (_, records):
        await until(lambda: sum(record.catalogue == whole.catalogue.hash for record in records) >= 3)
    assert_each_slot_once(records, "M-1")
    for record in records:
        is_whole = record.slot_us % (4 * SECOND) == 0
        assert record.catalogue == (whole if is_whole else fast).catalogue.hash
        assert not record.reasons
    (point,) = fast.catalogue.points
    assert point in whole.catalogue.points, "one alias: the cloud sees one point"
    assert store.births() == [whole.catalogue]
    store.close()


async def test_f21_a_refused_block_leaves_the_other_values_standing(meter, device, until):
    meters = device("M-1", 1, "schneider/iem3000")
    refused = meters.questions[1]

    async def behave(request, right):
        if int.from_bytes(request[8:10]) == refused.block.address:
            return refusal(right, 4)
        return [(0.0, right)]

    meter.behave = behave
    async with polling(meter, [meters], rate=4) as (_, records):
        await until(lambda: len(records) >= 3)
    assert len(meters.questions) >= 3
    for record in records:
        assert set(record.reasons) == set(refused.places)
        assert set(record.reasons.values()) == {GapReason.REFUSED}
        assert all((record.values[i] is None) == (i in refused.places) for i in range(len(record.values)))


async def test_f21_a_device_without_one_register_of_a_block_gives_all_the_others(meter, device, until):
    """Exception 2 names no address: the block is asked in halves, one step a slot, down to the register."""
    meters = device("M-1", 1, "acrel/adw300")
    widest = max(meters.questions, key=lambda question: len(question.places))
    missing = widest.block.registers[-2]
    place = widest.places[-2]

    async def behave(request, right):
        first, count = int.from_bytes(request[8:10]), int.from_bytes(request[10:12])
        return refusal(right, 2) if first <= missing.address < first + count else [(0.0, right)]

    meter.behave = behave
    async with polling(meter, [meters], rate=20) as (_, records):
        await until(lambda: records and set(records[-1].reasons) == {place}, 20)
    assert_each_slot_once(records, "M-1")
    assert records[0].reasons == dict.fromkeys(widest.places, GapReason.REFUSED)
    assert len(meters.questions) <= 1 + len(widest.places).bit_length() + 1


async def test_f21_a_device_that_refused_everything_is_asked_as_planned_again(meter, device, until):
    meters = device("M-1", 1, "acrel/adw300")
    asked = []

    async def behave(_, right):
        asked.append(len(meters.questions))
        return refusal(right, 2)

    meter.behave = behave
    async with polling(meter, [meters], rate=20):
        await until(lambda: 12 in asked and 1 in asked[asked.index(12) :], 20)
    again = asked.index(1, asked.index(12))
    assert asked[:again] == sorted(asked[:again]), "halves down to the register, then the plan"


async def test_f21_a_register_that_stays_refused_is_asked_ever_more_seldom(meter, device, until):
    meters = device("M-1", 1, "acrel/adw300")
    (block,) = (question.block for question in meters.questions)
    missing, alone = block.registers[0], 0

    async def behave(request, right):
        nonlocal alone
        first, count = int.from_bytes(request[8:10]), int.from_bytes(request[10:12])
        alone += first == missing.address and count == missing.count
        return refusal(right, 2) if first <= missing.address < first + count else [(0.0, right)]

    meter.behave = behave
    async with polling(meter, [meters], rate=20) as (_, records):
        await until(lambda: alone >= 5, 20)
    slots = [record.slot_us for record in records]
    assert_each_slot_once(records, "M-1")
    assert len(slots) >= 3 + 2 + 4, "the fourth and fifth time come 2 and 4 slots after the one before"


async def test_f21_a_device_that_refuses_everything_is_searched_ever_more_seldom(device):
    class Refuses:
        async def read(self, unit, *_):
            asked.append(unit)
            raise DeviceRefused("bus", exception_code=2)

    meters, asked = device("M-1", 1, "acrel/adw300"), []
    for slot in range(400):
        record = await meters.read(Refuses(), slot)
        assert set(record.reasons.values()) == {GapReason.REFUSED}
    registers = len(record.values)
    assert len(asked) - 400 <= 5 * 3 * registers, "five searches, after 0, 16, 32, 64, 128 slots"


def refusal(right, code):
    return [(0.0, right[:4] + b"\x00\x03" + right[6:7] + bytes([right[7] | 0x80, code]))]


async def test_f21_a_gateways_no_answer_counts_as_silence(meter, device, until):
    async def behave(request, right):
        return [(0.0, right[:4] + b"\x00\x03" + right[6:7] + bytes([right[7] | 0x80, 0x0B]))]

    meter.behave = behave
    async with polling(meter, [device("M-1", 1)], rate=10) as (_, records):
        await until(lambda: len(records) >= 8)
    reasons = {reason for record in records for reason in record.reasons.values()}
    assert reasons - {GapReason.LATE} == {GapReason.TIMEOUT}  # a busy machine also misses slots
    assert len(meter.served) <= 5


async def test_a_broken_line_is_a_gap_with_its_reason_and_does_not_end_polling(meter, device, until):
    async def behave(request, right):
        raise OSError("hang up")

    meter.behave = behave
    async with polling(meter, [device("M-1", 1)], rate=4) as (_, records):
        await until(lambda: len(records) >= 3)
        meter.behave = None
        await until(lambda: records[-1].values[0] is not None)
    assert records[0].reasons[0] is GapReason.DISCONNECTED


async def test_a_fault_of_ours_costs_the_slot_not_the_bus(meter, device, until, monkeypatch):
    broken, good = device("M-1", 1), device("M-2", 2)
    monkeypatch.setattr(type(broken.questions[0].decoder), "decode", _fail_for(broken), raising=True)
    async with polling(meter, [broken, good], rate=2) as (_, records):
        await until(lambda: len(slots(records, "M-2")) >= 3)
    assert {record.reasons.get(0) for record in records if record.device == "M-1"} == {GapReason.BAD_FRAME}
    assert {record.reasons.get(0) for record in records if record.device == "M-2"} == {None}


def _fail_for(broken):
    decoder = broken.questions[0].decoder
    original = type(decoder).decode

    def decode(self, data):
        if self is decoder:
            raise ZeroDivisionError("a fault of ours")
        return original(self, data)

    return decode
