"""Load by end use over hours, days or months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.kit import calendar
from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US, day_number, day_start_us, iso, month_number
from civicwatt_cloud.kit.errors import BadRequest
from civicwatt_cloud.modules.energy import repository
from civicwatt_cloud.modules.energy.repository import CONSUMING, BookedColumns, Meter
from civicwatt_cloud.modules.energy.schemas import DayOut, Load, LoadSeries
from civicwatt_cloud.modules.energy.usage import View
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.queries import Step
from civicwatt_cloud.timeseries.points import EndUse
from civicwatt_protocols.quantity import format_micro

HOUR_S = 3600
QUALITIES = [quality.value for quality in sorted(Quality, key=lambda quality: quality.code)]
LONGEST_DAYS = {"hour": 400, "day": 4000, "month": 20_000}  # engineering default: bounds one answer

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a curve as columns: their numbers in the ledger, ascending, and their instants."""

    numbers: Ints
    start_us: Ints
    end_us: Ints

    def running(self, now_us: int) -> int | None:
        """The place of the step that has begun and is not over yet."""
        place = int(np.searchsorted(self.end_us, now_us, side="right"))
        return place if place < len(self.numbers) and self.start_us[place] <= now_us else None


def load(view: View, institution_id: int, start: date, end: date, step: Step) -> Load:
    """The institution's load on [start, end). Errors: NotFound, BadRequest."""
    view.scope.institution(view.session, institution_id)
    if not start < end or (end - start).days > LONGEST_DAYS[step]:
        raise BadRequest(
            "to", what=f"{start} … {end}，应为 1 至 {LONGEST_DAYS[step]} 天 · the range is too long or empty"
        )
    steps = _steps(view, start, end, step)
    meters = repository.meters(view.session, view.scope, institution_id)
    points = [meter.point_id for meter in meters]
    first, last = int(steps.numbers[0]), int(steps.numbers[-1])
    booked = repository.booked_columns(view.session, step, points, first, last + 1)

    def series(end_use: EndUse) -> LoadSeries | None:
        own = [meter for meter in meters if meter.end_use == end_use]
        return _series(view, own, booked, steps, step) if own else None

    days = [start + timedelta(days=i) for i in range((end - start).days)]
    return Load(
        step=step,
        unit=_unit(EndUse.LIGHTING, step),
        starts=[iso(start_us, view.zone) for start_us in steps.start_us.tolist()],
        running=steps.running(view.now_us),
        series=[found for end_use in CONSUMING if (found := series(end_use))],
        pv=series(EndUse.PV),
        water=series(EndUse.WATER),
        days=[_day(day) for day in days],
    )


def _series(
    view: View, meters: Sequence[Meter], booked: dict[int, BookedColumns], steps: Steps, step: Step
) -> LoadSeries:
    end_use = meters[0].end_use
    is_mean = step == "hour" and end_use is not EndUse.WATER
    micro, covered_s, expected_s, rows = (np.zeros(len(steps.numbers), np.int64) for _ in range(4))
    quality = np.full(len(steps.numbers), -1, np.int64)
    for meter in meters:
        expected_s += _expected_s(meter, steps, view.now_us)
        own = booked.get(meter.point_id)
        if own is None:
            continue
        at = np.searchsorted(steps.numbers, own.period)
        micro[at] += _mean_micro(own) if is_mean else own.micro
        covered_s[at] += own.covered_s
        quality[at] = np.maximum(quality[at], own.quality)
        rows[at] += 1
    quality[rows == 0] = Quality.MISSING.code
    covered = np.minimum(10_000, 10_000 * covered_s // np.maximum(expected_s, 1)) / 10_000
    return LoadSeries.model_validate(
        {
            "end_use": end_use,
            "title": end_use.zh,
            "title_en": end_use.en,
            "unit": _unit(end_use, step),
            "values": [
                format_micro(value) if known else None
                for value, known in zip(micro.tolist(), rows.tolist(), strict=True)
            ],
            "quality": [QUALITIES[code] for code in quality.tolist()],
            "covered": np.where(expected_s > 0, covered, 0.0).tolist(),
        }
    )


def share(covered_s: int, expected_s: int) -> float:
    """Covered ÷ expected, 0 where nothing is expected, rounded down to 4 decimals."""
    return min(10_000, 10_000 * covered_s // expected_s) / 10_000 if expected_s > 0 else 0.0


def _expected_s(meter: Meter, steps: Steps, now_us: int) -> Ints:
    """Seconds of each step that the meter should cover by now."""
    begins, ends = np.maximum(steps.start_us, meter.bound_from_us), np.minimum(steps.end_us, now_us)
    seconds: Ints = np.maximum(0, ends - begins) // SECOND_US
    return seconds


def _mean_micro(own: BookedColumns) -> Ints:
    """Mean power [1e-6 kW] over the time of each hour that is covered."""
    is_part = (own.covered_s > 0) & (own.covered_s < HOUR_S)
    mean = np.rint(own.micro * HOUR_S / np.maximum(own.covered_s, 1)).astype(np.int64)
    return np.where(is_part, mean, own.micro)


def _unit(end_use: EndUse, step: Step) -> str:
    if end_use is EndUse.WATER:
        return "m³"
    return "kW" if step == "hour" else "kWh"


def _steps(view: View, start: date, end: date, step: Step) -> Steps:
    if step == "hour":
        hours = np.arange(day_start_us(start, view.zone) // HOUR_US, day_start_us(end, view.zone) // HOUR_US)
        return Steps(hours, hours * HOUR_US, (hours + 1) * HOUR_US)
    days = [start + timedelta(days=i) for i in range((end - start).days)]
    if step == "month":
        days = sorted({day.replace(day=1) for day in days})
    numbers = [month_number(day) if step == "month" else day_number(day) for day in days]
    edges = np.array([day_start_us(day, view.zone) for day in [*days, _after(days[-1], step)]], np.int64)
    return Steps(np.array(numbers, np.int64), edges[:-1], edges[1:])


def _after(day: date, step: Step) -> date:
    return (day + timedelta(days=32)).replace(day=1) if step == "month" else day + timedelta(days=1)


def _day(when: date) -> DayOut:
    day = calendar.day(when)
    return DayOut(
        date=when.isoformat(), weekday=when.isoweekday(), workday=day.workday, confirmed=day.confirmed
    )
