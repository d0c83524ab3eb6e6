"""`civicwatt bench anomalies`: the detector beside two usual ones, on the same series in the same run.

The series are simulated buildings with faults whose truth is known, tuned and held out apart, and a labelled
real one where it is at hand. The two others: deviation from the median of the hour of the week, and an
isolation forest; both see the whole series, future included, as the review does. Beside the live pass stands
the hour of the week of the eight weeks before each row.
"""

import csv
import gzip
import json
import time
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from civicwatt.bench.anomaly_peers import forest, has_forest, hour_of_week, trailing_hour_of_week
from civicwatt.bench.anomaly_scores import Judged, Labelled, pooled
from civicwatt.bench.figures import Figure, figure, progress
from civicwatt_cloud.analysis.anomalies.budget import chosen
from civicwatt_cloud.analysis.anomalies.detector import THRESHOLD
from civicwatt_cloud.analysis.anomalies.findings import Finding, findings
from civicwatt_cloud.analysis.anomalies.live import Pass, Series, live
from civicwatt_cloud.analysis.anomalies.review import review
from civicwatt_sim.hourly import ARCHETYPES, HELD_OUT, FaultyMeter, meters
from civicwatt_sim.hourly.faults import QUICK

SEED = 2026  # no constant of the detector was set on this seed
EACH = 3
SPEED_METERS, SPEED_DAYS = 128, 35
BUDGET = 0.5
QUICK_H = 4
HOUR_ON_ONE_CORE = 41.0  # µs a row: 10,000 meters, a year of hours, one hour
LABELLED = Path("../shared/data/anomaly")  # not of this project; skipped where it is not
NAB = "ambient_temperature_system_failure"


class Ours(NamedTuple):
    """Both passes over some meters, and the findings of the live one."""

    live: list[Judged]
    review: list[Judged]
    found: list[list[Finding]]


def run() -> dict[str, Figure]:
    """All figures."""
    figures: dict[str, Figure] = {}
    tuned = [name for name in ARCHETYPES if name not in HELD_OUT]
    for title, names in (("tuned", tuned), ("held_out", list(HELD_OUT))):
        progress(f"{title}: {', '.join(names)}")
        city = meters(names, EACH, SEED)
        figures |= _city(title, city)
    progress("labelled series")
    figures |= _labelled()
    progress("speed")
    figures["anomalies_us_row"] = _speed()
    return figures


def _city(title: str, city: Sequence[FaultyMeter]) -> dict[str, Figure]:
    labels = [Labelled(one.value, [(fault.start, fault.end) for fault in one.truth]) for one in city]
    ours = _ours(city)
    table = {"live": pooled(labels, ours.live), "review": pooled(labels, ours.review)} | _peers(labels, city)
    mine, kinds = table["live"], _kinds(city, ours.live)
    by_kind = {
        archetype: pooled(*_of(archetype, city, labels, ours.live))
        for archetype in {m.archetype: 0 for m in city}
    }
    others = max(row["auc"] for name, row in table.items() if name not in {"live", "review"})
    quick = [delay for sort in QUICK for delay in kinds.get(str(sort), [])]
    kept = _within_budget(labels, ours.found, len(city) * 12)
    return {
        f"{title}_auc": figure(mine["auc"], "", 0.92, at_least=True, also=mine["auc"] > others, table=table),
        f"{title}_auc_review": figure(table["review"]["auc"], "", 0.95, at_least=True),
        f"{title}_f1": figure(mine["f1"], "", 0.73, at_least=True, archetypes=by_kind),
        f"{title}_event_recall": figure(
            mine["event_recall"], "", 0.85, at_least=True, delays_h=_delays(kinds)
        ),
        f"{title}_event_precision": figure(mine["event_precision"], "", 0.9, at_least=True),
        f"{title}_false_hours": figure(mine["false_hours_percent"], "%", 0.5),
        f"{title}_delay": figure(mine["median_delay_h"], "h", 24),
        f"{title}_quick_recall": figure(
            float(np.mean([delay <= QUICK_H for delay in quick])) if quick else None,
            "",
            0.99,
            at_least=True,
            faults=len(quick),
        ),
        f"{title}_budget_precision": figure(kept, "", 0.75, at_least=True, alarms_building_month=BUDGET),
    }


def _peers(labels: list[Labelled], city: Sequence[FaultyMeter]) -> dict[str, dict[str, float]]:
    rows = {
        "hour_of_week": pooled(labels, [hour_of_week(one) for one in city]),
        "hour_of_week_trailing": pooled(labels, [trailing_hour_of_week(one) for one in city]),
    }
    if has_forest():
        rows["isolation_forest"] = pooled(labels, [forest(one) for one in city])
    else:
        progress("scikit-learn is not here: no isolation forest; it comes with the extra dev")
    return rows


def _of(
    archetype: str, city: Sequence[FaultyMeter], labels: list[Labelled], judged: list[Judged]
) -> tuple[list[Labelled], list[Judged]]:
    at = [number for number, one in enumerate(city) if one.archetype == archetype]
    return [labels[number] for number in at], [judged[number] for number in at]


