"""B5: a day of minute readings of very many counters becomes consumption by hour, day and month."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import func, select

from civicwatt.bench import cloud_site
from civicwatt.bench.cloud_site import Site
from civicwatt.bench.figures import Figure, figure, progress
from civicwatt.bench.usage import memory_mb
from civicwatt_cloud.kit.bulk import insert_rows
from civicwatt_cloud.kit.business_time import HOUR_US, day_number, day_start_us
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.models import LedgerDay, LedgerHour
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.stores.readings import DAY_US

GOAL_S, GOAL_MB = 15.0, 2000.0
HOURS, MINUTE_US = 24, 60_000_000
DAY = date(2026, 3, 3)
ZONE = Settings().zone
START_US = day_start_us(DAY, ZONE)
END_US = START_US + HOURS * HOUR_US
PATIENCE_S = 3600
END_USES = (EndUse.LIGHTING, EndUse.HVAC, EndUse.POWER, EndUse.SPECIAL, EndUse.WATER)

# A counter with three decimals that never falls: minute × step, and less than a step of noise. hash() is the
# same on every machine. The last reading stands at the end of the day, so that its last hour has one.
_MACRO = """
CREATE OR REPLACE TEMP MACRO milli(point, minute) AS (
    point * 1009 % 900000000 + minute * (40 + point % 60) + (hash(point, minute) % 40)::BIGINT
)"""
_READINGS = """
COPY (
    SELECT (row // $minutes + 1)::INTEGER AS point, $from + row % $minutes * $minute AS ts,
        milli(row // $minutes + 1, $first + row % $minutes) / 1000.0 AS value, 0::UTINYINT AS reason
    FROM range($counters * $minutes) AS rows(row)
) TO '{file}' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)"""
_TRUTH = (
    "SELECT (sum(milli(point, 1440) - milli(point, 0)) * 1000)::BIGINT FROM range(1, $counters + 1) t(point)"
)


@dataclass(frozen=True)
class Sizes:
    """How many counters."""

    counters: int = 100_000
    more: "Sizes | None" = None  # the same with more, to see how it grows


SHORT = Sizes()
FULL = Sizes(more=Sizes(counters=1_000_000))


def measure(folder: Path, sizes: Sizes) -> Figure:
    """The whole of B5. Exact: the sum of all days is that of last − first, to the last digit."""
    place = folder / f"b5-{sizes.counters}"
    place.mkdir()
    progress(f"B5: {sizes.counters} counters × {HOURS} h of minute readings, written")
    began = time.perf_counter()
    _fill(place, sizes.counters)
    filled_s = round(time.perf_counter() - began, 1)
    progress(f"B5: {sizes.counters} counters × {HOURS} h, booked")
    command = [sys.executable, "-m", "civicwatt.bench.cloud_ledger", str(place)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_S)
    found: dict[str, Any] = json.loads(done.stdout)
    found["exact"] = found["micro"] == _truth(sizes.counters)
    found["complete"] = found["hours"] == sizes.counters * HOURS == found["covered_h"]
    found["filled_s"] = filled_s
    found["store_mb"] = round(sum(path.stat().st_size for path in place.rglob("*.parquet")) / 1e6, 1)
    found["ledger_mb"] = round((place / "civicwatt.sqlite").stat().st_size / 1e6, 1)
    found["counters"], found["readings"] = sizes.counters, sizes.counters * (HOURS * 60 + 1)
    shutil.rmtree(place)
    met = found["rss_peak_mb"] <= GOAL_MB and found["exact"] and found["complete"]
    found["goal_mb"], found["more"] = GOAL_MB, measure(folder, sizes.more) if sizes.more else None
    return figure(found.pop("seconds"), "s", GOAL_S, also=met, **found)


def _truth(counters: int) -> int:
    """Σ last − first of all counters [1e-6]."""
    with duckdb.connect() as connection:
        connection.execute(_MACRO)
        found = connection.execute(_TRUTH, {"counters": counters}).fetchone()
    return int(found[0]) if found else 0


def _fill(place: Path, counters: int) -> None:
    """Readings as the store keeps closed days, sorted in one file a UTC day, and the hours marked dirty."""
    path = place / "readings.duckdb"
    DuckDBStore(path).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute(_MACRO)
        for day in range(START_US // DAY_US, END_US // DAY_US + 1):
            first, last = max(START_US, day * DAY_US), min(END_US + MINUTE_US, (day + 1) * DAY_US)
            file = path.with_suffix(".days") / f"{day}.1.parquet"
            sizes = {
                "counters": counters,
                "from": first,
                "first": (first - START_US) // MINUTE_US,
                "minute": MINUTE_US,
                "minutes": (last - first) // MINUTE_US,
            }
            connection.execute(_READINGS.format(file=file), sizes)
            rows = counters * sizes["minutes"]
            connection.execute("INSERT INTO sealed VALUES (?, ?, ?)", [day, file.name, rows])
        newest = f"SELECT point, ts, value, reason, ts, value FROM '{file}' WHERE ts = {END_US}"  # noqa: S608
        connection.execute(f"INSERT INTO newest {newest}")
    database = cloud_site.lay_out(place, Site(counters // len(END_USES), END_USES))
    first_hour = START_US // HOUR_US
    with database.session() as session:
        dirty = [(point, first_hour, first_hour + HOURS) for point in range(1, counters + 1)]
        insert_rows(session.connection(), "dirty_range", ("point_id", "hour_from", "hour_to"), dirty)
    database.close()


def main(place: Path) -> dict[str, Any]:
    """Book everything that is dirty, as the server does, in this process alone."""
    began = time.perf_counter()
    database, store = Database.at(place / "civicwatt.sqlite"), DuckDBStore(place / "readings.duckdb")
    opened = time.perf_counter()
    before_mb = memory_mb(os.getpid())[0]
    done = Ledger(database, store, ZONE).recompute_all()
    seconds = time.perf_counter() - opened
    now_mb, peak_mb = memory_mb(os.getpid())
    with database.reading() as session:
        hours = select(func.count(), func.sum(LedgerHour.covered_s)).where(LedgerHour.day == day_number(DAY))
        rows, covered_s = session.execute(hours).one()
        micro = session.scalar(select(func.sum(LedgerDay.micro)).where(LedgerDay.day == day_number(DAY)))
    store.close()
    database.close()
    return {
        "seconds": round(seconds, 2),
        "points": done.points,
        "opened_s": round(opened - began, 2),
        "rss_before_mb": before_mb,
        "rss_after_mb": now_mb,
        "rss_peak_mb": peak_mb,
        "hours": rows,
        "covered_h": (covered_s or 0) // 3600,
        "micro": micro,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
