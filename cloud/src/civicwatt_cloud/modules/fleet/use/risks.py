"""用车风险: orders and tracks that do not fit together, papers that are overdue; looked at from time to time.

A risk goes away with what it was made of; one that is new is told as `fleet.use_risk`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select

from civicwatt_cloud.kit import events, rules_local
from civicwatt_cloud.kit.business_time import DAY_US, day_start_us
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Job
from civicwatt_cloud.modules.fleet.entities import WATCHERS
from civicwatt_cloud.modules.fleet.use import crosscheck
from civicwatt_cloud.modules.fleet.use.choices import RiskKind
from civicwatt_cloud.modules.fleet.use.crosscheck import Order, Run
from civicwatt_cloud.modules.fleet.use.evidence import Evidence, gather
from civicwatt_cloud.modules.fleet.use.models import VOID, Driver, Duty, Pool, UseRisk, VehicleRequest
from civicwatt_cloud.modules.fleet.use.rules import Terms

EVERY_S = 1800  # [engineering default]
MOST_NEW = 1_000  # in one transaction; the next look goes on [engineering default]
AT_ONCE = 500  # keys in one query
TOLD = "fleet.use_risk"  # facts: risk_id, kind, owner_id, vehicle_id, request_id, at_us
LASTING = (RiskKind.PAPERS_OVERDUE, RiskKind.POOL_UNMANNED, RiskKind.DRIVER_UNFIT)  # however long ago

RISK = Entity(
    "use_risk",
    "use-risks",
    UseRisk,
    "用车风险",
    "risk in the use of vehicles",
    "kind",
    read=WATCHERS,
    columns=("kind", "at_us", "vehicle_id", "request_id", "driver_id", "claimed_m", "track_m", "minutes"),
    filters=("kind", "at_us", "vehicle_id", "request_id", "driver_id", "pool_id"),
)


class Found(NamedTuple):
    """A risk by what it is of, and what is kept of it."""

    kind: RiskKind
    of: str
    owner_id: int
    rule: str
    at_us: int
    more: Mapping[str, int | None]

    @property
    def key(self) -> str:
        """There is one of each."""
        return f"{self.kind}/{self.of}"

    def values(self) -> dict[str, Any]:
        """As a record keeps it."""
        return {"kind": self.kind, "rule": self.rule, "at_us": self.at_us, **self.more}


def look(context: Context) -> None:
    """Write down what does not fit together now; what fits again goes away."""
    terms = Terms(rules_local.of(context.session), context.today)
    since_us = context.now_us - terms.figure("risk_days") * DAY_US
    evidence = gather(context, since_us)
    lasting = [*_overdue(context, terms), *_unmanned(context, terms), *_unfit(context, terms)]
    found = [*lasting, *_mismatches(evidence, terms)]
    _write(context, {one.key: one for one in found}, since_us)


def _overdue(context: Context, terms: Terms) -> Iterator[Found]:
    """Emergencies whose papers did not follow."""
    query = select(VehicleRequest).where(
        VehicleRequest.is_emergency,
        VehicleRequest.papers_us.is_(None),
        VehicleRequest.papers_due_us < context.now_us,
        VehicleRequest.state.not_in(VOID),
        VehicleRequest.removed_us.is_(None),
    )
    kind, rule = RiskKind.PAPERS_OVERDUE, terms.row("papers_days")
    for one in context.session.scalars(query.order_by(VehicleRequest.id)):
        more = {"vehicle_id": one.vehicle_id, "request_id": one.id}
        yield Found(kind, str(one.id), one.owner_id, rule.ref, one.papers_due_us or 0, more)


def _unmanned(context: Context, terms: Terms) -> Iterator[Found]:
    """Pools that promise somebody on duty day and night, and have nobody now."""
    query = (
        select(Pool, func.max(Duty.to_us))
        .outerjoin(Duty, and_(Duty.pool_id == Pool.id, Duty.state == "on", Duty.from_us <= context.now_us))
        .where(Pool.is_all_day, Pool.removed_us.is_(None))
        .group_by(Pool.id)
    )
    today_us = day_start_us(terms.as_of, context.zone)
    for pool, until_us in context.session.execute(query.order_by(Pool.id)):
        if until_us is None or until_us <= context.now_us:
            at_us, more = until_us or today_us, {"pool_id": pool.id}
            yield Found(RiskKind.POOL_UNMANNED, str(pool.id), pool.owner_id, "", at_us, more)


def _unfit(context: Context, terms: Terms) -> Iterator[Found]:
    """Drivers who must not drive: a licence that has ended, points that are used up."""
    limit, today_us = terms.row("points_limit"), day_start_us(terms.as_of, context.zone)
    query = select(Driver).where(Driver.removed_us.is_(None)).order_by(Driver.id)
    for one in context.session.scalars(query):
        ended_us = day_start_us(one.licence_until + timedelta(days=1), context.zone)
        if ended_us <= context.now_us or not limit.holds(one.points):
            at_us, more = min(ended_us, today_us), {"driver_id": one.id}
            yield Found(RiskKind.DRIVER_UNFIT, str(one.id), one.owner_id, limit.ref, at_us, more)


def _mismatches(evidence: Evidence, terms: Terms) -> Iterator[Found]:
    """Trips that no order explains; orders whose trips are not as they say."""
    tracks: dict[int, int] = defaultdict(int)
    margin_us = terms.margin_us()
    for run in evidence.runs:
        order = crosscheck.order_of(run, evidence.orders.get(run.vehicle_id, ()), margin_us)
        if order is not None:
            tracks[order.id] += run.distance_m
        elif run.ended_us >= evidence.since_us:
            yield from _stray(evidence, run, terms)
    for order in (one for orders in evidence.orders.values() for one in orders):
        yield from _distances(evidence, order, tracks.get(order.id), terms)
        yield from _stops(evidence, order, terms)


def _stray(evidence: Evidence, run: Run, terms: Terms) -> Iterator[Found]:
    """A trip long enough to matter, and neither on duty nor in a rental session."""
    rule, vehicle = terms.row("stray_distance"), evidence.vehicles[run.vehicle_id]
    is_covered = crosscheck.is_covered(run, evidence.covers.get(vehicle.id, ()))
    if not is_covered and rule.holds(Decimal(run.distance_m) / 1000):
        of, more = f"{vehicle.id}/{run.started_us}", {"vehicle_id": vehicle.id, "track_m": run.distance_m}
        yield Found(RiskKind.TRACK_WITHOUT_ORDER, of, vehicle.owner_id, rule.ref, run.started_us, more)


def _distances(evidence: Evidence, order: Order, track_m: int | None, terms: Terms) -> Iterator[Found]:
    """The distance that was claimed beside the one that was seen."""
    row = evidence.requests[order.id]
    more = {"vehicle_id": order.vehicle_id, "request_id": row.id, "claimed_m": row.claimed_m}
    if track_m is None:
        if row.returned_us is not None and evidence.vehicles[order.vehicle_id].terminal_phone is not None:
            kind, rule = RiskKind.ORDER_WITHOUT_TRACK, terms.row("order_margin")
            yield Found(kind, str(row.id), row.owner_id, rule.ref, order.out.from_us, more)
        return
    rule = terms.row("km_difference")
    if row.claimed_m is not None and crosscheck.differs(row.claimed_m, track_m, rule):
        more["track_m"] = track_m
        yield Found(RiskKind.KM_DIFFERS, str(row.id), row.owner_id, rule.ref, order.out.from_us, more)


def _stops(evidence: Evidence, order: Order, terms: Terms) -> Iterator[Found]:
    """Long stops off the route that was planned."""
    row, rule = evidence.requests[order.id], terms.row("unplanned_stop")
    route = evidence.routes.get(row.route_id or 0)
    if route is None:
        return
    for halt in crosscheck.unplanned(evidence.halts.get(order.vehicle_id, ()), order.out, route, rule):
        more = {"vehicle_id": order.vehicle_id, "request_id": row.id, "minutes": halt.minutes}
        of = f"{order.vehicle_id}/{halt.started_us}"
        yield Found(RiskKind.UNPLANNED_STOP, of, row.owner_id, rule.ref, halt.started_us, more)


def _write(context: Context, found: Mapping[str, Found], since_us: int) -> None:
    """What is new is added and told, what has changed is changed, what is gone is taken away."""
    recent = or_(UseRisk.at_us >= since_us, UseRisk.kind.in_(LASTING))
    known = {one.key: one for one in context.session.scalars(select(UseRisk).where(recent))}
    older = sorted(found.keys() - known.keys())
    for first in range(0, len(older), AT_ONCE):
        query = select(UseRisk).where(UseRisk.key.in_(older[first : first + AT_ONCE]))
        known |= {one.key: one for one in context.session.scalars(query)}
    for key, row in known.items():
        if key in found:
            values = found[key].values()
            if row.removed_us is None and row.kind in LASTING:
                values["at_us"] = row.at_us  # since when it holds does not move on
            _set(context, row, removed_us=None, **values)
        else:
            _set(context, row, removed_us=row.removed_us or context.now_us)
    for key in sorted(found.keys() - known.keys())[:MOST_NEW]:
        one = found[key]
        _tell(context, registry.add(context, RISK, one.owner_id, {"key": key, **one.values()}))


def _set(context: Context, row: UseRisk, **values: Any) -> None:
    if any(getattr(row, name) != value for name, value in values.items()):
        before = registry.told(RISK, row, context.zone)
        for name, value in values.items():
            setattr(row, name, value)
        registry.touched(context, RISK, row, "use_risk_changed", before)


def _tell(context: Context, row: UseRisk) -> None:
    names = ("kind", "owner_id", "vehicle_id", "request_id", "at_us")
    facts = {"risk_id": row.id, **{name: getattr(row, name) for name in names}}
    events.tell(context, TOLD, facts, row)


JOB = Job("fleet_risks", EVERY_S, look)
