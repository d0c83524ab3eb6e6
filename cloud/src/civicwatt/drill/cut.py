"""F27: the way to the broker breaks after k bytes, wherever in a PUBLISH that is."""

from random import Random

from civicwatt.drill.link import Cut, Pass, unchanged
from civicwatt.drill.plant import Shape
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage, until
from civicwatt.drill.world import World

FURTHEST = 12_000  # bytes after CONNECT, births among them


async def run(stage: Stage) -> Row:
    """Each connection is cut at another byte; what was under way comes again, once."""
    cuts = stage.count(8, 50)
    async with World(stage.folder, Shape(8, interval_s=10, rate=40.0), stage.seed, linked=True) as world:
        link = world.broker_link
        assert link is not None  # noqa: S101 it is linked
        dice = stage.dice
        link.asks = lambda: _breaks_after(dice)
        world.start_gateway()
        await until(lambda: link.connections > cuts, "so many connections", 15.0 * cuts)
        link.asks = lambda: unchanged
        verdict = await world.verdict()
        again = world.consumer.deliveries - len(world.consumer.kept)
    return row(verdict, cuts, stage.seed, sent_again=again, bytes_at_most=FURTHEST)


def _breaks_after(dice: Random) -> Pass:
    left = dice.randint(1, FURTHEST)

    async def carry(data: bytes) -> list[bytes]:
        nonlocal left
        if len(data) >= left:
            raise Cut(data[:left])
        left -= len(data)
        return [data]

    return carry
