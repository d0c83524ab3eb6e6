"""应急保障统计 (M03.8): how many vehicles an emergency took, how often they went, how far, and where."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Level, Region, level_of, region_prefix
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Report
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.fleet.entities import READERS
from civicwatt_cloud.modules.fleet.positions.models import Trip
from civicwatt_cloud.modules.fleet.positions.seals import Span
from civicwatt_cloud.modules.fleet.use import crosscheck, permits
from civicwatt_cloud.modules.fleet.use.crosscheck import Order, Run
from civicwatt_cloud.modules.fleet.use.errors import SpanReversed, UnknownCounty
from civicwatt_cloud.modules.fleet.use.models import Campaign, VehicleRequest
from civicwatt_cloud.modules.fleet.use.request_steps import counties_of
from civicwatt_cloud.modules.fleet.use.requests import REQUEST

CENT = Decimal("0.01")


class Batch(NamedTuple):
    """A vehicle went out once."""

    vehicle_id: int | None  # None: a rented one
    counties: frozenset[str]
    distance_m: int | None  # None: neither tracked nor claimed


class Sent(NamedTuple):
    """What one vehicle did."""

    vehicle_id: int
    batches: int
    distance_m: int
    counties: frozenset[str]


class Sheet(NamedTuple):
    """The figures of a campaign, and what they rest on."""

    vehicles: Sequence[Sent]  # the one that went furthest first
    batches: int
    rented: int  # of them
    unknown: int  # of them without a distance
    covered: Collection[str]
    counties: Collection[str]

    @property
    def longest_m(self) -> int:
        """How far one vehicle went at most, over all its batches."""
        return max((one.distance_m for one in self.vehicles), default=0)

    @property
    def percent(self) -> Decimal | None:
        """Divisions reached of all [%]; None: there are none."""
        if not self.counties:
            return None
        exact = Decimal(len(self.covered)) * 100 / len(self.counties)
        return exact.quantize(CENT, ROUND_HALF_UP)


def tallied(batches: Sequence[Batch], counties: Collection[str]) -> Sheet:
    """The sheet of a campaign's batches; only divisions of the region it served count as covered. Pure."""
    own: dict[int, list[Batch]] = defaultdict(list)
    for one in batches:
        if one.vehicle_id is not None:
            own[one.vehicle_id].append(one)
    sent = [_sent(vehicle, some, counties) for vehicle, some in own.items()]
    return Sheet(
        sorted(sent, key=lambda one: (-one.distance_m, one.vehicle_id)),
        len(batches),
        sum(one.vehicle_id is None for one in batches),
        sum(one.distance_m is None for one in batches),
        _reached(batches, counties),
        counties,
    )


def sheet_of(context: Context, campaign_id: int) -> Sheet:
    """The sheet of a campaign, of the requests that the actor may see. Errors: NotPermitted, NotFound."""
    campaign = registry.get_open(context, CAMPAIGN, campaign_id)
    query = select(VehicleRequest).where(
        VehicleRequest.campaign_id == campaign.id,
        VehicleRequest.departed_us.is_not(None),
        registry.visible(REQUEST, context.actor),
    )
    rows = context.session.scalars(query.order_by(VehicleRequest.id)).all()
    tracks = _tracks(context, campaign, rows)
    batches = [
        Batch(one.vehicle_id, frozenset(counties_of(one)), tracks.get(one.id, one.claimed_m)) for one in rows
    ]
    return tallied(batches, counties_in(context.session, campaign.region_code))


def counties_in(session: Session, code: str) -> set[str]:
    """The counties of a division; of a county itself."""
    below = select(Region.code).where(Region.code.startswith(region_prefix(code), autoescape=True))
    return {one for one in session.scalars(below) if level_of(one) is Level.COUNTY}


def check_campaign(session: Session, row: Campaign) -> None:
    """Days in order, a division that is known. Errors: SpanReversed, UnknownCounty."""
    if row.to_day is not None and row.from_day > row.to_day:
        raise SpanReversed()
    if session.get(Region, row.region_code) is None:
        raise UnknownCounty(said=row.region_code)


def _tracks(context: Context, campaign: Campaign, rows: Iterable[VehicleRequest]) -> Mapping[int, int]:
    """What the terminals saw, by request."""
    margin_us = permits.terms_of(context, campaign.owner_id).margin_us()
    orders: dict[int, list[Order]] = defaultdict(list)
    for one in rows:
        if one.vehicle_id is not None:
            out = Span(one.departed_us or 0, one.returned_us or context.now_us)
            orders[one.vehicle_id].append(Order(one.id, one.vehicle_id, out))
    spans = [one.out for some in orders.values() for one in some]
    query = select(Trip.vehicle_id, Trip.started_us, Trip.ended_us, Trip.distance_m).where(
        Trip.vehicle_id.in_(orders),
        Trip.removed_us.is_(None),
        Trip.started_us >= min((one.from_us for one in spans), default=0) - margin_us,
        Trip.started_us <= max((one.to_us for one in spans), default=0) + margin_us,
    )
    found: dict[int, int] = defaultdict(int)
    for row in context.session.execute(query):
        run = Run(*row)
        order = crosscheck.order_of(run, orders[run.vehicle_id], margin_us)
        if order is not None:
            found[order.id] += run.distance_m
    return found


def _sent(vehicle_id: int, batches: Sequence[Batch], counties: Collection[str]) -> Sent:
    distance_m = sum(one.distance_m or 0 for one in batches)
    return Sent(vehicle_id, len(batches), distance_m, _reached(batches, counties))


def _reached(batches: Iterable[Batch], counties: Collection[str]) -> frozenset[str]:
    return frozenset(code for one in batches for code in one.counties if code in counties)


CAMPAIGN = Entity(
    "emergency_campaign",
    "campaigns",
    Campaign,
    "应急任务",
    "emergency campaign",
    "name",
    read=READERS,
    write=frozenset({Role.FLEET_MANAGER, Role.DISPATCHER}),
    filters=("from_day", "region_code"),
    searched=("name", "document"),
    natural_key=("name",),
    check=check_campaign,
    reports=(Report("sheet/export", "应急保障统计表", "sheet of the campaign", READERS),),
)