def _ours(city: Sequence[FaultyMeter]) -> Ours:
    now: dict[str, tuple[Judged, Judged, list[Finding]]] = {}
    for first in {one.first for one in city}:
        group = [one for one in city if one.first == first]
        series = _series(first, np.array([one.value for one in group]))
        forward = live(series)
        both = review(series, forward)
        for number, one in enumerate(group):
            now[one.name] = (_judged(forward, number), _judged(both, number), _found(series, forward, number))
    every = [now[one.name] for one in city]
    return Ours([one[0] for one in every], [one[1] for one in every], [one[2] for one in every])


def _series(first: date, value: NDArray[np.float64]) -> Series:
    hours = np.arange(value.shape[1])
    return Series(first.toordinal() - 1 + hours // 24, hours % 24, value)


def _judged(judged: Pass, number: int) -> Judged:
    return Judged(judged.score[number], judged.score[number] >= THRESHOLD)


def _found(series: Series, judged: Pass, number: int) -> list[Finding]:
    return findings(
        judged.score[number], series.value[number], judged.expected[number], series.day, series.hour
    )


def _kinds(city: Sequence[FaultyMeter], judged: Sequence[Judged]) -> dict[str, list[float]]:
    """Hours to the first flag of each fault, by kind; infinite where there is none."""
    delays: dict[str, list[float]] = {}
    for one, ours in zip(city, judged, strict=True):
        for fault in one.truth:
            hits = np.flatnonzero(ours.flag[fault.start : fault.end])
            delays.setdefault(str(fault.sort), []).append(float(hits[0]) if len(hits) else np.inf)
    return delays


def _delays(kinds: Mapping[str, list[float]]) -> dict[str, Any]:
    return {
        kind: {
            "faults": len(hours),
            "found": round(float(np.mean(np.isfinite(hours))), 3),
            "within_4_h": round(float(np.mean(np.array(hours) <= QUICK_H)), 3),
            "within_24_h": round(float(np.mean(np.array(hours) <= 24)), 3),
        }
        for kind, hours in sorted(kinds.items())
    }


def _within_budget(
    labels: Sequence[Labelled], found: Sequence[Sequence[Finding]], building_months: float
) -> float | None:
    """Event precision of the alarms that a budget lets through, ranked by energy and confidence."""
    alarms = [(number, one) for number, every in enumerate(found) for one in every]
    typical = [float(np.nanmedian(np.abs(label.value))) or 1.0 for label in labels]
    worth = [abs(one.deviation) / typical[number] * one.confidence for number, one in alarms]
    kept = [alarms[at] for at in chosen(worth, building_months, BUDGET)]
    true = [
        any(one.start < end and start < one.end for start, end in labels[number].truth)
        for number, one in kept
    ]
    return float(np.mean(true)) if true else None


def _labelled() -> dict[str, Figure]:
    """The labelled real series, where it is at hand."""
    file = LABELLED / f"nab_{NAB}.csv.gz"
    if not file.exists():
        return {"labelled_auc": figure(None, "", 0.0, why=f"{file} is not here")}
    with gzip.open(file, "rt") as lines:
        rows = list(csv.DictReader(lines))
    stamps = [datetime.fromisoformat(row["timestamp"]) for row in rows]
    value = np.array([float(row["value"]) for row in rows])
    windows = json.loads((LABELLED / "nab_label_windows.json").read_text())[f"realKnownCause/{NAB}.csv"]
    times = [stamp.isoformat() for stamp in stamps]
    truth = [(bisect_left(times, _iso(start)), bisect_right(times, _iso(end))) for start, end in windows]
    day = np.array([stamp.toordinal() - 1 for stamp in stamps])
    hour = np.array([stamp.hour for stamp in stamps])
    series = Series(day, hour, value[None])
    forward = live(series)
    one = FaultyMeter("nab", "nab", stamps[0].date(), value, value, value, ())
    label = [Labelled(value, truth)]
    table = {
        "live": pooled(label, [_judged(forward, 0)]),
        "review": pooled(label, [_judged(review(series, forward), 0)]),
    } | _peers(label, [one])
    others = max(row["auc"] for name, row in table.items() if name not in {"live", "review"})
    return {"labelled_auc": figure(table["live"]["auc"], "", others, at_least=True, table=table)}


def _iso(text: str) -> str:
    return datetime.fromisoformat(text).isoformat()


def _speed() -> Figure:
    some = meters(["office", "shop"], SPEED_METERS // 2, SEED, days=SPEED_DAYS)
    value = np.array([one.value for one in some])
    start = time.process_time()
    live(_series(some[0].first, value))
    spent = time.process_time() - start
    us_row = spent / value.size * 1e6
    minutes = us_row * 10_000 * 8760 / 1e6 / 60
    return figure(
        us_row, "µs/row", HOUR_ON_ONE_CORE, meters=SPEED_METERS, minutes_10000_meters_year=round(minutes, 1)
    )
