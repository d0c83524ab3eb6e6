"""What the registry adds up to: each figure with what it was computed from and what was missing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.people import Person, PersonState
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.housing import repository, rules
from civicwatt_cloud.modules.housing.choices import RoomState
from civicwatt_cloud.modules.housing.estate import (
    BUILDING,
    OCCUPANCY,
    READERS,
    ROOM,
    standard_of,
)
from civicwatt_cloud.modules.housing.models import Occupancy, Room
from civicwatt_cloud.modules.housing.repository import Occupied, Place
from civicwatt_cloud.modules.housing.rules import Approved, Attached, Checked, Standard

KEPT = "kept"  # in place of a rule: somebody who left has no claim at all


class Basis(NamedTuple):
    """What a figure was computed from."""

    counted: int
    missing: int  # rows that lack what the figure needs
    rules: tuple[str, ...] = ()


class Over(NamedTuple):
    """A person above the standard, or one who left and still has an office."""

    person: Person
    organ: Institution
    rooms: tuple[Room, ...]
    found: Checked


class OverStandard(NamedTuple):
    """Who is over, and each institution's sum [0.01 m²]."""

    people: list[Over]
    units: dict[int, Fraction]
    basis: Basis


def over_standard(
    context: Context, as_of: date, institution_id: int | None = None, floor_id: int | None = None
) -> OverStandard:
    """C2.1 for everybody in scope who has an office on a day: of one institution, or on one floor."""
    session = context.session
    seen = select(Occupancy.person_id).where(
        registry.visible(OCCUPANCY, context.actor), repository.current(as_of)
    )
    if institution_id is not None:
        seen = seen.where(Occupancy.owner_id == institution_id)
    if floor_id is not None:
        seen = seen.where(Occupancy.room_id.in_(select(Room.id).where(Room.floor_id == floor_id)))
    people = by_person(session, as_of, seen)
    rows, used, missing = rules_of(session), set(), 0
    found: list[Over] = []
    units: dict[int, Fraction] = defaultdict(Fraction)
    for held in people.values():
        person, organ = held[0][0].person, held[0][0].organ
        try:
            one = checked(Standard(rows, place_of(organ), as_of), person, [part for _, part in held])
        except NoRule:
            missing += 1
            continue
        used.add(one.rule)
        if one.over:
            found.append(Over(person, organ, tuple(inside.room for inside, _ in held), one))
            units[organ.id] += one.over
    found.sort(key=lambda one: (-one.found.over, one.person.id))
    basis = Basis(len(people) - missing, missing, tuple(sorted(used - {KEPT})))
    return OverStandard(found, dict(units), basis)


def person_checked(session: Session, person: Person, as_of: date) -> Checked:
    """C2.1 for one person. Errors: NoRule."""
    people = by_person(session, as_of, select(Person.id).where(Person.id == person.id))
    standard = standard_of(session, person.owner_id, as_of)
    return checked(standard, person, [part for _, part in people.get(person.id, [])])


def by_person(session: Session, as_of: date, seen: Select[int]) -> dict[int, list[tuple[Occupied, Fraction]]]:
    """Each person's rooms with his part of them, whoever else is there."""
    rooms: dict[int, list[Occupied]] = defaultdict(list)
    for one in repository.beside(session, as_of, seen):
        rooms[one.room.id].append(one)
    wanted = set(session.scalars(seen))
    found: dict[int, list[tuple[Occupied, Fraction]]] = defaultdict(list)
    for inside in rooms.values():
        parts = rules.parts(inside[0].room.use_area, [one.occupancy.share for one in inside])
        for one, part in zip(inside, parts, strict=True):
            if one.person.id in wanted:
                found[one.person.id].append((one, part))
    return found


def checked(standard: Standard, person: Person, held: Iterable[Fraction]) -> Checked:
    """What a person has beside his limit; who left has none. Errors: NoRule."""
    if person.state != PersonState.ACTIVE:
        area = sum(held, Fraction())
        return Checked(area, Fraction(), area, Fraction(), KEPT)
    return rules.checked(standard, person.rank, held)


