"""`civicwatt demo --check`: the live path under faults, compared with what the meters really served."""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID

from civicwatt.demo import evidence
from civicwatt.demo.parts import Parts
from civicwatt.demo.plant import Plant
from civicwatt.demo.processes import free_port, wait_until
from civicwatt.demo.registry import register
from civicwatt.errors import PartDidNotStart
from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.quantity import MICRO
from civicwatt_sim import truth as truth_ledger
from civicwatt_sim.city import check_city

RATE = 120.0  # simulated seconds in a real one
INTERVAL_S = 60
RUN_MINUTES = 135
START = datetime(2026, 11, 18, 8, 25, tzinfo=timezone(timedelta(hours=8)))  # a working day, the sun is up
DRAIN_S = 30.0
ENOUGH_VALUES = 5_000


@dataclass(frozen=True)
class Fault:
    """Something that is done to the running system at a simulated minute."""

    minute: int
    name: str
    act: Callable[[Parts], None]


FAULTS = (
    Fault(40, "F03 kill -9 gateway gw-01", lambda parts: parts.crash(parts.gateways["gw-01"])),
    Fault(75, "F05 kill -9 ingest", lambda parts: parts.crash_cloud()),
    Fault(105, "F06 restart broker", lambda parts: parts.restart_broker()),
)


def check() -> dict[str, Any]:
    """Run the drill in a folder of its own; returns its figures.

    Raises PartDidNotStart: then the folder stays, since its logs say why.
    """
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="civicwatt-check-"))
        stack.callback(shutil.rmtree, folder)
        try:
            figures = _run(folder)
        except PartDidNotStart:
            stack.pop_all()
            raise
    return figures | {"wall_s": round(time.monotonic() - began, 1)}


def passed(figures: dict[str, Any]) -> bool:
    """Whether a run proves the promise: nothing lost, doubled, wrong, and every kWh booked."""
    return (
        figures["lost"] == figures["duplicated"] == figures["wrong"] == 0
        and figures["energy_error_kwh"] == 0
        and figures["water_error_m3"] == 0
        and figures["energy_truth_kwh"] > 0
        and figures["hours_missing"] == 0
        and figures["readings_accepted"] >= ENOUGH_VALUES
        and len(figures["faults"]) == len(FAULTS)
    )


def _run(folder: Path) -> dict[str, Any]:
    clock = Clock(int(START.timestamp()) * SECOND_US, RATE)
    plant = Plant.lay_out(check_city(), folder, clock, INTERVAL_S, web_port=free_port())
    register(plant)
    parts = Parts(plant)
    with parts:
        parts.start("--truth", str(plant.truth))
        with Progress(console=Console(stderr=True)) as progress:
            passing = progress.add_task("采集 · polling", total=RUN_MINUTES)
            done = []
            for fault in FAULTS:
                _pass_until(fault.minute, clock, progress, passing)
                progress.update(passing, description=fault.name)
                done.append(_do(fault, parts))
            _pass_until(RUN_MINUTES, clock, progress, passing)
        parts.simulator.stop()
        ended_us = clock.now_us()
        wait_until(lambda: _delivered(plant, ended_us), "drain", DRAIN_S)
        for gateway in parts.gateways.values():
            gateway.stop()
        wait_until(lambda: _booked(plant), "ledger", DRAIN_S)
    return _figures(plant, ended_us) | {"faults": done}


def _do(fault: Fault, parts: Parts) -> dict[str, Any]:
    began = time.monotonic()
    fault.act(parts)
    return {"fault": fault.name, "minute": fault.minute, "back_after_s": round(time.monotonic() - began, 1)}


def _pass_until(minute: int, clock: Clock, progress: Progress, passing: TaskID) -> None:
    """Let simulated time pass; nothing is waited for here."""
    while (remaining_s := clock.real_seconds_until(clock.origin_us + minute * 60 * SECOND_US)) > 0:
        progress.update(passing, completed=(clock.now_us() - clock.origin_us) / SECOND_US / 60)
        time.sleep(min(remaining_s, 0.2))


def _delivered(plant: Plant, until_us: int) -> bool:
    return not sum(evidence.unacked_until(plant.outbox(name), until_us) for name in plant.gateways)


