"""What the books say of a counter's other hours: its fastest rises, and how its days went."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.counter.plausibility import Peaks
from civicwatt_cloud.timeseries.ledger.counter.profile import Measured
from civicwatt_cloud.timeseries.ledger.days import HOUR_S
from civicwatt_cloud.timeseries.ledger.models import HeldStep, LedgerHour
from civicwatt_cloud.timeseries.ledger.quality import Quality


class BookMemory:
    """counter.booking.Memory of one point."""

    def __init__(self, session: Session, point: int) -> None:
        self._session, self._point = session, point

    def peaks(self, hour_from: int, hour_to: int) -> Peaks:
        """The fastest rise of each hour [from, to), of held ones too."""
        hour, step = LedgerHour, HeldStep
        booked = select(hour.hour, hour.peak).where(
            hour.point_id == self._point, hour.hour >= hour_from, hour.hour < hour_to, hour.peak > 0
        )
        held = select(step.ts_us, step.rate).where(
            step.point_id == self._point,
            step.ts_us > hour_from * HOUR_US,
            step.ts_us <= hour_to * HOUR_US,
            step.rate > 0,
        )
        found: dict[int, int] = {}
        ends = [((ts_us - 1) // HOUR_US, rate) for ts_us, rate in self._session.execute(held)]
        for at, rate in [*self._session.execute(booked), *ends]:
            found[at] = max(found.get(at, 0), rate)
        return Peaks(*_columns(sorted(found.items())))

    def measured(self, hour_from: int, hour_to: int) -> Measured:
        """The hours [from, to) that are measured and covered whole."""
        hour = LedgerHour
        query = select(hour.hour, hour.micro).where(
            hour.point_id == self._point,
            hour.hour >= hour_from,
            hour.hour < hour_to,
            hour.quality == Quality.MEASURED.code,
            hour.covered_s == HOUR_S,
        )
        return Measured(*_columns(self._session.execute(query.order_by(hour.hour)).all()))


def _columns(rows: Sequence[Row[tuple[int, int]] | tuple[Any, ...]]) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2).T
