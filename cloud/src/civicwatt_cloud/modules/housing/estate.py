"""Yards, buildings, floors, rooms and who is in them: the entities without a workflow, and their rules."""

from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.people import Person
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.modules.housing import repository, rules
from civicwatt_cloud.modules.housing.errors import DaysReversed, OfficeElsewhere, SharesExceed
from civicwatt_cloud.modules.housing.models import (
    BuildingFacts,
    Establishment,
    Floor,
    Occupancy,
    Room,
    Yard,
)
from civicwatt_cloud.modules.housing.rules import Standard

MANAGER = frozenset({Role.HOUSING_MANAGER})
UNIT = frozenset({Role.LIAISON, Role.APPROVER})
READERS = (
    MANAGER
    | UNIT
    | {Role.ORGANISATION_MANAGER, Role.ASSET_MANAGER, Role.COST_MANAGER, Role.LOGISTICS_MANAGER}
    | {Role.SUPERVISOR, Role.REPORTER, Role.ASSET_CLERK, Role.FINANCE}
)


def standard_of(session: Session, institution_id: int, as_of: date) -> Standard:
    """The standards for an organ of its level on a day."""
    return Standard(rules_of(session), place_of(session.get_one(Institution, institution_id)), as_of)


def check_period(first: date, last: date | None) -> None:
    """A period has at least a day. Errors: DaysReversed."""
    if last is not None and last <= first:
        raise DaysReversed(first=first, last=last)


def check_occupancy(session: Session, row: Occupancy) -> None:
    """Shares make no more than the room; a second office is approved and small, a third never given.

    Source: R-HOUSE-5. Errors: DaysReversed, SharesExceed, OfficeElsewhere.
    """
    check_period(row.valid_from, row.valid_to)
    others = repository.sharing(session, row)
    shares = [row.share, *(one.share for one in others)]
    if (total := sum(one for one in shares if one is not None)) > rules.WHOLE_SHARE:
        raise SharesExceed(percent=rules.shown(Fraction(total)))
    held = [one for one in repository.offices_of(session, row.person_id, row.valid_from) if one is not row]
    elsewhere = {one.owner_id for one in held} - {row.owner_id}
    if not elsewhere:
        return
    person = session.get_one(Person, row.person_id)
    standard = standard_of(session, row.owner_id, row.valid_from)
    room = session.get_one(Room, row.room_id)
    try:
        most = int(standard.figure("offices.most"))
        limit = rules.limit(standard, person.rank).value * rules.M2
    except NoRule:  # of a time before the rule, or of a rank that it does not know
        return
    is_small = rules.parts(room.use_area, shares)[0] < limit
    if len(elsewhere) >= most or not row.approval or not is_small:
        raise OfficeElsewhere(count=len(elsewhere), most=most)


def change_room(context: Context, room: Room, what: str, **values: Any) -> None:
    """Change a room in the course of a step, written down."""
    before = registry.told(ROOM, room, context.zone)
    for name, value in values.items():
        setattr(room, name, value)
    registry.touched(context, ROOM, room, what, before)


def end_occupancy(context: Context, row: Occupancy, on_day: date) -> None:
    """A person leaves a room; one who never was there on any day has no occupancy."""
    before = registry.told(OCCUPANCY, row, context.zone)
    if row.valid_from >= on_day:
        row.removed_us = context.now_us
    else:
        row.valid_to = on_day
    registry.touched(context, OCCUPANCY, row, "occupancy_ended", before)


YARD = Entity(
    "yard",
    "yards",
    Yard,
    "院落",
    "yard",
    "name",
    read=READERS,
    write=MANAGER | UNIT,
    searched=("number", "name", "address"),
    natural_key=("number",),
    has_files=True,
)
BUILDING = Entity(
    "building_facts",
    "buildings",
    BuildingFacts,
    "建筑物",
    "building",
    "code",
    read=READERS,
    write=MANAGER | UNIT,
    filters=("yard_id", "structure", "is_high_rise"),
    natural_key=("code",),
    has_files=True,
)
FLOOR = Entity(
    "floor",
    "floors",
    Floor,
    "楼层",
    "floor",
    "name",
    read=READERS,
    write=MANAGER | UNIT,
    filters=("facts_id",),
    natural_key=("code",),
    has_files=True,
)
ROOM = Entity(
    "room",
    "rooms",
    Room,
    "房间",
    "room",
    "number",
    read=READERS | {Role.STAFF},  # the label on a door tells where something is to be mended
    write=MANAGER | UNIT,
    filters=("floor_id", "kind", "state", "use_area"),
    searched=("code", "number"),
    natural_key=("code",),
    has_files=True,
)
OCCUPANCY = Entity(
    "occupancy",
    "occupancies",
    Occupancy,
    "房间使用",
    "occupancy",
    "valid_from",
    read=READERS,
    write=MANAGER | UNIT,
    filters=("room_id", "person_id", "valid_from", "valid_to"),
    natural_key=("room_id", "person_id", "valid_from"),
    check=check_occupancy,
)
ESTABLISHMENT = Entity(
    "establishment",
    "establishments",
    Establishment,
    "编制定员",
    "establishment",
    "rank",
    read=READERS,
    write=MANAGER | frozenset({Role.ORGANISATION_MANAGER}),
    filters=("rank",),
    natural_key=("rank",),
)