def _booked(plant: Plant) -> bool:
    with sqlite3.connect(f"file:{plant.registry}?mode=ro", uri=True) as database:
        return not database.execute("SELECT count(*) FROM dirty_range").fetchone()[0]


def _figures(plant: Plant, ended_us: int) -> dict[str, Any]:
    accepted: evidence.Values = {}
    twice = 0
    for name in plant.gateways:
        values = evidence.accepted_values(plant.outbox(name))
        twice += len(accepted.keys() & values.keys())
        accepted |= values
    stored = evidence.stored_values(plant.readings, plant.registry)
    served = evidence.served(truth_ledger.read(plant.truth), accepted | stored.values, INTERVAL_S * SECOND_US)
    wrong = {
        key
        for values in (accepted, stored.values)
        for key, micro in values.items()
        if served.get(key) != micro
    }
    counters = _consumption_counters(plant)
    energy_truth = _truth(served, [key for key, carrier in counters.items() if carrier != "water"])
    water_truth = _truth(served, [key for key, carrier in counters.items() if carrier == "water"])
    energy_ledger, water_ledger = _ledger(plant, water=False), _ledger(plant, water=True)
    return {
        "meters": len(list(plant.city.meters())),
        "points": len({key[:2] for key in accepted}),
        "readings_accepted": len(accepted),
        "readings_stored": len(stored.values),
        "lost": len(accepted.keys() - stored.values.keys()),
        "duplicated": stored.rows - len(stored.values) + twice,
        "wrong": len(wrong),
        "energy_truth_kwh": energy_truth / MICRO,
        "energy_ledger_kwh": energy_ledger / MICRO,
        "energy_error_kwh": (energy_ledger - energy_truth) / MICRO,
        "water_truth_m3": water_truth / MICRO,
        "water_error_m3": (water_ledger - water_truth) / MICRO,
        "hours_missing": _hours_missing(plant, accepted),
        "institutions": len(plant.city.institutions),
        "simulated_hours": round((ended_us - plant.clock.origin_us) / HOUR_US, 2),
        "from": datetime.fromtimestamp(plant.clock.origin_us / SECOND_US, UTC).isoformat(),
    }


def _consumption_counters(plant: Plant) -> dict[tuple[str, str], str]:
    with sqlite3.connect(f"file:{plant.registry}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT device, measure, carrier FROM point WHERE is_consumption").fetchall()
    return {(device, measure): carrier for device, measure, carrier in rows}


def _truth(served: evidence.Values, counters: list[tuple[str, str]]) -> int:
    """Σ (last − first counter value in the truth ledger) over the slots of accepted readings, micro units."""
    total = 0
    for counter in counters:
        slots = sorted(key for key in served if key[:2] == counter)
        if slots:
            total += served[slots[-1]] - served[slots[0]]
    return total


def _ledger(plant: Plant, *, water: bool) -> int:
    """The sum of the ledger's hours, of water or of electricity, micro units."""
    with sqlite3.connect(f"file:{plant.registry}?mode=ro", uri=True) as database:
        (total,) = database.execute(
            "SELECT coalesce(sum(micro), 0) FROM ledger_hour JOIN point ON point.id = point_id "
            "WHERE is_consumption AND (carrier = 'water') = ?",
            (water,),
        ).fetchone()
    return int(total)


def _hours_missing(plant: Plant, accepted: evidence.Values) -> int:
    """Hours of the run without an interval, over all consumption counters of meters that answer."""
    first = min(key[2] for key in accepted) // HOUR_US
    last = (max(key[2] for key in accepted) - 1) // HOUR_US
    with sqlite3.connect(f"file:{plant.registry}?mode=ro", uri=True) as database:
        booked = database.execute(
            "SELECT count(*) FROM ledger_hour JOIN point ON point.id = point_id "
            "WHERE is_consumption AND hour BETWEEN ? AND ? AND covered_s > 0",
            (first, last),
        ).fetchone()[0]
    answering = sum(meter.answers for _, _, meter in plant.city.meters())
    return int(answering * (last - first + 1) - booked)


def table(figures: dict[str, Any]) -> str:
    """The figures for a person, one a line."""
    return "\n".join(f"{name:20} {value}" for name, value in figures.items())
