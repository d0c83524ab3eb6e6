"""The day that is going on: what of it will teach when it is over."""

from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.anomalies.past import HOURS, Flags
from civicwatt_cloud.analysis.arrays import Numbers


class Row(NamedTuple):
    """A judged row of each meter."""

    value: Numbers
    there: Flags
    flagged: Flags
    teaches: Flags
    opened: Flags  # the first row of an anomaly
    running: Flags  # a run of equal values, or negative: never a new normal
    same: Flags  # repeats the value before
    settled: Flags  # deep in a run: does not become a habit
    errors: tuple[Numbers, Numbers]  # |value - expected|, of the class and of days like this one
    apart: Numbers  # departures × meters
    temperature: Numbers | None


class Today:
    """Columns of 24 hours for each meter, NaN until they come."""

    def __init__(self, meters: int, departures: int) -> None:
        shape = (meters, HOURS)
        self.hour = -1
        self.value, self.accepted = np.full(shape, np.nan), np.full(shape, np.nan)
        self.unrun, self.same = np.full(shape, np.nan), np.full(shape, np.nan)
        self.temperature = np.full(shape, np.nan)
        self.errors = np.full((2, *shape), np.nan)
        self.raised, self.rows = np.zeros(meters), np.zeros(meters)
        self.top = np.full((departures, meters), np.nan)

    def note(self, row: Row, most: Numbers) -> None:
        """Keep a row; an anomaly teaches only at its opening, and no more than `most`."""
        hour, there = self.hour, row.there
        teaches = row.teaches
        self.value[:, hour] = np.where(there, row.value, self.value[:, hour])
        self.accepted[:, hour] = np.where(teaches, row.value, np.nan)
        self.unrun[:, hour] = np.where(there & ~row.running, row.value, np.nan)
        for kept, error in zip(self.errors, row.errors, strict=True):
            kept[:, hour] = np.where(teaches, error, np.nan)
        self.same[:, hour] = np.where(there & ~row.settled, row.same, np.nan)
        self.raised += row.flagged & there & ~row.running
        self.rows += there
        counted = np.where((teaches & ~row.flagged) | row.opened, np.minimum(row.apart, most), 0.0)
        self.top = np.fmax(self.top, np.where(there, counted, np.nan))
        if row.temperature is not None:
            self.temperature[:, hour] = row.temperature
