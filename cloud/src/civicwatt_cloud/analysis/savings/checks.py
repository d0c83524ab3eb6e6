"""Whether the data suffice: okay, possible issue, or not checked and why."""

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.savings.goodness import LIMITS, Goodness
from civicwatt_cloud.analysis.savings.series import Floats, Kind, Meter

BASELINE_DAYS = 365  # Source: CalTRACK (eemeter: max_baseline_length_days)
COVERAGE = 0.9  # Source: CalTRACK (eemeter: min_daily_coverage)
OUTSIDE = 0.05  # of the reporting periods beyond the baseline's temperatures. [engineering default]
FAR = 10.0  # residuals this many times their median are far. [engineering default]


class State(StrEnum):
    """What a check came to."""

    OKAY = "okay"
    POSSIBLE_ISSUE = "possible_issue"
    NOT_CHECKED = "not_checked"


class Check(NamedTuple):
    """One question to the data; `why` is empty where it is okay."""

    key: str
    zh: str
    en: str
    state: State
    value: float | None
    limit: float | None
    why_zh: str = ""
    why: str = ""


def at_least(key: str, zh: str, en: str, value: float, limit: float) -> Check:
    """Okay from the limit on."""
    if value >= limit:
        return Check(key, zh, en, State.OKAY, value, limit)
    return Check(key, zh, en, State.POSSIBLE_ISSUE, value, limit, "低于限值", "below the limit")


def at_most(key: str, zh: str, en: str, value: float | None, limit: float) -> Check:
    """Okay up to the limit; None is not checked."""
    if value is None:
        return Check(
            key,
            zh,
            en,
            State.NOT_CHECKED,
            None,
            limit,
            "平均用量为零，无法计算",
            "the mean use is zero: no figure",
        )
    if value <= limit:
        return Check(key, zh, en, State.OKAY, value, limit)
    return Check(key, zh, en, State.POSSIBLE_ISSUE, value, limit, "超过限值", "above the limit")


def fit(kind: Kind, found: Goodness) -> list[Check]:
    """The model beside the limits of its kind of reading."""
    limit = LIMITS[kind]
    bias = None if found.nmbe is None else abs(found.nmbe)
    return [
        at_most("cvrmse", "模型变异系数", "CV(RMSE) of the model", found.cvrmse, limit.cvrmse),
        at_most("nmbe", "模型平均偏差", "bias of the model", bias, limit.nmbe),
    ]


def weather_range(before: Floats, after: Floats, *, used: bool) -> Check:
    """Whether the reporting period was hotter or colder than anything the model has seen."""
    key, zh, en = "temperature_range", "报告期气温在基期范围内", "temperatures lie within the baseline's"
    if not used:
        why_zh, why = "模型与气温无关", "the model does not use the temperature"
        return Check(key, zh, en, State.NOT_CHECKED, None, OUTSIDE, why_zh, why)
    outside = float(np.mean((after < before.min()) | (after > before.max())))
    return at_most(key, zh, en, outside, OUTSIDE)


def readings(meter: Meter, repeated: int) -> list[Check]:
    """What no meter of consumption shows."""
    negative = int(np.count_nonzero(meter.value < 0))
    return [
        at_most("negative", "负值读数", "negative readings", float(negative), 0.0),
        at_most("repeated", "重复时刻", "moments that are there twice", float(repeated), 0.0),
    ]


def far_off(residual: Floats) -> Check:
    """Readings that the model cannot have meant: a reset, a missed decimal point."""
    size = np.abs(residual)
    median = float(np.median(size))
    key, zh, en = "far_off", "远离模型的读数", "readings far from the model"
    if median == 0.0:
        why_zh, why = "残差多为零", "most residuals are zero"
        return Check(key, zh, en, State.NOT_CHECKED, None, 0.0, why_zh, why)
    return at_most(key, zh, en, float(np.count_nonzero(size > FAR * median)), 0.0)
