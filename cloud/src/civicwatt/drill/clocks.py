"""F14, F15: the machine's clock is set while the gateway runs, or is wrong when it starts."""

import asyncio
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from civicwatt.drill import evidence
from civicwatt.drill.plant import Shape
from civicwatt.drill.preload import can_compile, compiled
from civicwatt.drill.row import Row, Verdict, row, skipped
from civicwatt.drill.stage import Stage
from civicwatt.drill.world import World
from civicwatt_protocols.clock import Clock
from civicwatt_sim.truth import Served

S = 1_000_000
HOUR_S, DAY_S = 3_600, 86_400
SHAPE = Shape(4, interval_s=1, rate=1.0)
STEPS_S = (HOUR_S, -HOUR_S, DAY_S, -DAY_S)
NOTICED_S = 2.5  # until then a gateway may go on in the time it had: it looks at the clock once a second
BROKEN_S = 4.0  # longest pause between two reads of a meter while the clock is set
WRONG_AT_BOOT = {"1970": 0, "2000": 946_684_800, "2099": 4_070_908_800}  # UTC seconds
NO_COMPILER = "没有 C 编译器，无法拨动时钟 · no C compiler (cc) to set the clock of one process with"


@dataclass
class ShiftedClock:
    """The wall clock of one process, as far ahead as its file says; what was in force when is kept."""

    path: Path
    library: Path
    shifts: list[tuple[int, int]] = field(default_factory=list)  # from when [true µs], how far ahead [µs]

    def set(self, ahead_s: float) -> None:
        """Set it, now."""
        with self.path.open("r+b" if self.path.exists() else "wb") as file:
            file.write(struct.pack("=q", int(ahead_s * 1_000_000_000)))
        self.shifts.append((time.time_ns() // 1_000, int(ahead_s * S)))

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process needs to live by it."""
        return {"LD_PRELOAD": str(self.library), "SHIFTED_CLOCK": str(self.path)}

    def as_shown(self, at_us: int) -> list[int]:
        """What the clock showed at a true time, and what a gateway that has not noticed yet would say."""
        shown = [(at_us + ahead, since) for since, ahead in self.shifts if since <= at_us]
        former = [(n, since) for (n, _), (_, since) in pairwise(shown) if at_us - since < NOTICED_S * S]
        return [shown[-1][0], *(n for n, _ in former)] if shown else []


async def steps(stage: Stage) -> Row:
    """F14: an hour and a day forth and back; polling keeps its pace, each slot is in a time shown then."""
    if not can_compile():
        return skipped(stage.seed, NO_COMPILER)
    world, clock = await _world(stage)
    async with world:
        clock.set(0)
        world.start_gateway(environment=clock.environment)
        await world.flows(8)
        for step_s in STEPS_S * stage.count(1, 6):
            clock.set(step_s)
            await asyncio.sleep(4)
            clock.set(0)
            await asyncio.sleep(4)
        verdict, pause_s = await _verdict(world, clock)
    return row(
        verdict,
        len(clock.shifts) - 1,
        stage.seed,
        {"polling goes on": pause_s <= BROKEN_S},
        steps_s=list(STEPS_S),
        longest_pause_s=round(pause_s, 2),
    )


async def wrong_at_boot(stage: Stage) -> Row:
    """F15: it starts in 1970, 2000 or 2099; what it read is delivered under the time when it was read."""
    if not can_compile():
        return skipped(stage.seed, NO_COMPILER)
    verdict, pause_s, early = Verdict(), 0.0, 0
    for year, wall_s in WRONG_AT_BOOT.items():
        world, clock = await _world(stage, year)
        async with world:
            clock.set(wall_s - time.time())
            world.start_gateway(environment=clock.environment)
            await asyncio.sleep(stage.count(5, 60))
            early += len(world.consumer.kept)
            clock.set(0)
            await world.flows(8)
            clock.shifts[:] = [(0, 0)]  # only the true time will do
            one, longest_s = await _verdict(world, clock)
        verdict, pause_s = verdict + one, max(pause_s, longest_s)
    return row(
        verdict,
        len(WRONG_AT_BOOT),
        stage.seed,
        {"nothing leaves under a wrong time": early == 0, "polling goes on": pause_s <= BROKEN_S},
        clocks_at_boot=list(WRONG_AT_BOOT),
        longest_pause_s=round(pause_s, 2),
    )


async def _world(stage: Stage, name: str = "clock") -> tuple[World, ShiftedClock]:
    folder = stage.folder / name
    folder.mkdir(parents=True)
    library = await asyncio.to_thread(compiled, "clock", folder)
    world = World(folder, SHAPE, stage.seed, clock=Clock.real())
    return world, ShiftedClock(folder / "ahead", library)


async def _verdict(world: World, clock: ShiftedClock) -> tuple[Verdict, float]:
    """(verdict by the times that the gateway's clock showed, longest pause between reads of a meter)."""
    await asyncio.sleep(2)  # what is on its way
    kept = len(world.consumer.kept)
    await world.flows(8)
    await world.stop_gateway()
    disk, points = evidence.accepted(world.data)
    served = evidence.Answers.read(world.folder / "truth.jsonl", SHAPE.interval_us)
    pauses = [b - a for column in served.columns.values() for a, b in pairwise(column.served_us)]
    shown = {key: _as_shown(column, clock) for key, column in served.columns.items()}
    verdict = evidence.judge(
        disk,
        world.consumer.kept.values(),
        points,
        evidence.Answers(shown, SHAPE.interval_us),
        until_us=0,
    )
    arrived = {one.seq for one in world.consumer.kept.values()}
    lost = sum(one.seq not in arrived for one in disk if one.seq <= kept)
    return verdict + Verdict(lost=lost, wrong=world.consumer.changed), max(pauses) / S


def _as_shown(column: Served, clock: ShiftedClock) -> Served:
    """The answers at the times that the gateway's clock showed."""
    pairs = sorted(
        (shown, micro)
        for at_us, micro in zip(column.served_us, column.micro, strict=True)
        for shown in clock.as_shown(at_us)
    )
    return Served([at for at, _ in pairs], [micro for _, micro in pairs])
