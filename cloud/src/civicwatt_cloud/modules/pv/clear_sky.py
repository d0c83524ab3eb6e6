"""What plants would give without a cloud, month by month: the background job that asks pvlib."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import islice

import numpy as np
import structlog
from sqlalchemy import select

from civicwatt_cloud.analysis.pv import expected
from civicwatt_cloud.analysis.pv.errors import PvlibMissing
from civicwatt_cloud.kit.business_time import HOUR_US, day_start_us, month_number
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.pv import service
from civicwatt_cloud.modules.pv.models import ClearSky, Plant
from civicwatt_protocols.quantity import MICRO

log = structlog.get_logger()
# [engineering defaults]
YEARS = 2  # this one and the one before: what people compare
AT_ONCE = 24  # months in a round, some two seconds: nobody who writes waits for longer


def expect(context: Context) -> None:
    """Compute some of the months that are not known, or were made of other facts than the present ones."""
    try:
        for row, plant, first in islice(_wanted(context), AT_ONCE):
            row.micro, row.made_of = _micro(context, plant, first), _facts(plant)
            context.session.add(row)
    except PvlibMissing as error:
        log.info("clear_sky_skipped", reason=error.message("en"))


def _wanted(context: Context) -> Iterator[tuple[ClearSky, Plant, date]]:
    plants = context.session.scalars(select(Plant).where(Plant.removed_us.is_(None)).order_by(Plant.id)).all()
    known = {(row.plant_id, row.month): row for row in context.session.scalars(select(ClearSky))}
    years = range(context.today.year - YEARS + 1, context.today.year + 1)
    for plant in (one for one in plants if service.place_is_known(one)):
        for first in (date(year, month, 1) for year in years for month in range(1, service.MONTHS + 1)):
            number = month_number(first)
            row = known.get((plant.id, number)) or ClearSky(plant_id=plant.id, month=number, made_of="")
            if row.made_of != _facts(plant):
                yield row, plant, first


def _facts(plant: Plant) -> str:
    return ",".join(map(str, (plant.capacity, plant.latitude, plant.longitude, plant.tilt, plant.azimuth)))


def _micro(context: Context, plant: Plant, first: date) -> int:
    """A month's yield under a clear sky [micro-kWh]. Errors: PvlibMissing."""
    start_us = day_start_us(first, context.zone)
    hours = (day_start_us(service.month_after(first), context.zone) - start_us) // HOUR_US
    site = expected.Plant(
        latitude=_degrees(plant.latitude),
        longitude=_degrees(plant.longitude),
        altitude_m=0.0,
        tilt=float(plant.tilt or 0),
        azimuth=float(plant.azimuth or 0),
        rated_kwp=plant.capacity / 100,
    )
    sky = expected.clear_sky(site, start_us, hours)
    given = expected.yield_kwh(site, expected.plane_w_m2(site, start_us, sky))
    return round(float(np.sum(given)) * MICRO)


def _degrees(said: int | None) -> float:
    return float(Decimal(said or 0).scaleb(-4))
