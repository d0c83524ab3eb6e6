"""How full a building is, by the kind of its institution. Engineering assumptions, no survey."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from civicwatt_sim.calendar import is_workday
from civicwatt_sim.scenario import InstitutionKind
from civicwatt_sim.steps import STEPS_PER_BLOCK, STEPS_PER_DAY, civil_day

Column = NDArray[np.float64]
Curve = tuple[tuple[float, float], ...]  # (hour, share of the people present), straight lines between

_IDLE: Curve = ((0, 0.02), (8, 0.03), (10, 0.11), (16, 0.11), (19, 0.04), (24, 0.02))
_OFFICE: Curve = (
    (0, 0.02), (6.5, 0.03), (7.5, 0.15), (8.5, 0.92), (11.5, 1.0), (12.5, 0.62),
    (14.25, 0.95), (17, 0.94), (18.25, 0.36), (20, 0.17), (22, 0.06), (24, 0.02),
)  # fmt: skip
_SCHOOL: Curve = (
    (0, 0.05), (6, 0.08), (7.5, 0.9), (11.75, 1.0), (12.5, 0.7), (14, 0.97),
    (17.25, 0.9), (18.25, 0.5), (19, 0.62), (21.5, 0.5), (22.5, 0.08), (24, 0.05),
)  # fmt: skip
_HOSPITAL: Curve = (
    (0, 0.34), (5.5, 0.36), (7.5, 0.8), (9.5, 1.0), (11.5, 0.95), (12.75, 0.74),
    (14.5, 0.93), (16.5, 0.88), (18, 0.6), (21, 0.46), (24, 0.34),
)  # fmt: skip
_HOSPITAL_OFF: Curve = (
    (0, 0.33), (6, 0.35), (8.5, 0.66), (11, 0.7), (13, 0.58), (16, 0.6), (19, 0.48), (24, 0.33),
)  # fmt: skip
_VENUE: Curve = (
    (0, 0.02), (7.5, 0.05), (9.25, 0.55), (11, 0.8), (12.5, 0.66), (15, 1.0),
    (17, 0.85), (19.5, 0.5), (20.75, 0.25), (21.5, 0.05), (24, 0.02),
)  # fmt: skip

_WORKED: dict[InstitutionKind, Curve] = {
    InstitutionKind.GOVERNMENT: _OFFICE,
    InstitutionKind.EDUCATION: _SCHOOL,
    InstitutionKind.MEDICAL: _HOSPITAL,
    InstitutionKind.VENUE: _VENUE,
}
_FREE: dict[InstitutionKind, Curve] = {
    InstitutionKind.GOVERNMENT: _IDLE,
    InstitutionKind.EDUCATION: _IDLE,
    InstitutionKind.MEDICAL: _HOSPITAL_OFF,
    InstitutionKind.VENUE: _VENUE,
}
# (month, day) from and to, both inside; the rest of a school's days off are the calendar's
_SCHOOL_HOLIDAYS = (((1, 20), (2, 20)), ((7, 6), (8, 30)))
_VENUE_CLOSED_WEEKDAY = 0  # Monday


@lru_cache(maxsize=128)
def occupancy(kind: InstitutionKind, block: int) -> Column:
    """Share of the people present, 0..1, for each step of a block."""
    hours = (np.arange(STEPS_PER_DAY) + 0.5) * 24 / STEPS_PER_DAY
    worked, free = _on(_WORKED[kind], hours), _on(_FREE[kind], hours)
    closed = _on(_IDLE, hours)
    first = block * STEPS_PER_BLOCK // STEPS_PER_DAY
    days = range(first, first + STEPS_PER_BLOCK // STEPS_PER_DAY)
    return np.concatenate([_day(kind, number, worked, free, closed) for number in days])


def _day(kind: InstitutionKind, number: int, worked: Column, free: Column, closed: Column) -> Column:
    day = civil_day(number)
    workday = is_workday(day)
    if kind is InstitutionKind.VENUE:
        if workday:
            return closed if day.weekday() == _VENUE_CLOSED_WEEKDAY else worked * 0.8
        return free
    month_day = (day.month, day.day)
    if kind is InstitutionKind.EDUCATION and any(a <= month_day <= b for a, b in _SCHOOL_HOLIDAYS):
        return closed
    return worked if workday else free


def _on(curve: Curve, hours: Column) -> Column:
    at, share = zip(*curve, strict=True)
    present: Column = np.interp(hours, at, share)
    return present
