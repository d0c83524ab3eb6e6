"""Hours and held steps as a memory, as the books are one."""

from typing import NamedTuple

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.counter.consumption import Hours
from civicwatt_cloud.timeseries.ledger.counter.line import Held
from civicwatt_cloud.timeseries.ledger.counter.plausibility import Peaks
from civicwatt_cloud.timeseries.ledger.counter.profile import Measured


class Told(NamedTuple):
    """What was booked before."""

    hours: Hours
    held: list[Held]

    def peaks(self, hour_from: int, hour_to: int) -> Peaks:
        found = dict(zip(self.hours.hour.tolist(), self.hours.peak.tolist(), strict=True))
        for one in self.held:
            hour = (one.ts_us - 1) // HOUR_US
            found[hour] = max(found.get(hour, 0), one.rate)
        rows = sorted((h, peak) for h, peak in found.items() if hour_from <= h < hour_to and peak)
        return Peaks(*np.array(rows, np.int64).reshape(-1, 2).T)

    def measured(self, hour_from: int, hour_to: int) -> Measured:
        hours = self.hours
        good = (hours.quality == 0) & (hours.covered_s == 3600)
        good &= (hours.hour >= hour_from) & (hours.hour < hour_to)
        return Measured(hours.hour[good], hours.micro[good])
