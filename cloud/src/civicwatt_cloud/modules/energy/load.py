"""Load by end use over hours, days or months."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from civicwatt_cloud.kit import calendar
from civicwatt_cloud.kit.business_time import SECOND_US, iso
from civicwatt_cloud.kit.errors import BadRequest
from civicwatt_cloud.modules.energy import repository
from civicwatt_cloud.modules.energy.repository import BookedColumns
from civicwatt_cloud.modules.energy.schemas import DayOut, Load, LoadSeries
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.figures import metering
from civicwatt_cloud.timeseries.figures.metering import CONSUMING, Meter
from civicwatt_cloud.timeseries.figures.steps import Ints, Steps
from civicwatt_cloud.timeseries.figures.steps import steps as steps_of
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.queries import Step
from civicwatt_protocols.quantity import format_micro

HOUR_S = 3600
QUALITIES = [quality.value for quality in sorted(Quality, key=lambda quality: quality.code)]
LONGEST_DAYS = {"hour": 400, "day": 4000, "month": 20_000}  # engineering default: bounds one answer


def load(view: View, institution_id: int, start: date, end: date, step: Step) -> Load:
    """The institution's load on [start, end). Errors: NotFound, BadRequest."""
    view.scope.institution(view.session, institution_id)
    if not start < end or (end - start).days > LONGEST_DAYS[step]:
        raise BadRequest(
            "to", what=f"{start} … {end}，应为 1 至 {LONGEST_DAYS[step]} 天 · the range is too long or empty"
        )
    steps = steps_of(start, end, step, view.zone)
    meters = metering.meters(view.session, view.scope, institution_id)
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


def _day(when: date) -> DayOut:
    day = calendar.day(when)
    return DayOut(
        date=when.isoformat(), weekday=when.isoweekday(), workday=day.workday, confirmed=day.confirmed
    )
