"""Non-routine adjustments: what changed beside the measure, dated, with its reason and its document.

Source: GB/T 28750—2012 (校准能耗 E_a = f(x…) + A_m), from secondary sources.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from civicwatt_cloud.analysis.savings.errors import BadAdjustment
from civicwatt_cloud.analysis.savings.series import DAY_US, Floats, Meter

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Adjustment:
    """From the first day to the last, both included: an amount a day, or a factor on the model's use.

    Errors: BadAdjustment.
    """

    first: date
    last: date
    reason: str
    document: str
    amount_per_day: float | None = None
    factor: float | None = None

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadAdjustment(detail="it ends before it begins", detail_zh="止日早于起日")
        if (self.amount_per_day is None) == (self.factor is None):
            raise BadAdjustment(
                detail="give an amount a day or a factor, not both", detail_zh="每日用量与系数须填且只填一项"
            )
        if not all(np.isfinite(one) for one in (self.amount_per_day, self.factor) if one is not None):
            raise BadAdjustment(detail="it is no number", detail_zh="数值无效")
        if self.factor is not None and self.factor < 0:
            raise BadAdjustment(detail="the factor is negative", detail_zh="系数为负")
        if not self.reason.strip() or not self.document.strip():
            raise BadAdjustment(detail="reason or document is missing", detail_zh="缺少原因或依据文件")

    def amount(self, meter: Meter, expected: Floats) -> float:
        """What it adds to the adjusted baseline over these periods, in the meter's unit."""
        low = (self.first.toordinal() - _EPOCH) * DAY_US
        high = (self.last.toordinal() - _EPOCH + 1) * DAY_US
        begin, end = meter.start_us + meter.offset_us, meter.end_us + meter.offset_us
        inside = np.clip(np.minimum(end, high) - np.maximum(begin, low), 0, None) / DAY_US
        if self.factor is not None:
            return float((self.factor - 1) * (expected * inside / meter.days).sum())
        return float((self.amount_per_day or 0.0) * inside.sum())


def total(adjustments: Sequence[Adjustment], meter: Meter, expected: Floats) -> float:
    """All of them together."""
    return sum((one.amount(meter, expected) for one in adjustments), 0.0)
