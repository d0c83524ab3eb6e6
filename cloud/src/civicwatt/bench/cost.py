"""B1: what a value costs the gateway, and what it does when far more is asked than it can read."""

import statistics
import time
from pathlib import Path

from civicwatt.bench.figures import Figure, figure, progress
from civicwatt.bench.rig import Plant, Rig
from civicwatt.bench.usage import cpu_s, memory_mb
from civicwatt_protocols import templates
from civicwatt_protocols.sparkplug.payload import decode

GOAL_US = 3.5
MEMORY_MB = 150.0  # resident, however much is asked
OVERLOAD = 10.0
TEMPLATE = "eastron/sdm630"  # 32 registers in two requests
HEAD = 3  # metrics of a record before its values
PHASE_S = 0.7  # of a slot at which all its work is done


def plant(buses: int = 10, units: int = 10, clock_rate: float = 1.0) -> Plant:
    """100 devices of 30 values, read every second."""
    measures = tuple(register.measure for register in templates.load(TEMPLATE).registers)[:30]
    return Plant(buses, units, TEMPLATE, measures, clock_rate=clock_rate)


def measure(folder: Path, normal: Plant, seconds: int, runs: int) -> Figure:
    """The whole of B1."""
    results = []
    for number in range(runs):
        progress(f"B1 {number + 1}/{runs}: {normal.values} values/s for {seconds} s")
        results.append(load(folder / f"b1-{number}", normal, seconds))
    costs = [one["us_per_value"] for one in results]
    lossless = all(one["values"] == one["asked"] and one["acked"] == one["accepted"] for one in results)
    overload = _overload(folder, normal, seconds)
    return figure(
        statistics.median(costs),
        "µs/value",
        GOAL_US,
        also=lossless and overload["bounded"],
        runs=costs,
        values_per_s=normal.values,
        complete=lossless,
        rss_mb=max(one["rss_mb"] for one in results),
        overload=overload,
    )


def _overload(folder: Path, normal: Plant, seconds: int) -> Figure:
    """Ask without end to learn what it can do, then ten times that: it must do no less, in bounded memory."""
    progress("B1 capacity: asked 30 times as much")
    flood = Plant(normal.buses, normal.units, normal.template, normal.measures, clock_rate=30.0)
    most = load(folder / "b1-capacity", flood, seconds)
    rate = max(OVERLOAD, OVERLOAD * most["values_per_s"] / normal.values)
    progress(f"B1 overload: asked {rate * normal.values:.0f} values/s, can do {most['values_per_s']:.0f}")
    beyond = Plant(normal.buses, normal.units, normal.template, normal.measures, clock_rate=round(rate, 1))
    over = load(folder / "b1-overload", beyond, seconds)
    kept = over["values_per_s"] / most["values_per_s"] if most["values_per_s"] else 0.0
    return {
        "asked_values_per_s": round(beyond.values * beyond.clock_rate),
        "read_values_per_s": round(over["values_per_s"]),
        "capacity_values_per_s": round(most["values_per_s"]),
        "kept": round(kept, 2),
        "rss_mb": over["rss_mb"],
        "rss_peak_mb": over["peak_mb"],
        "bounded": over["peak_mb"] <= MEMORY_MB and kept >= 0.5,
        "gap_records": over["gaps"],
        "backlog": over["backlog"],
    }


def load(folder: Path, plant: Plant, seconds: int) -> Figure:
    """Run a plant and count, between two moments in the quiet part of a slot."""
    with Rig(plant, folder) as rig:
        pid = rig.gateway.pid
        assert pid is not None  # noqa: S101 it runs
        _quiet_moment(2)
        before, cpu_before, at_before = rig.committed(), cpu_s(pid), time.monotonic()
        _quiet_moment(seconds)
        cpu_after, at_after, after = cpu_s(pid), time.monotonic(), rig.committed()
        rss, peak = memory_mb(pid)
        bodies = rig.bodies(before[0], after[0])
    read = [sum(not metric.is_null for metric in decode(body).metrics[HEAD:]) for body in bodies]
    elapsed_s, values = at_after - at_before, sum(read)
    return {
        "us_per_value": round((cpu_after - cpu_before) * 1e6 / max(values, 1), 3),
        "cpu_share": round((cpu_after - cpu_before) / elapsed_s, 3),
        "values": values,
        "asked": plant.values * seconds,
        "values_per_s": values / elapsed_s,
        "gaps": sum(count == 0 for count in read),
        "accepted": after[0] - before[0],
        "acked": after[1] - before[1],
        "backlog": after[0] - after[1],
        "rss_mb": rss,
        "peak_mb": peak,
    }


def _quiet_moment(seconds: int) -> None:
    """Sleep about so long, until the machine's clock is well behind the start of a second."""
    time.sleep(seconds + PHASE_S - time.time() % 1)
