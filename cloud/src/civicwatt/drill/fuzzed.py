"""F25: garbage, split and merged frames, wrong units, short counts, bad checksums."""

import asyncio
from random import Random

from civicwatt.drill import fuzz_frames
from civicwatt.drill.link import Pass
from civicwatt.drill.plant import Shape
from civicwatt.drill.row import Row, Verdict, row
from civicwatt.drill.stage import Stage
from civicwatt.drill.world import World

SHAPE = Shape(8, interval_s=10, rate=20.0, timeout_ms=60)
SPOILT, SPLIT = 0.2, 0.3
SPOILS = (fuzz_frames.shorter, fuzz_frames.head_byte, fuzz_frames.longer, fuzz_frames.noise)


async def run(stage: Stage) -> Row:
    """Into the decoders, into a bus client on a socket, and into a whole gateway."""
    inputs, reads = stage.count(20_000, 1_000_000), stage.count(2_000, 30_000)
    whole, frames, live = await asyncio.gather(
        _gateway(stage),
        stage.work("fuzz_frames", inputs, stage.seed),
        stage.work("fuzz_live", reads, stage.seed),
    )
    crashes = frames["crashes"] + live["crashes"]
    return row(
        whole + Verdict(wrong=frames["wrong"] + live["wrong"]),
        inputs + reads,
        stage.seed,
        {"no crash": crashes == 0},
        crashes=crashes,
        inputs=inputs,
        inputs_refused=frames["refused"],
        live_reads=live["reads"],
        live_refused=live["refused"],
        strange=frames["strange"],
    )


async def _gateway(stage: Stage) -> Verdict:
    async with World(stage.folder, SHAPE, stage.seed, linked=True) as world:
        dice = stage.dice
        world.bus_links[0].answers = lambda: _spoilt(dice)
        world.start_gateway()
        await world.flows()
        await world.passes(SHAPE.interval_s * stage.count(24, 400))
        return await world.verdict()


def _spoilt(dice: Random) -> Pass:
    async def carry(data: bytes) -> list[bytes]:
        if dice.random() < SPOILT:
            return [dice.choice(SPOILS)(data, dice)]
        if dice.random() < SPLIT:
            at = dice.randrange(len(data))
            return [data[:at], data[at:]]
        return [data]

    return carry