class Vacancy(NamedTuple):
    """C2.3: areas [0.01 m²], rate [%], average per head; None where there is nothing to divide by."""

    rooms: int
    area: int
    idle: list[Place]
    idle_area: int
    rate: Fraction | None
    per_head: Fraction | None
    heads: int
    basis: Basis


def vacancy(context: Context, institution_id: int | None = None) -> Vacancy:
    """The idle stock of the rooms in scope."""
    visible = registry.visible(ROOM, context.actor)
    owners = scope_of(context.actor, READERS).institution_ids()
    if institution_id is not None:
        visible &= Room.owner_id == institution_id
        owners = owners.where(Institution.id == institution_id)
    rows = repository.rooms_by_owner(context.session, visible)
    rooms, area = sum(one[3] for one in rows), sum(one[4] for one in rows)
    used = sum(one[4] for one in rows if one[2] == RoomState.IN_USE)
    idle = list(repository.places(context.session, visible, Room.state == RoomState.IDLE))
    idle_area = sum(one.room.use_area for one in idle)
    heads = repository.in_office(context.session, owners)
    per_head = Fraction(used, heads) if heads else None
    rate = rules.ratio(idle_area, area)
    return Vacancy(rooms, area, idle, idle_area, rate, per_head, heads, Basis(rooms, 0))


class TitleRate(NamedTuple):
    """C2.4: floor areas [0.01 m²] and rate [%]; None where no area is known."""

    registered: int
    total: int
    rate: Fraction | None
    basis: Basis


def title_rate(context: Context, as_of: date) -> TitleRate:
    """Floor area with a registered title beside all of it; buildings without an area are missing."""
    rows = repository.title_areas(context.session, as_of, registry.visible(BUILDING, context.actor))
    known = [(area, is_done) for _, area, is_done in rows if area is not None]
    registered, total = sum(area for area, is_done in known if is_done), sum(area for area, _ in known)
    basis = Basis(len(known), len(rows) - len(known))
    return TitleRate(registered, total, rules.ratio(registered, total), basis)


class UnitCheck(NamedTuple):
    """C2.2: what an institution has by kind of room beside what the standard allows [0.01 m²]."""

    institution: Institution
    posts: Mapping[str, int]
    used: Mapping[str, int]
    approved: Approved
    basis: Basis


def unit_check(
    context: Context, institution_id: int, as_of: date, served: Attached, *, is_high_rise: bool
) -> UnitCheck:
    """Errors: NotFound, NoRule. The attached rooms stay apart from the basic ones."""
    session = context.session
    institution = scope_of(context.actor, READERS).institution(session, institution_id)
    posts = repository.posts_of(session, institution.id)
    standard = standard_of(session, institution.id, as_of)
    approved = rules.approved(standard, posts, is_high_rise=is_high_rise, served=served)
    used = repository.used_area(session, institution.id)
    rows = tuple(rules.rules_of(standard, posts, is_high_rise=is_high_rise))
    return UnitCheck(institution, posts, used, approved, Basis(sum(posts.values()), int(not posts), rows))


class Rent(NamedTuple):
    """C2.5: an institution's internal rent [分] for the area it uses [0.01 m²]."""

    institution_id: int
    area: int
    rent: Fraction
    rule: str


def rents(context: Context, as_of: date, months: int) -> list[Rent]:
    """The internal rent of everybody in scope for months at the rate of a day. Errors: NoRule."""
    areas: dict[int, int] = defaultdict(int)
    for owner, _, state, _, area in repository.rooms_by_owner(
        context.session, registry.visible(ROOM, context.actor)
    ):
        if state not in repository.NOT_ITS_OWN:
            areas[owner] += area
    found, rows = [], rules_of(context.session)
    for owner, area in sorted(areas.items()):
        place = place_of(context.session.get_one(Institution, owner))
        rate = Standard(rows, place, as_of).row("rent.rate")
        found.append(Rent(owner, area, rules.rent(area, rate, months), rate.ref))
    return found
