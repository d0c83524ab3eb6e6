"""F26: a meter whose words or bytes come in another order than its template says: `edge try` finds it."""

import asyncio
import json
import sys
from functools import partial
from typing import Any

from civicwatt.drill.link import Link, Pass
from civicwatt.drill.plant import FLOAT_METER, INTEGER_METER, START_US, Shape, city
from civicwatt.drill.row import Row, Verdict, row
from civicwatt.drill.stage import Stage
from civicwatt_protocols.clock import Clock
from civicwatt_sim.meter import simulate
from civicwatt_sim.server import Plant

ORDERS = {"ABCD": (0, 1, 2, 3), "CDAB": (2, 3, 0, 1), "BADC": (1, 0, 3, 2), "DCBA": (3, 2, 1, 0)}
UNITS = {1: FLOAT_METER, 2: INTEGER_METER}
DATA_AT = 9  # of an answer over TCP


async def run(stage: Stage) -> Row:
    """Each order on each model: the values are seen to be impossible, and the right order is proposed."""
    plant = Plant(simulate(city(Shape(2), stage.seed)), Clock(START_US))
    (port,) = await plant.start("127.0.0.1", 0)
    link = Link(port)
    await link.start()
    found: dict[str, str | None] = {}
    try:
        for unit, template in UNITS.items():
            for order, places in ORDERS.items():
                link.answers = partial(_reordered, places)
                told = await _try(link.port, unit, template)
                found[f"{template} {order}"] = told["proposed_order"] or "ABCD"
    finally:
        await link.close()
        await plant.close()
    right = sum(case.endswith(order or "") for case, order in found.items())
    return row(
        Verdict(),
        len(found),
        stage.seed,
        {"each order is found": right == len(found)},
        found=[f"{case}: {order}" for case, order in found.items()],
    )


async def _try(port: int, unit: int, template: str) -> dict[str, Any]:
    """What `civicwatt edge try` says of a meter."""
    asked = ["edge", "try", str(unit), "--bus", f"tcp://127.0.0.1:{port}", "--template", template, "--json"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "civicwatt", *asked), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    told: dict[str, Any] = json.loads(out)
    return told


def _reordered(places: tuple[int, ...]) -> Pass:
    async def carry(answer: bytes) -> list[bytes]:
        data = answer[DATA_AT:]
        words = [data[at : at + 4] for at in range(0, len(data), 4)]
        swapped = [bytes(four[place] for place in places) if len(four) == 4 else four for four in words]
        return [answer[:DATA_AT] + b"".join(swapped)]

    return carry
