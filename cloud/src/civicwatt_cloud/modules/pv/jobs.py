"""What the module does on its own: compare each plant with those under the same sky."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from sqlalchemy import select

from civicwatt_cloud.analysis.arrays import Numbers, median
from civicwatt_cloud.analysis.pv.hints import Hint, hints
from civicwatt_cloud.kit.business_time import HOUR_US, day_start_us
from civicwatt_cloud.kit.directory import Institution, region_prefix
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.pv import rules
from civicwatt_cloud.modules.pv.entities import FINDING
from civicwatt_cloud.modules.pv.models import Finding, Plant
from civicwatt_cloud.timeseries.ledger import queries as ledger
from civicwatt_protocols.quantity import MICRO

# [engineering defaults]
WINDOW_DAYS = 150  # that are looked at: thirty clear days of a cloudy quarter, and those before them
LEAST_OTHERS = 2  # plants under the same sky; of two alone nobody knows which one is ill
CITY = 4  # characters of a region's path: plants of one city are under one sky
HOUR_S = 3600


class Roof(NamedTuple):
    """A plant with what it gave by the hour."""

    plant: Plant
    sky: str
    hours: Numbers  # (days, 24) kWh; NaN = an hour that is not wholly covered


def watch(context: Context) -> None:
    """Findings from the readings of the last months; one that is known already is only brought up to date."""
    first = context.today - timedelta(days=WINDOW_DAYS)
    roofs = _roofs(context, first)
    for roof in roofs:
        reference = under_the_same_sky(roof, roofs)
        if reference is not None:
            for hint in hints(roof.hours, reference):
                _keep(context, roof.plant, hint, first)


def under_the_same_sky(roof: Roof, roofs: Sequence[Roof]) -> Numbers | None:
    """What a plant of this rating should have given: the median of the others in its city, by rated power."""
    others = [
        one.hours * (roof.plant.capacity / one.plant.capacity)
        for one in roofs
        if one.sky == roof.sky and one.plant is not roof.plant
    ]
    return median(np.stack(others), axis=0) if len(others) >= LEAST_OTHERS else None


def _roofs(context: Context, first: date) -> list[Roof]:
    query = (
        select(Plant, Institution.region_code)
        .join(Institution, Institution.id == Plant.owner_id)
        .where(Plant.removed_us.is_(None), Plant.generation_points.is_not(None))
        .order_by(Plant.id)
    )
    return [
        Roof(plant, region_prefix(region)[:CITY], _hours(context, plant, first))
        for plant, region in context.session.execute(query)
    ]


def _hours(context: Context, plant: Plant, first: date) -> Numbers:
    """Of all its counters together; today is not over and left out."""
    points = rules.point_ids(plant.generation_points)
    days = (context.today - first).days
    start = day_start_us(first, context.zone) // HOUR_US
    micro, covered = np.zeros((2, days * 24), np.int64)
    for row in ledger.booked(context.session, "hour", points, start, start + days * 24):
        micro[row.period - start] += row.micro
        covered[row.period - start] += row.covered_s
    hours: Numbers = np.where(covered >= HOUR_S * len(points), micro / MICRO, np.nan)
    return hours.reshape(days, 24)


def _keep(context: Context, plant: Plant, hint: Hint, first: date) -> None:
    begins, ends = (first + timedelta(days=day) for day in (hint.first, hint.last))
    values = {
        "last_on": ends,
        "lost_share": round(hint.lost_share * 1000),
        "lost": round(hint.lost),
    }
    known = context.session.scalar(
        select(Finding)
        .where(
            Finding.plant_id == plant.id,
            Finding.kind == hint.kind.value,
            Finding.first_on <= ends,
            Finding.last_on >= begins,
        )
        .order_by(Finding.id.desc())
        .limit(1)
    )
    if known is None:
        found_on = first + timedelta(days=hint.found)
        said = {"plant_id": plant.id, "kind": hint.kind.value, "first_on": begins, "found_on": found_on}
        steps.begin(context, FINDING, registry.add(context, FINDING, plant.owner_id, said | values))
    elif known.state in {"open", "confirmed"} and known.last_on < ends:
        before = registry.told(FINDING, known, context.zone)
        for name, value in values.items():
            setattr(known, name, value)
        registry.touched(context, FINDING, known, "pv_finding_changed", before)
