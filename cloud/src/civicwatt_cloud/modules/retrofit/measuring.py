"""Freezing a baseline, and the saving against it."""

import json
import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.analysis.savings.adjustments import Adjustment
from civicwatt_cloud.analysis.savings.checks import BASELINE_DAYS
from civicwatt_cloud.analysis.savings.errors import NoBaseline
from civicwatt_cloud.analysis.savings.goodness import goodness
from civicwatt_cloud.analysis.savings.measured import LEAST_DAYS, Savings, fitted, known, measured
from civicwatt_cloud.analysis.savings.series import Kind
from civicwatt_cloud.kit.business_time import day_start_us
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.modules.retrofit import rules
from civicwatt_cloud.modules.retrofit.errors import (
    BaselineBroken,
    BaselineLength,
    NoTemperature,
    NotItsPoints,
    NotMeasured,
)
from civicwatt_cloud.modules.retrofit.hours import WARM_UP_H, Hours, Source, hours, source_of_temperature
from civicwatt_cloud.modules.retrofit.models import Baseline, NonRoutine, Project
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.points import Point

SAME = 1e-6  # shares by which a fit repeated elsewhere may differ
SHARE = 6  # digits that keep a share as a percentage with four


class Measured(NamedTuple):
    """A saving with what it rests on."""

    baseline: Baseline
    savings: Savings
    later: Hours
    adjustments: Sequence[NonRoutine]


def carrier_of(session: Session, project: Project) -> Carrier:
    """What the project's points count. Errors: NotMeasured, NotItsPoints."""
    points = _points(project)
    query = (
        select(Point.id, Point.carrier)
        .join(Building, Building.id == Point.building_id)
        .where(Building.institution_id == project.owner_id, Point.id.in_(points), Point.is_consumption)
    )
    found: dict[int, str | None] = dict(session.execute(query).all())
    carriers = set(found.values())
    if set(found) != set(points) or len(carriers) != 1 or None in carriers:
        raise NotItsPoints(said=project.points)
    return Carrier(str(carriers.pop()))


def freeze(
    context: Context, entity: Entity, project: Project, span: tuple[date, date], reason: str | None
) -> Baseline:
    """Fit the model of the days [first, last] and keep it with its data, for good.

    Errors: NotItsPoints, NotMeasured, BaselineLength, NoTemperature, NoBaseline.
    """
    session, (first, last) = context.session, span
    least, days = int(LEAST_DAYS[Kind.HOURLY]), (last - first).days + 1
    if not least <= days <= BASELINE_DAYS or last >= context.today:
        raise BaselineLength(first=first, last=last, least=least, most=BASELINE_DAYS)
    carrier = carrier_of(session, project)
    source = _source(context, project)
    found = hours(session, source, first, last + timedelta(days=1))
    _warm(found, source, first, last)
    meter, outside = found.meter(context.zone), found.outside()
    before = meter.taken(known(meter, outside))
    if before.days.sum() < least:
        raise NoBaseline(
            detail=f"{before.days.sum():.0f} days with readings and temperatures, {least} are needed",
            detail_zh=f"有读数和气温的只有 {before.days.sum():.0f} 天，至少需要 {least} 天",
        )
    model = fitted(before, outside)
    fit = goodness(before.value, model.expected(before), before.days, model.parameters)
    former = session.scalar(select(func.max(Baseline.version)).where(Baseline.project_id == project.id))
    values = {
        "project_id": project.id,
        "version": (former or 0) + 1,
        "first_on": first,
        "last_on": last,
        "points": ", ".join(map(str, source.points)),
        "unit": carrier.unit,
        "hours": len(before.value),
        "use": rules.kept(float(before.value.sum())),
        "model": model.name,
        "parameters": model.parameters,
        "cvrmse": None if fit.cvrmse is None else rules.kept(fit.cvrmse, SHARE),
        "nmbe": None if fit.nmbe is None else rules.kept(fit.nmbe, SHARE),
        "coefficients": json.dumps(model.coefficients()),
        "temperature": source_of_temperature(session, source.owner.region_code, found),
        "data_hash": found.hash,
        "frozen_us": context.now_us,
        "frozen_by": context.actor.who[:80],
        "reason": reason,
        "data": found.packed(),
    }
    baseline: Baseline = registry.add(context, entity, project.owner_id, values)
    return baseline


