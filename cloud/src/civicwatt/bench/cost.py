"""B1: what a value costs the gateway, and what it does when far more is asked than it can read."""

import statistics
import time
from dataclasses import replace
from pathlib import Path

from civicwatt.bench.figures import Figure, figure, progress
from civicwatt.bench.rig import Plant, Rig
from civicwatt.bench.usage import cpu_s, memory_mb
from civicwatt_protocols import templates

GOAL_US = 3.5
MEMORY_MB = 150.0  # resident, however much is asked
OVERLOADS = (10, 100)  # times what is normally asked
TEMPLATE = "eastron/sdm630"  # 32 registers in two requests
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
    overload = [_beyond(folder, normal, times, seconds) for times in OVERLOADS]
    return figure(
        statistics.median(costs),
        "µs/value",
        GOAL_US,
        also=lossless and all(one["held"] for one in overload),
        runs=costs,
        values_per_s=normal.values,
        complete=lossless,
        rss_mb=max(one["rss_mb"] for one in results),
        overload=overload,
    )


def _beyond(folder: Path, normal: Plant, times: int, seconds: int) -> Figure:
    """Ask many times as much: memory must stay bounded, and what is read must not fall below the normal."""
    progress(f"B1 overload: {times * normal.values} values/s asked for {seconds} s")
    most = load(folder / f"b1-times-{times}", replace(normal, clock_rate=times), seconds)
    return {
        "times": times,
        "asked_values_per_s": times * normal.values,
        "read_values_per_s": round(most["values_per_s"]),
        "gap_records": most["gaps"],  # slots that passed unread, each with its reason
        "cpu_share": most["cpu_share"],
        "us_per_value": most["us_per_value"],
        "rss_mb": most["rss_mb"],
        "rss_peak_mb": most["peak_mb"],
        "held": most["peak_mb"] <= MEMORY_MB and most["values_per_s"] >= normal.values,
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
        read = rig.read(before[0], after[0])
    elapsed_s, values = at_after - at_before, sum(read)
    return {
        "us_per_value": round((cpu_after - cpu_before) * 1e6 / max(values, 1), 3),
        "cpu_share": round((cpu_after - cpu_before) / elapsed_s, 3),
        "values": values,
        "asked": round(plant.values * plant.clock_rate * seconds),
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
