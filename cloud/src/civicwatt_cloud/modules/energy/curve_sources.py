"""What curves are drawn from: readings of power gauges, and where a meter has none, booked energy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US, date_of
from civicwatt_cloud.modules.energy import power_samples
from civicwatt_cloud.modules.energy.downsampling import Envelope
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.figures import steps as step_rules
from civicwatt_cloud.timeseries.figures.counters import PowerMeter
from civicwatt_cloud.timeseries.figures.steps import Ints
from civicwatt_cloud.timeseries.ledger import queries as ledger
from civicwatt_cloud.timeseries.ledger.queries import Piece, Step
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.readings import Batch, Floats

WINDOW_ROWS = 2_000_000  # meters × ticks, or readings, that are held at once [engineering default]
AT_ONCE = 10_000  # points in one statement
SAMPLE_US = 2 * HOUR_US  # the usual interval of a gauge is seen on so much of its readings
USUAL_US = 60 * SECOND_US  # and is this where there are too few
WATT_PER_KW = 1000.0


@dataclass(frozen=True, slots=True)
class Grid:
    """The ticks on which meters are added up, the pixels, and which rows of the ledger serve."""

    start_us: int
    end_us: int
    step_us: int
    pixel_us: int
    booked: Step

    def windows(self, meters: int) -> Iterator[Ints]:
        """The ticks, as many at once as may be held."""
        length = max(1, WINDOW_ROWS // max(meters, 1)) * self.step_us
        for start_us in range(self.start_us, self.end_us, length):
            count = -(-(min(start_us + length, self.end_us) - start_us) // self.step_us)
            yield start_us + np.arange(count, dtype=np.int64) * self.step_us

    def pixel(self, ts_us: Ints) -> Ints:
        """The pixel of each instant."""
        return (ts_us - self.start_us) // self.pixel_us

    @property
    def pixels(self) -> int:
        """How many there are."""
        return -(-(self.end_us - self.start_us) // self.pixel_us)


@dataclass(frozen=True, slots=True)
class Gauges:
    """The usual interval of each gauge that has readings in the span, and how many rows they are."""

    interval_us: dict[int, int]
    rows: int


def look(view: View, meters: Sequence[PowerMeter], start_us: int, end_us: int) -> Gauges:
    """Which meters tell their power, and how often."""
    gauges = [meter.gauge_id for meter in meters if meter.gauge_id is not None]
    if not gauges or start_us >= end_us:
        return Gauges({}, 0)
    whole = view.store.buckets(gauges, start_us, end_us, end_us - start_us)
    if not len(whole.point):
        return Gauges({}, 0)
    sample_us = int(np.median(whole.first_us))
    sample = view.store.scan(whole.point.tolist(), sample_us, min(sample_us + SAMPLE_US, end_us))
    seen = {
        point: power_samples.interval_us(ts_us) or USUAL_US for point, (ts_us, _) in by_point(sample).items()
    }
    rows = int(whole.count.sum())
    return Gauges({point: seen.get(point, USUAL_US) for point in whole.point.tolist()}, rows)


def by_point(batch: Batch) -> dict[int, tuple[Ints, Floats]]:
    """Times and values of each point of a batch that is sorted by point and time."""
    points, starts = np.unique(batch.point, return_index=True)
    ends = np.append(starts, len(batch))[1:]
    return {
        point: (batch.ts_us[start:end], batch.value[start:end])
        for point, start, end in zip(points.tolist(), starts.tolist(), ends.tolist(), strict=True)
    }


def add_one_gauge(view: View, gauge: int, interval_us: int, grid: Grid, into: Envelope) -> None:
    """Every reading at its own time; between slow readings the newest holds."""
    stands_for = interval_us / grid.step_us
    for ticks in grid.windows(1):
        t0, t1 = int(ticks[0]), int(ticks[-1]) + grid.step_us
        rows = view.store.scan([gauge], t0 - 2 * interval_us, min(t1, grid.end_us))
        kw = rows.value / WATT_PER_KW
        own = rows.ts_us >= t0
        into.add(rows.ts_us[own], kw[own], np.full(int(own.sum()), stands_for))
        if grid.pixel_us < 2 * interval_us:
            is_hole = np.isnan(into.low[grid.pixel(ticks)])
            held = power_samples.at_ticks(ticks[is_hole], rows.ts_us, kw, interval_us)
            into.add(ticks[is_hole], held, np.zeros(len(held)))


def add_sum(view: View, meters: Sequence[PowerMeter], gauges: Gauges, grid: Grid, into: Envelope) -> None:
    """The sum of the meters that are known at each tick; each counts as much as it is known."""
    told = {
        meter.gauge_id: gauges.interval_us[meter.gauge_id]
        for meter in meters
        if meter.gauge_id in gauges.interval_us
    }
    booked = [meter.point_id for meter in meters if meter.gauge_id not in gauges.interval_us]
    for ticks in grid.windows(len(meters)):
        total, known = _booked(view, booked, ticks, grid)
        for kw in _told(view, told, ticks, grid):
            is_known = ~np.isnan(kw)
            total[is_known] += kw[is_known]
            known += is_known
        into.add(ticks, np.where(known > 0, total, np.nan), known)


def _told(view: View, told: dict[int, int], ticks: Ints, grid: Grid) -> Iterator[Floats]:
    if not told:
        return
    before = 2 * max(told.values())
    rows = view.store.scan(list(told), int(ticks[0]) - before, int(ticks[-1]) + grid.step_us)
    for gauge, (ts_us, watt) in by_point(rows).items():
        yield power_samples.at_ticks(ticks, ts_us, watt / WATT_PER_KW, told[gauge])


def _booked(view: View, points: Sequence[int], ticks: Ints, grid: Grid) -> tuple[Floats, Floats]:
    """The sum of the mean powers of the hour or day in which each tick lies, and how many meters it is of."""
    first, last = (date_of(int(ticks[place]), view.zone) for place in (0, -1))
    steps = step_rules.steps(first, step_rules.after(last, "day"), grid.booked, view.zone)
    piece = Piece(grid.booked, int(steps.numbers[0]), int(steps.numbers[-1]) + 1)
    total, known = np.zeros(len(steps)), np.zeros(len(steps))
    for start in range(0, len(points), AT_ONCE):
        chosen = select(Point.id).where(Point.id.in_(points[start : start + AT_ONCE]))
        rows = ledger.columns(view.session, piece, chosen, grid.booked)
        kw = power_samples.mean_kw(rows.micro, rows.covered_s)
        is_known = ~np.isnan(kw)
        place = np.searchsorted(steps.numbers, rows.period[is_known])
        np.add.at(total, place, kw[is_known])
        np.add.at(known, place, 1)
    at = np.searchsorted(steps.start_us, ticks, side="right") - 1
    return total[at], known[at]


def expected(meters: Sequence[PowerMeter], grid: Grid) -> Floats:
    """Meters × ticks of each pixel, each meter from its binding on."""
    found = np.zeros(grid.pixels)
    bound = np.sort(np.array([meter.bound_from_us for meter in meters], np.int64))
    for ticks in grid.windows(1):
        np.add.at(found, grid.pixel(ticks), np.searchsorted(bound, ticks, side="right"))
    return found
