"""F21: whatever a device refuses and for how long, what it has is read again soon, in few requests."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicwatt_edge.config import DeviceConfig
from civicwatt_edge.polling.device import make_devices
from civicwatt_edge.polling.plan import CALM, FIRST_HOLD, HOLDS
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.errors import DeviceRefused
from civicwatt_protocols.uplink import GapReason

MISSING, BUSY = 2, 6
TEMPLATES = ("acrel/adw300", "eastron/sdm630", "schneider/iem3000")


class Bus:
    """Registers of which some are absent, and a device that may refuse all with a code."""

    def __init__(self):
        self.absent, self.code, self.asked = set(), None, 0

    async def read(self, unit, function, address, count):
        self.asked += 1
        if self.code is not None:
            raise DeviceRefused("b0", exception_code=self.code)
        if self.absent & {*range(address, address + count)}:
            raise DeviceRefused("b0", exception_code=MISSING)
        return bytes(2 * count)


@pytest.fixture(scope="module")
def devices(tmp_path_factory):
    """Fresh devices by template."""
    store = Store(tmp_path_factory.mktemp("plan"))
    yield lambda template: make_devices(DeviceConfig("M-1", template), store)[0]
    store.close()


def registers(device):
    return [one for question in device.questions for one in question.block.registers]


async def polled(device, bus, slots):
    """(requests, places without a value by refusal) of each slot."""
    told = []
    for slot in range(slots):
        before = bus.asked
        record = await device.read(bus, slot)
        refused = {place for place, reason in record.reasons.items() if reason is GapReason.REFUSED}
        told.append(SimpleNamespace(requests=bus.asked - before, refused=refused))
    return told


async def test_f21_a_device_that_was_not_ready_at_first_is_asked_in_its_blocks_again(devices):
    bus, device = Bus(), devices("acrel/adw300")
    planned, bus.code = len(device.questions), MISSING
    await polled(device, bus, 4)
    bus.code = None
    told = await polled(device, bus, CALM + 2)
    assert not any(one.refused for one in told)
    assert told[-1].requests == planned


async def test_f21_a_device_that_has_answered_is_read_in_the_first_slot_after_it_refused_everything(devices):
    bus, device = Bus(), devices("acrel/adw300")
    absent = registers(device)[3]
    bus.absent = {absent.address}
    await polled(device, bus, 30)
    for slots in (1, 5, 200, 2_075):
        bus.code = MISSING
        await polled(device, bus, slots)
        bus.code = None
        told = await polled(device, bus, 8)
        assert len(told[-1].refused) == 1
        assert slots > FIRST_HOLD or len(told[0].refused) == 1


async def test_f21_an_exception_that_is_no_illegal_address_changes_no_question(devices):
    bus, device = Bus(), devices("acrel/adw300")
    bus.absent = {registers(device)[3].address}
    await polled(device, bus, 30)
    questions, bus.code = device.questions, BUSY
    await polled(device, bus, 3)
    bus.code = None
    assert len((await polled(device, bus, 1))[0].refused) == 1
    assert len(device.questions) == len(questions)


async def test_f21_a_trial_of_the_whole_block_costs_no_value(devices):
    """A device that answers no block longer than some registers, though the template says it does."""
    bus, device = Bus(), devices("acrel/adw300")

    async def read(unit, function, address, count, real=bus.read):
        if count > 8:
            bus.asked += 1
            raise DeviceRefused("b0", exception_code=MISSING)
        return await real(unit, function, address, count)

    bus.read = read
    told = await polled(device, bus, 400)
    assert not any(one.refused for one in told[10:])
    tried = [one.requests for one in told[10:] if one.requests > told[10].requests]
    assert 1 <= len(tried) <= 6, "16, 32, 64, … slots apart"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
async def test_f21_after_any_history_of_refusals_all_that_is_there_is_read(devices, data):
    bus, device = Bus(), devices(data.draw(st.sampled_from(TEMPLATES)))
    every = registers(device)
    places = [place for question in device.questions for place in question.places]
    absent = data.draw(st.sets(st.sampled_from(range(len(every))), max_size=3))
    bus.absent = {every[index].address for index in absent}
    gone = {
        place for place, one in zip(places, every, strict=True) if bus.absent & {*range(one.address, one.end)}
    }
    for code, slots in data.draw(
        st.lists(st.tuples(st.sampled_from([None, MISSING, BUSY]), st.integers(1, 40)), max_size=6)
    ):
        bus.code = code
        await polled(device, bus, slots)
    bus.code = None
    told = await polled(device, bus, (FIRST_HOLD << (HOLDS - 1)) + 40)
    assert told[-1].refused == gone
