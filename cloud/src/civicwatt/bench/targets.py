"""Targets of a city of 13,000 institutions: a year evaluated from the ledger, and a page of what is kept."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from civicwatt.bench import cloud_site
from civicwatt.bench.cloud_queries import B7_SITE
from civicwatt.bench.cloud_site import SEED, Site
from civicwatt.bench.figures import Figure, figure, progress
from civicwatt_cloud.kit.business_time import day_start_us
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.targets import cascade, evaluate, schemas
from civicwatt_cloud.modules.targets.cascade import Wanted
from civicwatt_cloud.modules.targets.choices import PLANNED, Indicator
from civicwatt_cloud.modules.targets.models import Plan, Target

YEAR, BASE_YEAR = 2025, 2023
GOAL_S, PAGE_GOAL_S = 60.0, 0.5
PAGES = 7
CUT = 3_000  # 3 %, of each indicator
ZONE = Settings().zone


def run(institutions: int = 13_000) -> dict[str, Figure]:
    """All indicators, targets, forecasts and ranks of one year; then a county's page with its children."""
    with tempfile.TemporaryDirectory() as folder:
        progress(f"targets: {institutions} institutions × {len(B7_SITE)} counters × 36 months")
        _lay_out(Path(folder), institutions)
        command = [sys.executable, "-m", "civicwatt.bench.targets", folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=900)
        found: dict[str, Any] = json.loads(done.stdout)
    shared = {name: found[name] for name in ("figures", "warned", "cpu_s")}
    pages = found["pages"]
    return {
        "targets_year": figure(found["evaluated_s"], "s", GOAL_S, institutions=institutions, **shared),
        "targets_page": figure(
            statistics.median(pages), "s", PAGE_GOAL_S, runs=pages, children=found["children"]
        ),
    }


def _lay_out(folder: Path, institutions: int) -> None:
    site = Site(institutions, B7_SITE)
    database = cloud_site.lay_out(folder, site)
    rng = np.random.default_rng(SEED)
    months = np.array([100 * year + month for year in range(YEAR - 2, YEAR + 1) for month in range(1, 13)])
    edges = [day_start_us(date(m // 100, m % 100, 1), ZONE) for m in [*months.tolist(), 100 * YEAR + 101]]
    seconds = np.diff(np.array(edges)) // 1_000_000
    with database.session() as session:
        session.add(Plan(id=1, owner_id=1, rev=1, **_plan()))
        session.flush()
        session.add_all(
            Target(plan_id=1, owner_id=1, rev=1, node=cloud_site.DIVISION, indicator=one.value, reduction=CUT)
            for one in PLANNED
        )
        for start in range(0, site.counters, 10_000):
            point = np.repeat(np.arange(start + 1, min(start + 10_000, site.counters) + 1), len(months))
            every = len(point) // len(months)
            columns = {
                "month": np.tile(months, every),
                "micro": rng.integers(5_000_000_000, 30_000_000_000, len(point)),
                # one counter in thirty was silent for half of the time
                "covered_s": np.where(point % 30 == 0, 1, 2) * np.tile(seconds, every) // 2,
                "quality": (rng.random(len(point)) < 0.1) * 2,
            }
            cloud_site.book(session, "ledger_month", point, columns)
    database.close()


def _plan() -> dict[str, Any]:
    span = {"base_year": BASE_YEAR, "end_year": YEAR, "carbon_on": date(2024, 6, 1)}
    return {"title": "实测规划", "region": cloud_site.DIVISION, "sensitivity": "internal", **span}


def main(folder: Path) -> dict[str, Any]:
    """Evaluate and look, in a process that has just begun."""
    database = Database.at(folder / "civicwatt.sqlite")
    now_us = day_start_us(date(YEAR + 1, 2, 1), ZONE)
    began, used_s = time.perf_counter(), time.process_time()
    with database.session() as session:
        plan = session.get_one(Plan, 1)
        rows = evaluate.evaluate(Context(session, PLATFORM, ZONE, now_us), plan, YEAR)
    evaluated_s, cpu_s = time.perf_counter() - began, time.process_time() - used_s
    pages, children = [], 0
    wanted = Wanted(YEAR, f"{cloud_site.DIVISION[:4]}01", Indicator.ENERGY_PER_AREA)
    for _ in range(PAGES):
        began = time.perf_counter()
        with database.reading() as session:
            plan = session.get_one(Plan, 1)
            found = cascade.look(session, scope_of_region(cloud_site.DIVISION), plan, wanted)
            answer = schemas.cascade_out(found, wanted.indicator).model_dump_json()
        pages.append(round(time.perf_counter() - began, 4))
        children = len(found.children)
    database.close()
    return {
        "evaluated_s": round(evaluated_s, 2),
        "cpu_s": round(cpu_s, 2),
        "figures": len(rows),
        "warned": sum(one.warned_on is not None for one in rows),
        "pages": pages,
        "children": children,
        "answer_bytes": len(answer.encode()),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
