"""B3: how many requests a bus carries in a cycle, and whether the cycles keep their period."""

import statistics
import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from civicwatt.bench.figures import Figure, figure, progress
from civicwatt.bench.rig import Plant, Rig
from civicwatt_protocols import templates

PERIOD_ERROR = 0.01
TEMPLATE = "acrel/adl400"
POINTS = 10
ANSWER_MS = 20.0


def plant(interval_s: int, meters: int = 20) -> Plant:
    """20 meters of 10 points on one bus."""
    measures = tuple(register.measure for register in templates.load(TEMPLATE).registers)[:POINTS]
    return Plant(1, meters, TEMPLATE, measures, interval_s, ANSWER_MS)


def measure(folder: Path, plant: Plant, cycles: int) -> Figure:
    """The whole of B3."""
    progress(f"B3: {plant.units} meters on one bus, {cycles} cycles of {plant.interval_s} s")
    rig = Rig(plant, folder / "b3")
    with rig:
        time.sleep((cycles + 1) * plant.interval_s)
    counts, errors = judge(((at, unit) for at, _, unit in rig.served()), plant.interval_s, cycles)
    worst = max(statistics.mean(one) for one in errors.values())
    return figure(
        statistics.median(counts),
        "requests/cycle",
        plant.units,
        also=worst < PERIOD_ERROR and len(errors) == plant.units and max(counts) == min(counts),
        runs=[min(counts), max(counts)],
        cycles=len(counts),
        interval_s=plant.interval_s,
        period_error=round(worst, 5),
        period_error_goal=PERIOD_ERROR,
        period_error_of_one_cycle_at_most=round(max(max(one) for one in errors.values()), 5),
    )


def judge(
    served: Iterable[tuple[float, int]], interval_s: float, cycles: int
) -> tuple[list[int], dict[int, list[float]]]:
    """(requests of each whole cycle, |period - interval| / interval of each unit) from (second, unit)."""
    requests = sorted(served)
    began = requests[0][0] - interval_s / 4  # a cycle's requests all lie in the first half of its slot
    counts: dict[int, int] = defaultdict(int)
    firsts: dict[int, dict[int, float]] = defaultdict(dict)
    for at, unit in requests:
        cycle = int((at - began) / interval_s)
        if cycle <= cycles:
            counts[cycle] += 1
            firsts[unit].setdefault(cycle, at)
    errors = {
        unit: [abs(b - a - interval_s) / interval_s for a, b in pairwise(times.values())]
        for unit, times in firsts.items()
    }
    return [counts[cycle] for cycle in range(1, cycles + 1)], errors
