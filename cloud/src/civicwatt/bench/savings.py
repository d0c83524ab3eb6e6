"""How often the interval of a saving covers the truth where nothing was saved, beside the formula's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from civicwatt.bench.figures import Figure, figure, progress
from civicwatt.bench.savings_worlds import world
from civicwatt_cloud.analysis.savings import files, guideline, interval
from civicwatt_cloud.analysis.savings.goodness import goodness
from civicwatt_cloud.analysis.savings.measured import fitted, known
from civicwatt_cloud.analysis.savings.series import DAY_US, Kind, Meter, Temperature

LEVEL = interval.LEVEL
BAND = 2.0  # points around the level within which a coverage is met
SHORT = {Kind.DAILY: 8, Kind.BILLING: 24, Kind.HOURLY: 1}
FULL = {Kind.DAILY: 200, Kind.BILLING: 200, Kind.HOURLY: 60}
SEASON_DAYS = 28  # of a given meter, taken out of its own baseline


class Placebo(NamedTuple):
    """One period without a measure: whether intervals cover zero, error and width [% of the baseline]."""

    covered: bool
    by_formula: bool
    by_formula_with_memory: bool
    error: float
    half_width: float


class Given(NamedTuple):
    """A meter of one's own, up to a day before any measure."""

    meter: Path
    temperature: Path
    until: str | None


def run(
    placebos: dict[Kind, int], given: Given | None = None, draws: int = interval.DRAWS
) -> dict[str, Figure]:
    """Coverage on simulated buildings by kind of reading and of all, and on a meter of one's own."""
    found: dict[str, Figure] = {}
    every: list[Placebo] = []
    for kind, count in placebos.items():
        progress(f"{count} placebo periods, {kind}")
        rows = [simulated(kind, seed, draws) for seed in range(count)]
        every += rows
        found[f"mv-{kind}"] = _told(rows, has_goal=False)
    found["mv"] = _told(every, has_goal=True)
    if given:
        meter, _ = files.meter(given.meter, None)
        if given.until:
            meter = meter.taken(meter.end_us <= meter.moment_us(files.wall_us(given.until)[0]))
        rows = list(held_out(meter, files.temperature(given.temperature, None), draws))
        found["mv-given"] = _told(rows, has_goal=False)
    return found


def simulated(kind: Kind, seed: int, draws: int = interval.DRAWS) -> Placebo:
    """A building in which nothing was changed."""
    one = world(seed, kind)
    usable = known(one.meter, one.temperature)
    before = one.meter.taken(usable & (one.meter.end_us <= one.changed_us))
    after = one.meter.taken(usable & (one.meter.start_us >= one.changed_us))
    return placebo(before, after, one.temperature, draws)


def held_out(meter: Meter, temperature: Temperature, draws: int) -> Iterator[Placebo]:
    """Four weeks after four weeks of a meter, each foretold by the year around it."""
    usable = meter.taken(known(meter, temperature))
    first, last = int(usable.start_us[0]), int(usable.end_us[-1])
    for start in range(first, last - SEASON_DAYS * DAY_US, SEASON_DAYS * DAY_US):
        end = start + SEASON_DAYS * DAY_US
        inside = (usable.start_us >= start) & (usable.end_us <= end)
        near = (usable.start_us >= end - 365 * DAY_US) & (usable.end_us <= start + 365 * DAY_US)
        if inside.any():
            yield placebo(usable.taken(near & ~inside), usable.taken(inside), temperature, draws)


def placebo(before: Meter, after: Meter, temperature: Temperature, draws: int) -> Placebo:
    """The interval of a saving that is none."""
    model = fitted(before, temperature)
    said, expected = model.expected(before), float(model.expected(after).sum())
    saving = expected - float(after.value.sum())
    low, high = interval.bounds(saving, interval.errors(model, after, draws))
    error = goodness(before.value, said, before.days, model.parameters).cvrmse or 0.0
    residual = (before.value - said) / before.days
    plain, remembering = (
        guideline.half_width(residual, expected, error, len(after.value), level=LEVEL, with_memory=one)
        for one in (False, True)
    )
    percent = 100 / expected
    return Placebo(
        low <= 0 <= high,
        abs(saving) <= plain,
        abs(saving) <= remembering,
        saving * percent,
        (high - low) / 2 * percent,
    )


def _told(rows: list[Placebo], *, has_goal: bool) -> Figure:
    columns = [100 * float(np.mean(one)) for one in list(zip(*rows, strict=True))[:3]]
    facts: dict[str, Any] = {
        "coverage_percent": round(columns[0], 1),
        "guideline14_coverage_percent": round(columns[1], 1),
        "guideline14_with_memory_coverage_percent": round(columns[2], 1),
        "level_percent": 100 * LEVEL,
        "placebos": len(rows),
        "rmse_percent": round(float(np.sqrt(np.mean([row.error**2 for row in rows]))), 2),
        "bias_percent": round(float(np.mean([row.error for row in rows])), 2),
        "half_width_percent": round(float(np.mean([row.half_width for row in rows])), 2),
    }
    off = abs(columns[0] - 100 * LEVEL)
    # Of few periods a coverage says little: it is shown, and only that of all is held against the goal.
    return figure(off, "points from 90 %", BAND if has_goal else 100.0, **facts)