def newest(session: Session, project: Project) -> Baseline:
    """The version in force. Errors: NotMeasured."""
    query = select(Baseline).where(Baseline.project_id == project.id).order_by(Baseline.version.desc())
    found = session.scalar(query.limit(1))
    if found is None:
        raise NotMeasured()
    return found


def saving(context: Context, project: Project, first: date, end: date) -> Measured:
    """The saving of the days [first, end) against the baseline in force.

    Errors: NotMeasured, NotItsPoints, NoTemperature, BaselineBroken, NoReporting, PeriodsOverlap.
    """
    baseline = newest(context.session, project)
    source = _source(context, project)._replace(points=rules.point_ids(baseline.points))
    frozen = Hours.unpacked(baseline.data)
    later = hours(context.session, source, first, end)
    _warm(later, source, first, end - timedelta(days=1))
    whole = frozen.then(later)
    adjustments = approved(context.session, project)
    found = measured(
        whole.meter(context.zone),
        whole.outside(),
        day_start_us(baseline.last_on + timedelta(days=1), context.zone),
        day_start_us(first, context.zone),
        adjustments=[adjustment(one) for one in adjustments],
    )
    _reproduced(baseline, frozen, found)
    return Measured(baseline, found, later, adjustments)


def approved(session: Session, project: Project) -> Sequence[NonRoutine]:
    """The adjustments that two persons agreed to."""
    query = select(NonRoutine).where(
        NonRoutine.project_id == project.id, NonRoutine.state == "approved", NonRoutine.removed_us.is_(None)
    )
    return session.scalars(query.order_by(NonRoutine.first_on, NonRoutine.id)).all()


def adjustment(row: NonRoutine) -> Adjustment:
    """As the arithmetic of savings takes it. Errors: BadAdjustment."""
    return Adjustment(
        row.first_on,
        row.last_on,
        row.reason,
        row.document,
        None if row.per_day is None else row.per_day / 100,
        None if row.factor is None else row.factor / 10_000,
    )


def _reproduced(baseline: Baseline, frozen: Hours, found: Savings) -> None:
    """Errors: BaselineBroken."""
    if frozen.hash != baseline.data_hash:
        detail, detail_zh = "its data have another hash", "数据散列不符"
    elif found.model.name != baseline.model or not _alike(found.model.coefficients(), baseline.coefficients):
        detail, detail_zh = "the platform's arithmetic gives another model", "平台算法给出的模型不同"
    else:
        return
    raise BaselineBroken(version=baseline.version, detail=detail, detail_zh=detail_zh)


def _alike(now: dict[str, object], kept: str) -> bool:
    """Whether two fits say the same figures."""
    then = json.loads(kept)
    return set(now) == set(then) and all(_same(now[name], then[name]) for name in then)


def _same(one: object, other: object) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=SAME, abs_tol=SAME)
    return one == other


def _warm(found: Hours, source: Source, first: date, last: date) -> None:
    """Errors: NoTemperature."""
    if not np.isfinite(found.temperature[WARM_UP_H:]).any():
        raise NoTemperature(region=source.owner.region_code, first=first, last=last)


def _source(context: Context, project: Project) -> Source:
    owner = context.session.get_one(Institution, project.owner_id)
    return Source(_points(project), owner, context.zone)


def _points(project: Project) -> list[int]:
    try:
        found = rules.point_ids(project.points)
    except ValueError as error:
        raise NotItsPoints(said=project.points) from error
    if not found:
        raise NotMeasured()
    return found
