"""The saving of a measure: baseline, model, adjusted baseline, interval, and whether the data suffice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from civicwatt_cloud.analysis.savings import adjustments as non_routine
from civicwatt_cloud.analysis.savings import checks, daily, interval, weekly
from civicwatt_cloud.analysis.savings.adjustments import Adjustment
from civicwatt_cloud.analysis.savings.checks import Check
from civicwatt_cloud.analysis.savings.degrees import Basis, weather
from civicwatt_cloud.analysis.savings.errors import NoBaseline, NoReporting, PeriodsOverlap
from civicwatt_cloud.analysis.savings.goodness import LIMITS, Goodness, goodness
from civicwatt_cloud.analysis.savings.series import (
    DAY_US,
    HOUR_US,
    Floats,
    Kind,
    Mask,
    Meter,
    Temperature,
)

LEAST_DAYS = {Kind.HOURLY: 14.0, Kind.DAILY: 28.0, Kind.BILLING: 170.0}  # [engineering default]
LEAST_BILLS = 5  # [engineering default]: as many as a model with one slope needs to be judged at all


class Model(interval.Fitted, Protocol):
    """What both kinds of model tell."""

    @property
    def name(self) -> str:
        """As it is printed."""

    @property
    def parameters(self) -> int:
        """How many figures come from the data."""

    @property
    def uses_temperature(self) -> bool:
        """Whether it depends on the weather."""

    def coefficients(self) -> dict[str, object]:
        """For a reader."""


@dataclass(frozen=True, slots=True)
class Period:
    """What was counted: known periods only."""

    start_us: int
    end_us: int
    periods: int
    days: float
    coverage: float  # counted days of the days from start to end
    use: float


@dataclass(frozen=True, slots=True)
class Savings:
    """In the meter's unit; `saving` = adjusted baseline − use in the reporting period."""

    kind: Kind
    model: Model
    goodness: Goodness
    baseline: Period
    reporting: Period
    expected: float  # by the model
    adjustment: float  # non-routine
    errors: Floats
    checks: list[Check]

    @property
    def adjusted(self) -> float:
        """What would have been used without the measure."""
        return self.expected + self.adjustment

    @property
    def saving(self) -> float:
        """Positive where less was used."""
        return self.adjusted - self.reporting.use

    def percent(self, amount: float) -> float | None:
        """Of the adjusted baseline; None where there is none."""
        return 100 * amount / self.adjusted if self.adjusted > 0 else None

    def bounds(self, level: float = interval.LEVEL) -> tuple[float, float]:
        """The interval of the saving; the non-routine adjustments are taken as sure."""
        return interval.bounds(self.saving, self.errors, level)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: shares in goodness of fit, percent in `savings_percent` and `interval`."""
        low, high = self.bounds()
        percents = [self.percent(low), self.percent(high)]
        return {
            "model": self.model.name,
            "cvrmse": self.goodness.cvrmse,
            "nmbe": self.goodness.nmbe,
            "r_squared": self.goodness.r_squared,
            "limits": LIMITS[self.kind]._asdict(),
            "savings": self.saving,
            "savings_percent": self.percent(self.saving),
            "interval": None if None in percents else percents,
            "interval_savings": [low, high],
            "interval_level": interval.LEVEL,
            "savings_positive": self.saving,
            "adjusted_baseline": self.adjusted,
            "non_routine_adjustment": self.adjustment,
            "readings": self.kind.value,
            "parameters": self.model.parameters,
            "coefficients": self.model.coefficients(),
            "checks": [one._asdict() for one in self.checks],
        }


def measured(
    meter: Meter,
    temperature: Temperature,
    baseline_end_us: int,
    reporting_start_us: int,
    *,
    adjustments: Sequence[Adjustment] = (),
    repeated: int = 0,
    draws: int = interval.DRAWS,
) -> Savings:
    """The saving from the reporting start to the last reading.

    The baseline is at most 365 days up to the last period that ends by its end; periods that straddle either
    date count in neither. Errors: PeriodsOverlap, NoBaseline, NoReporting.
    """
    if reporting_start_us < baseline_end_us:
        raise PeriodsOverlap(
            baseline_end=_date(meter, baseline_end_us), reporting_start=_date(meter, reporting_start_us)
        )
    usable = known(meter, temperature)
    whole_before = _before(meter, baseline_end_us)
    before, after = (
        meter.taken(usable & whole_before),
        meter.taken(usable & (meter.start_us >= reporting_start_us)),
    )
    _enough(before, after)
    model = fitted(before, temperature)
    said, expected = model.expected(before), model.expected(after)
    found = goodness(before.value, said, before.days, model.parameters)
    later = meter.taken(np.isfinite(meter.value) & (meter.start_us >= reporting_start_us))
    baseline = _period(before, meter.taken(whole_before))
    reporting = _period(
        after, meter.taken((meter.start_us >= reporting_start_us) & (meter.end_us <= later.end_us[-1]))
    )
    return Savings(
        meter.kind,
        model,
        found,
        baseline,
        reporting,
        float(expected.sum()),
        non_routine.total(adjustments, after, expected),
        interval.errors(model, after, draws),
        [
            *_checks(temperature, model, after, baseline, reporting),
            *checks.fit(meter.kind, found),
            *checks.readings(meter, repeated),
        ],
    )


def fitted(baseline: Meter, temperature: Temperature) -> Model:
    """The model of these periods, all of which are known."""
    if baseline.kind is Kind.HOURLY:
        return weekly.model(baseline, temperature)
    return daily.model(baseline, temperature)


def known(meter: Meter, temperature: Temperature) -> Mask:
    """Periods with a reading and enough temperatures."""
    if meter.kind is not Kind.HOURLY:
        return daily.known(meter, temperature)
    warm = [np.isfinite(one) for one in weekly.temperatures(meter, temperature, "both")]
    return np.asarray(np.isfinite(meter.value) & warm[0] & warm[1])


def _before(meter: Meter, end_us: int) -> Mask:
    """Up to 365 days of whole periods before a moment; an hour more, for the clock.

    A bill that lies mostly within them counts: bills of two months would else lack the year's first.
    """
    whole = meter.end_us <= end_us
    if not whole.any():
        return whole
    last = int(meter.end_us[whole & np.isfinite(meter.value)].max(initial=0))
    first = last - checks.BASELINE_DAYS * DAY_US
    if meter.kind is Kind.BILLING:
        return np.asarray(whole & (meter.start_us + meter.end_us >= 2 * first))
    return np.asarray(whole & (meter.start_us >= first - HOUR_US))


def _enough(before: Meter, after: Meter) -> None:
    days, least = float(before.days.sum()), LEAST_DAYS[before.kind]
    if days < least:
        raise NoBaseline(
            detail=f"{days:.0f} days with readings and temperatures, {least:.0f} are needed",
            detail_zh=f"有读数和气温的只有 {days:.0f} 天，至少需要 {least:.0f} 天",
        )
    if before.kind is Kind.BILLING and len(before.value) < LEAST_BILLS:
        raise NoBaseline(
            detail=f"{len(before.value)} bills, {LEAST_BILLS} are needed",
            detail_zh=f"只有 {len(before.value)} 期账单，至少需要 {LEAST_BILLS} 期",
        )
    if not len(after.value):
        raise NoReporting(
            detail="no whole period with a reading and temperatures",
            detail_zh="没有一个既有读数又有气温的完整周期",
        )


def _period(counted: Meter, spanned: Meter) -> Period:
    start, end = int(spanned.start_us.min()), int(spanned.end_us.max())
    days = float(counted.days.sum())
    return Period(
        start, end, len(counted.value), days, days * DAY_US / (end - start), float(counted.value.sum())
    )


def _checks(
    temperature: Temperature, model: Model, after: Meter, baseline: Period, reporting: Period
) -> list[Check]:
    before = model.meter
    days = (baseline.end_us - baseline.start_us) / DAY_US
    seen, later = (weather(temperature, one, Basis.DAY).mean for one in (before, after))
    return [
        checks.at_least(
            "baseline_days", "基期天数", "days of the baseline", days, checks.COVERAGE * checks.BASELINE_DAYS
        ),
        checks.at_least(
            "baseline_coverage",
            "基期数据覆盖率",
            "coverage of the baseline",
            baseline.coverage,
            checks.COVERAGE,
        ),
        checks.at_least(
            "reporting_coverage",
            "报告期数据覆盖率",
            "coverage of the reporting period",
            reporting.coverage,
            checks.COVERAGE,
        ),
        checks.weather_range(seen, later, used=model.uses_temperature),
        checks.far_off((before.value - model.expected(before)) / before.days),
    ]


def _date(meter: Meter, at_us: int) -> str:
    nearest = int(np.argmin(np.abs(meter.start_us - at_us)))
    return str(np.datetime64(int(at_us + meter.offset_us[nearest]), "us").astype("datetime64[D]"))
