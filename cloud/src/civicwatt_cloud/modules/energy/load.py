"""Load by end use over hours, days or months."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from civicwatt_cloud.kit import calendar
from civicwatt_cloud.kit.business_time import HOUR_US, day_number, day_start_us, iso, month_number
from civicwatt_cloud.kit.errors import BadRequest
from civicwatt_cloud.modules.energy import repository
from civicwatt_cloud.modules.energy.repository import CONSUMING, Meter
from civicwatt_cloud.modules.energy.schemas import DayOut, Load, LoadSeries
from civicwatt_cloud.modules.energy.usage import View
from civicwatt_cloud.timeseries import ledger_queries as ledger
from civicwatt_cloud.timeseries.ledger_queries import Step
from civicwatt_cloud.timeseries.points import EndUse
from civicwatt_cloud.timeseries.quality import Quality
from civicwatt_protocols.quantity import format_micro

HOUR_S = 3600
CODES = {quality: quality.code for quality in Quality}
LONGEST_DAYS = {"hour": 400, "day": 4000, "month": 20_000}  # engineering default: bounds one answer


@dataclass(frozen=True, slots=True)
class Slot:
    """One step: its number in the ledger, and its instants."""

    number: int
    start_us: int
    end_us: int


def load(view: View, institution_id: int, start: date, end: date, step: Step) -> Load:
    """The institution's load on [start, end). Errors: NotFound, BadRequest."""
    view.scope.institution(view.session, institution_id)
    if not start < end or (end - start).days > LONGEST_DAYS[step]:
        raise BadRequest(
            "to", what=f"{start} … {end}，应为 1 至 {LONGEST_DAYS[step]} 天 · the range is too long or empty"
        )
    slots = _slots(view, start, end, step)
    meters = repository.meters(view.session, view.scope, institution_id)
    rows = ledger.booked(
        view.session, step, [m.point_id for m in meters], slots[0].number, slots[-1].number + 1
    )
    by_point: dict[int, dict[int, ledger.Booked]] = defaultdict(dict)
    for row in rows:
        by_point[row.point_id][row.period] = row

    def series(end_use: EndUse) -> LoadSeries | None:
        own = [meter for meter in meters if meter.end_use == end_use]
        return _series(view, own, by_point, slots, step) if own else None

    days = [start + timedelta(days=i) for i in range((end - start).days)]
    return Load(
        step=step,
        unit=_unit(EndUse.LIGHTING, step),
        starts=[iso(slot.start_us, view.zone) for slot in slots],
        series=[found for end_use in CONSUMING if (found := series(end_use))],
        pv=series(EndUse.PV),
        water=series(EndUse.WATER),
        days=[_day(day) for day in days],
    )


def _series(
    view: View,
    meters: Sequence[Meter],
    by_point: dict[int, dict[int, ledger.Booked]],
    slots: Sequence[Slot],
    step: Step,
) -> LoadSeries:
    end_use = meters[0].end_use
    values: list[str | None] = []
    quality: list[str] = []
    covered: list[float] = []
    is_mean = step == "hour" and end_use is not EndUse.WATER
    columns = [by_point[meter.point_id] for meter in meters]
    bound_from_us = [meter.bound_from_us for meter in meters]
    for slot in slots:
        rows = [row for column in columns if (row := column.get(slot.number))]
        expected_s = sum(
            ledger.expected_s(since_us, slot.start_us, slot.end_us, view.now_us) for since_us in bound_from_us
        )
        covered_s = sum([row.covered_s for row in rows])
        micro = sum([_mean_micro(row) if is_mean else row.micro for row in rows])
        values.append(format_micro(micro) if rows else None)
        quality.append(max((row.quality for row in rows), key=CODES.__getitem__, default=Quality.MISSING))
        covered.append(share(covered_s, expected_s))
    return LoadSeries.model_validate(
        {
            "end_use": end_use,
            "title": end_use.zh,
            "title_en": end_use.en,
            "unit": _unit(end_use, step),
            "values": values,
            "quality": quality,
            "covered": covered,
        }
    )


def share(covered_s: int, expected_s: int) -> float:
    """Covered ÷ expected, 0 where nothing is expected, rounded down to 4 decimals."""
    return min(10_000, 10_000 * covered_s // expected_s) / 10_000 if expected_s > 0 else 0.0


def _mean_micro(row: ledger.Booked) -> int:
    """Mean power [1e-6 kW] over the time of the hour that is covered."""
    return round(row.micro * HOUR_S / row.covered_s) if 0 < row.covered_s < HOUR_S else row.micro


def _unit(end_use: EndUse, step: Step) -> str:
    if end_use is EndUse.WATER:
        return "m³"
    return "kW" if step == "hour" else "kWh"


def _slots(view: View, start: date, end: date, step: Step) -> list[Slot]:
    if step == "hour":
        first = day_start_us(start, view.zone) // HOUR_US
        last = day_start_us(end, view.zone) // HOUR_US
        return [Slot(hour, hour * HOUR_US, (hour + 1) * HOUR_US) for hour in range(first, last)]
    days = [start + timedelta(days=i) for i in range((end - start).days)]
    if step == "month":
        days = sorted({day.replace(day=1) for day in days})
    numbers = [month_number(day) if step == "month" else day_number(day) for day in days]
    edges = [day_start_us(day, view.zone) for day in [*days, _after(days[-1], step)]]
    return [Slot(*slot) for slot in zip(numbers, edges[:-1], edges[1:], strict=True)]


def _after(day: date, step: Step) -> date:
    return (day + timedelta(days=32)).replace(day=1) if step == "month" else day + timedelta(days=1)


def _day(when: date) -> DayOut:
    day = calendar.day(when)
    return DayOut(
        date=when.isoformat(), weekday=when.isoweekday(), workday=day.workday, confirmed=day.confirmed
    )
