"""F21: devices that answer with a Modbus exception."""

from collections import Counter

from civicwatt.drill.link import Pass
from civicwatt.drill.plant import Shape, name
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage
from civicwatt.drill.world import World
from civicwatt_protocols.uplink import GapReason, Record
from civicwatt_sim.faults import Fault, FaultKind, Faults

# Modbus application protocol V1.1b3, clause 7: code → what its slots must say
CODES = {
    1: GapReason.REFUSED,
    2: GapReason.REFUSED,
    3: GapReason.REFUSED,
    4: GapReason.REFUSED,
    6: GapReason.REFUSED,
    0x0B: GapReason.TIMEOUT,
}
UNIT_AT = 6  # of a request
SPLITTING = 60  # engineering default: requests that finding the refused registers may cost, once


async def run(stage: Stage) -> Row:
    """Each code's slots say why, nobody else loses a sample, and nobody is asked again and again."""
    shape = Shape(len(CODES) + 4, interval_s=10, rate=20.0)
    cycles = stage.count(20, 400)
    requests: Counter[int] = Counter()
    async with World(stage.folder, shape, stage.seed, linked=True) as world:
        refusing = {name(0, unit): code for unit, code in enumerate(CODES, start=1)}
        world.plant.faults = Faults(
            [Fault(kind=FaultKind.REFUSE, device=device, code=code) for device, code in refusing.items()]
        )
        world.bus_links[0].asks = lambda: counting(requests)
        world.start_gateway()
        await world.flows(shape.meters)
        await world.passes(cycles * shape.interval_s)
        verdict = await world.verdict()
        records = list(world.consumer.kept.values())
    slots = Counter(one.device for one in records)
    told = all(
        set(one.reasons.values()) == {CODES[refusing[one.device]]} and not _any(one)
        for one in records
        if one.device in refusing
    )
    healthy = [one for one in records if one.device not in refusing]
    beyond = [requests[unit] - requests[unit + len(CODES)] for unit in (1, 2, 3, 4)]  # a healthy one alike
    return row(
        verdict,
        sum(slots[device] for device in refusing),
        stage.seed,
        {
            "each refused slot tells its reason": told,
            "every healthy sample stored": all(None not in one.values for one in healthy),
            "no request beyond the plan": max(beyond) <= SPLITTING,
        },
        codes=list(CODES),
        requests=sum(requests.values()),
        healthy_samples=sum(len(one.values) for one in healthy),
    )


def _any(record: Record) -> bool:
    return any(value is not None for value in record.values)


def counting(requests: Counter[int]) -> Pass:
    """Count the requests of each unit that pass."""

    async def carry(data: bytes) -> list[bytes]:
        requests[data[UNIT_AT]] += 1
        return [data]

    return carry
