"""F09: the gateway's files are damaged or torn, or its disk answers writes with an error."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

from civicwatt.drill import evidence
from civicwatt.drill.plant import Shape
from civicwatt.drill.row import Row, Verdict, row
from civicwatt.drill.small_disk import refused_writes
from civicwatt.drill.stage import Stage
from civicwatt.drill.victim import NOWHERE
from civicwatt.drill.world import World

SHAPE = Shape(8, interval_s=10, rate=60.0)
VICTIM = (sys.executable, "-m", "civicwatt.drill.victim", NOWHERE, "0")
WAITING = 150  # records on the disk that nobody has yet
BYTES = 64  # of a file that are others
BACK_S = 10.0
REFUSED_S = 3.0


async def run(stage: Stage) -> Row:
    """Whatever is not damaged is delivered, what is lies aside, and the gateway needs no hands."""
    rounds = stage.count(1, 12)
    verdict, back_s, twice = Verdict(), 0.0, 0
    gone = dict.fromkeys(DAMAGES, 0)
    for name, hurt in DAMAGES.items():
        for number in range(rounds):
            folder = stage.folder / f"{name}-{number}"
            one, took_s, again = await _damaged(stage, folder, hurt, Random(stage.seed + number))  # noqa: S311
            gone[name] = max(gone[name], one.quarantined)
            verdict, back_s, twice = verdict + one, max(back_s, took_s), twice + again
    verdict += await _refused(stage)
    return row(
        verdict,
        rounds * len(DAMAGES) + stage.count(2, 12),
        stage.seed,
        {
            "back within 10 s": back_s <= BACK_S,
            "no more is gone than lay there": all(gone[name] <= MOST_GONE[name] for name in DAMAGES),
        },
        gone_at_most=[f"{name} {count}" for name, count in gone.items()],
        damages=[*DAMAGES, "refused_writes"],
        numbers_given_twice=twice,  # no reading is lost by it: the cloud knows them by point and slot
        back_s_at_most=round(back_s, 2),
    )


async def _damaged(
    stage: Stage, folder: Path, hurt: Callable[[Path, Random], None], dice: Random
) -> tuple[Verdict, float, int]:
    """(verdict, seconds until it is back, numbers given twice) of a gateway whose files are hurt."""
    async with World(folder, SHAPE, stage.seed) as world:
        world.start_gateway(VICTIM)
        await world.flows(60)
        await world.consumer.go()
        await world.passes(WAITING / SHAPE.meters * SHAPE.interval_s)
        await world.kill_gateway()
        before, points = evidence.accepted(world.data)
        hurt(world.data, dice)
        await world.consumer.come()
        world.start_gateway(VICTIM)
        took_s = await world.flows(SHAPE.meters)
        until_us = await world.drained()
        await world.stop_gateway()
        after, more = evidence.accepted(world.data)
        served = evidence.Answers.read(world.folder / "truth.jsonl", SHAPE.interval_us)
        kept = world.consumer.kept.values()
    there = evidence.by_slot(kept)
    missing = [slot for slot in evidence.by_slot(before) if slot not in there]
    verdict = evidence.judge([*after, *kept], kept, {**points, **more}, served, until_us=until_us)
    return verdict + Verdict(quarantined=len(missing)), took_s, world.consumer.changed


async def _refused(stage: Stage) -> Verdict:
    """No write succeeds for a while, again and again: an I/O error as of a worn memory card."""
    async with World(stage.folder / "refused", SHAPE, stage.seed) as world:
        world.start_gateway(VICTIM)
        await world.flows(60)
        for _ in range(stage.count(2, 12)):
            with refused_writes(world.pid):
                await asyncio.sleep(REFUSED_S)
            await world.flows(SHAPE.meters + 1)
        return await world.verdict(history=False)  # a refusal looks like a full disk: history gives way


def _flip(path: Path, dice: Random) -> None:
    """Some bytes of a file become others."""
    content = bytearray(path.read_bytes())
    at = dice.randrange(max(1, len(content) - BYTES))
    content[at : at + BYTES] = dice.randbytes(len(content[at : at + BYTES]))
    path.write_bytes(content)


def _page(data: Path, dice: Random) -> None:
    _flip(data / "outbox.db", dice)


def _head(data: Path, _: Random) -> None:
    path = data / "outbox.db"
    path.write_bytes(bytes(100) + path.read_bytes()[100:])


def _log(data: Path, dice: Random) -> None:
    _flip(data / "outbox.db-wal", dice)


def _torn(data: Path, dice: Random) -> None:
    path = data / "outbox.db-wal"
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - dice.randrange(1, 20_000))


def _segment(data: Path, dice: Random) -> None:
    _flip(dice.choice([path for path in data.glob("segments/*/*") if path.is_file()]), dice)


# What may be gone: records that the bytes held, a block of a segment, the commits that were torn off.
MOST_GONE = {"page": 3, "head": 0, "log": 3, "torn_log": 40, "segment": 32}
DAMAGES = {"page": _page, "head": _head, "log": _log, "torn_log": _torn, "segment": _segment}
