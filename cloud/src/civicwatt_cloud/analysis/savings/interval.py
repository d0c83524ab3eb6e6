"""How sure a saving is: the errors that the same method makes on series drawn anew from its own noise."""

from typing import NamedTuple, Protocol

import numpy as np

from civicwatt_cloud.analysis.savings import noise
from civicwatt_cloud.analysis.savings.series import Floats, Ints, Kind, Meter

LEVEL = 0.9
DRAWS = 1000  # [engineering default]: the ends of a 90 % interval stand within 3 % of its width
AT_ONCE = 4_000_000  # figures held at a time
SEED = 7  # the same readings give the same interval


class Fitted(Protocol):
    """A model that can be fitted again to other uses of the same baseline."""

    @property
    def meter(self) -> Meter:
        """The baseline."""

    @property
    def taken(self) -> float:
        """How many parameters each part of a step has given up: a figure of one hour is a 24th of a day's."""

    def expected(self, meter: Meter) -> Floats:
        """Use of periods by the model."""

    def totals(self, use: Floats, meter: Meter) -> Floats:
        """Totals of these periods by models of other baselines (periods × series)."""


class Places(NamedTuple):
    """Where each period stands in its noise: a step, and a part of it (the hour of a day)."""

    step: Ints
    part: Ints
    steps: int
    parts: int


def places(meter: Meter) -> Places:
    """Of hours: the day and the hour; else one after the other."""
    if meter.kind is Kind.HOURLY:
        step = meter.local_day - int(meter.local_day[0])
        return Places(step, meter.local_hour, int(step.max()) + 1, 24)
    count = len(meter.value)
    return Places(np.arange(count), np.zeros(count, dtype=np.int64), count, 1)


def errors(model: Fitted, reporting: Meter, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Errors of the saving that drawn noise causes: in the parameters, and in the reporting period itself."""
    baseline = model.meter
    said, later = model.expected(baseline), model.expected(reporting)
    steep = noise.power((baseline.value - said) / np.sqrt(baseline.days), said / baseline.days)
    floor = noise.FLOOR * float(np.mean(np.abs(said / baseline.days))) + noise.LEAST
    scale, later_scale = (
        np.maximum(np.abs(use / of.days), floor) ** (steep / 2) * np.sqrt(of.days)
        for use, of in ((said, baseline), (later, reporting))
    )
    before, after = places(baseline), places(reporting)
    source = noise.noise(_table(before, (baseline.value - said) / scale), model.taken)
    rng = np.random.default_rng(seed)
    found = []
    size = before.steps + after.steps
    each = max(1, AT_ONCE // (size * before.parts))
    for first in range(0, draws, each):
        new = noise.drawn(source, min(each, draws - first), size, rng)
        use = said[:, None] + (new[:, before.step, before.part] * scale).T
        own = (new[:, before.steps + after.step, after.part] * later_scale).sum(axis=1)
        found.append(model.totals(use, reporting) - later.sum() - own)
    return np.concatenate(found)


def bounds(saving: float, errors: Floats, level: float = LEVEL) -> tuple[float, float]:
    """The interval of a saving whose method errs so."""
    low, high = np.quantile(errors, ((1 - level) / 2, (1 + level) / 2))
    return saving - float(high), saving - float(low)


def _table(at: Places, residual: Floats) -> Floats:
    """Residuals by step and part, of steps that are known for the most part."""
    table = np.full((at.steps, at.parts), np.nan)
    table[at.step, at.part] = residual
    known = np.isfinite(table)
    table = table[known.mean(axis=1) > 0.5]
    part = np.isfinite(table).mean()
    return np.asarray(np.nan_to_num(table) / np.sqrt(part))
