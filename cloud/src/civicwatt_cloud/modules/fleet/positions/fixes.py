"""A fix: where a vehicle says it was; and which fixes do not count (C3.1). Pure."""

from typing import NamedTuple

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.geo import Point, distance_m
from civicwatt_cloud.kit.records.choices import Choice
from civicwatt_cloud.modules.fleet.positions.figures import Figures

MICRO = 1_000_000  # of a degree


class Fix(NamedTuple):
    """One position in WGS-84, from whatever source."""

    at_us: int
    latitude_micro: int
    longitude_micro: int
    speed_hm_h: int = 0  # 0.1 km/h
    course_deg: int = 0
    altitude_m: int = 0
    accuracy_m: int | None = None  # None: not told
    is_on: bool | None = None  # the ignition; None: not told
    is_fixed: bool = True
    mileage_hm: int | None = None  # the odometer, 0.1 km
    is_power_cut: bool = False  # the terminal has lost the vehicle's power

    @property
    def place(self) -> Point:
        """Where."""
        return Point(self.latitude_micro / MICRO, self.longitude_micro / MICRO)


class Filtered(Choice):
    """Why a fix is kept and does not count. Rule: C3.1."""

    NOT_FIXED = "not_fixed", "未定位", "not fixed"
    ZERO = "zero", "零坐标", "zero"
    FUTURE = "future", "时间超前", "ahead of time"
    INACCURATE = "inaccurate", "精度不足", "inaccurate"
    TOO_FAST = "too_fast", "位置跳变", "too fast"


def judged(fix: Fix, last: Fix | None, now_us: int, figures: Figures) -> Filtered | None:
    """Why the fix does not count, seen after the newest one that does; None: it counts."""
    if not fix.is_fixed or abs(fix.latitude_micro) > 90 * MICRO or abs(fix.longitude_micro) > 180 * MICRO:
        return Filtered.NOT_FIXED
    if not fix.latitude_micro and not fix.longitude_micro:
        return Filtered.ZERO
    if fix.at_us > now_us + figures.future_us:
        return Filtered.FUTURE
    if fix.accuracy_m is not None and fix.accuracy_m > figures.accuracy_m:
        return Filtered.INACCURATE
    return Filtered.TOO_FAST if last is not None and is_too_fast(fix, last, figures) else None


def is_too_fast(fix: Fix, other: Fix, figures: Figures) -> bool:
    """Whether nobody gets from one to the other in that time."""
    hours = abs(fix.at_us - other.at_us) / HOUR_US
    return distance_m(fix.place, other.place) > figures.top_speed_km_h * 1000 * hours
