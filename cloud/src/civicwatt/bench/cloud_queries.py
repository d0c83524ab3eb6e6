"""B6 and B7: a year by the hour of one building, and the ranking of every institution."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from civicwatt.bench import cloud_site
from civicwatt.bench.cloud_site import SEED, Site
from civicwatt.bench.figures import Figure, figure, progress
from civicwatt.bench.usage import memory_mb
from civicwatt_cloud.kit import rules
from civicwatt_cloud.kit.business_time import HOUR_US, day_start_us
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.energy import ranking, reports
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.figures.counters import Choice
from civicwatt_cloud.timeseries.ledger.days import days_of
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore

B6_GOAL_S, B7_GOAL_S = 0.3, 0.5
YEAR = 2025
ZONE = Settings().zone
METERED = (EndUse.LIGHTING, EndUse.HVAC, EndUse.POWER, EndUse.SPECIAL)


@dataclass(frozen=True)
class Sizes:
    """How much is in the database, and how often each question is asked."""

    b6_buildings: int = 20
    b7_institutions: int = 13_000
    runs: int = 7
    more: "Sizes | None" = None  # the same with more, to see how it grows


SHORT = Sizes()
FULL = Sizes(more=Sizes(b6_buildings=200, b7_institutions=130_000))
B6_SITE = (*METERED, *METERED, EndUse.PV, EndUse.WATER)
B7_SITE = (EndUse.LIGHTING, EndUse.HVAC, EndUse.SPECIAL, EndUse.WATER)


def measure_report(folder: Path, sizes: Sizes) -> Figure:
    """B6: answered as JSON by step and end use; the database holds the year of many buildings."""
    progress(f"B6: {sizes.b6_buildings} buildings × {len(B6_SITE)} counters × 8,760 hours")
    place = folder / f"b6-{sizes.b6_buildings}"
    place.mkdir()
    site = Site(sizes.b6_buildings, B6_SITE)
    database = cloud_site.lay_out(place, site)
    rng = np.random.default_rng(SEED)
    first = day_start_us(date(YEAR, 1, 1), ZONE) // HOUR_US
    hours = np.arange(first, day_start_us(date(YEAR + 1, 1, 1), ZONE) // HOUR_US)
    days = days_of(hours, ZONE)
    with database.session() as session:
        for point in range(1, site.counters + 1):
            micro = rng.integers(0, 50_000_000, len(hours))
            whole, measured = np.full(len(hours), 3600), (rng.random(len(hours)) < 0.02) * 2
            columns = {"hour": hours, "day": days, "micro": micro, "covered_s": whole, "quality": measured}
            cloud_site.book(session, "ledger_hour", np.full(len(hours), point), columns)
    database.close()
    found = _ask("B6", place, sizes.runs)
    more = measure_report(folder, sizes.more) if sizes.more else None
    found["buildings"], found["more"] = sizes.b6_buildings, more
    return figure(statistics.median(found["runs"]), "s", B6_GOAL_S, **found)


def measure_ranking(folder: Path, sizes: Sizes) -> Figure:
    """B7: per person and per m² in one answer with the first 100 places; the database holds three years."""
    progress(f"B7: {sizes.b7_institutions} institutions × {len(B7_SITE)} counters × 36 months")
    place = folder / f"b7-{sizes.b7_institutions}"
    place.mkdir()
    site = Site(sizes.b7_institutions, B7_SITE)
    database = cloud_site.lay_out(place, site)
    rng = np.random.default_rng(SEED)
    months = np.array([100 * year + month for year in range(YEAR - 2, YEAR + 1) for month in range(1, 13)])
    edges = [day_start_us(date(m // 100, m % 100, 1), ZONE) for m in [*months.tolist(), 100 * YEAR + 101]]
    seconds = np.diff(np.array(edges)) // 1_000_000
    with database.session() as session:
        for start in range(0, site.counters, 10_000):
            point = np.repeat(np.arange(start + 1, min(start + 10_000, site.counters) + 1), len(months))
            every = len(point) // len(months)
            columns = {
                "month": np.tile(months, every),
                "micro": rng.integers(0, 30_000_000_000, len(point)),
                # one counter in thirty was silent for half of the time
                "covered_s": np.where(point % 30 == 0, 1, 2) * np.tile(seconds, every) // 2,
                "quality": (rng.random(len(point)) < 0.1) * 2,
            }
            cloud_site.book(session, "ledger_month", point, columns)
    database.close()
    found = _ask("B7", place, sizes.runs)
    more = measure_ranking(folder, sizes.more) if sizes.more else None
    found["institutions"], found["more"] = sizes.b7_institutions, more
    return figure(statistics.median(found["runs"]), "s", B7_GOAL_S, **found)


def _ask(key: str, place: Path, runs: int) -> dict[str, Any]:
    """Ask in a process of its own, so that its memory is that of the question; the database goes."""
    progress(f"{key}: {runs} runs")
    command = [sys.executable, "-m", "civicwatt.bench.cloud_queries", key, str(place), str(runs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    found: dict[str, Any] = json.loads(done.stdout)
    found["file_mb"] = round((place / "civicwatt.sqlite").stat().st_size / 1e6, 1)
    shutil.rmtree(place)
    return found


def _ask_report(view: View) -> str:
    choice = Choice(building_id=1)
    question = reports.Question(date(YEAR, 1, 1), date(YEAR + 1, 1, 1), "hour", choice, ("end_use",))
    return reports.report(view, question).model_dump_json()


def _ask_ranking(view: View) -> str:
    question = ranking.Question(("energy_per_capita", "energy_per_area"), None, None, "desc", 0.9, 100)
    return ranking.rankings(view, str(YEAR), question).model_dump_json()


def main(key: str, place: Path, runs: int) -> dict[str, Any]:
    """Ask `runs` times; the first one, in a process that has just begun, is told apart."""
    ask = {"B6": _ask_report, "B7": _ask_ranking}[key]
    database = Database.at(place / "civicwatt.sqlite")
    store = DuckDBStore(place / "readings.duckdb")
    now_us = day_start_us(date(YEAR + 1, 2, 1), ZONE)
    rule_rows = rules.load()
    before_mb = memory_mb(os.getpid())[0]
    seconds = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        with database.reading() as session:
            answer = ask(View(session, scope_of_region(cloud_site.DIVISION), rule_rows, ZONE, now_us, store))
        seconds.append(round(time.perf_counter() - began, 4))
    database.close()
    store.close()
    memory = {"rss_before_mb": before_mb, "rss_peak_mb": memory_mb(os.getpid())[1]}
    return {"first_s": seconds[0], "runs": seconds[1:], "answer_bytes": len(answer.encode()), **memory}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
