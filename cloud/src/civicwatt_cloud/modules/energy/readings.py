"""One counter's day: the hours booked from it and the readings themselves."""

import math
from datetime import date, timedelta

from civicwatt_cloud.kit.business_time import HOUR_US, day_start_us, iso
from civicwatt_cloud.modules.energy.load import share
from civicwatt_cloud.modules.energy.schemas import HourOut, PointOut, PointReadings, ReadingOut
from civicwatt_cloud.modules.energy.service import template_titles
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.figures import metering
from civicwatt_cloud.timeseries.ledger import queries as ledger
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.stores.readings import reason_of
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.quantity import format_micro, to_micro


def point_readings(view: View, point_id: int, day: date) -> PointReadings:
    """A counter's business day, with the hours that have begun. Errors: NotFound."""
    meter = metering.meter(view.session, view.scope, point_id)
    start_us, end_us = day_start_us(day, view.zone), day_start_us(day + timedelta(days=1), view.zone)
    first, last = start_us // HOUR_US, end_us // HOUR_US
    booked = {row.period: row for row in ledger.booked(view.session, "hour", [point_id], first, last)}

    def hour(number: int) -> HourOut:
        row = booked.get(number)
        start = number * HOUR_US
        expected_s = ledger.expected_s(meter.bound_from_us, start, start + HOUR_US, view.now_us)
        return HourOut(
            start=iso(start, view.zone),
            running=view.now_us < start + HOUR_US,
            value=format_micro(row.micro) if row else None,
            quality=(row.quality if row else Quality.MISSING).value,
            covered=share(row.covered_s, expected_s) if row else 0.0,
        )

    rows = view.store.scan([point_id], start_us, end_us)
    measure = MEASURES[meter.measure]
    title, title_en = template_titles(meter.template)
    return PointReadings(
        point=PointOut(
            point_id=meter.point_id,
            device=meter.device,
            name=meter.name,
            measure=meter.measure,
            title=measure.zh,
            title_en=measure.en,
            unit=measure.unit,
            template_title=title,
            template_title_en=title_en,
        ),
        hours=[hour(number) for number in range(first, min(last, view.now_us // HOUR_US + 1))],
        readings=[
            _reading(view, t_us, value, code)
            for t_us, value, code in zip(
                rows.ts_us.tolist(), rows.value.tolist(), rows.reason.tolist(), strict=True
            )
        ],
    )


def _reading(view: View, t_us: int, value: float, code: int) -> ReadingOut:
    is_gap = math.isnan(value)
    reason = reason_of(code) if is_gap else None
    return ReadingOut(
        at=iso(t_us, view.zone),
        value=None if is_gap else format_micro(to_micro(value)),
        reason=reason and reason.zh,
        reason_en=reason and reason.en,
    )
