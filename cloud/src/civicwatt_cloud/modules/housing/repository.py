"""The module's queries."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Building, Denominator, DenominatorKind, Institution
from civicwatt_cloud.kit.organisation import PassedOn, Succession
from civicwatt_cloud.kit.people import Person
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.modules.housing.case_models import (
    Allocation,
    BudgetLine,
    Expert,
    LeaseIn,
    TitleRecord,
    VacateTask,
)
from civicwatt_cloud.modules.housing.choices import RoomKind, RoomState
from civicwatt_cloud.modules.housing.models import (
    BuildingFacts,
    Establishment,
    Floor,
    Occupancy,
    Room,
    Yard,
)

NOT_ITS_OWN = (RoomState.LEASED_OUT, RoomState.LENT)  # no part of what the owner uses itself
RESERVING = ("approved", "handed_over")  # states of an allocation whose room is spoken for


class Occupied(NamedTuple):
    """An occupancy with its room, its person, and the organ the person belongs to."""

    occupancy: Occupancy
    room: Room
    person: Person
    organ: Institution


class Place(NamedTuple):
    """A room and where it is."""

    room: Room
    floor: Floor
    building: Building
    yard: Yard

    @property
    def label(self) -> str:
        """As people say where a room is."""
        return f"{self.yard.name} {self.building.name} {self.floor.name} {self.room.number}"


def current(day: date) -> ColumnElement[bool]:
    """Occupancies that hold on a day."""
    open_ = or_(Occupancy.valid_to.is_(None), Occupancy.valid_to > day)
    return and_(Occupancy.removed_us.is_(None), Occupancy.valid_from <= day, open_)


def occupied(session: Session, day: date, *where: ColumnElement[bool]) -> Sequence[Occupied]:
    """Who is in which room on a day."""
    query = (
        select(Occupancy, Room, Person, Institution)
        .join(Room, Room.id == Occupancy.room_id)
        .join(Person, Person.id == Occupancy.person_id)
        .join(Institution, Institution.id == Person.owner_id)
        .where(current(day), Room.removed_us.is_(None), *where)
        .order_by(Occupancy.id)
    )
    return [Occupied(*row) for row in session.execute(query)]


def beside(session: Session, day: date, people: Select[Any]) -> Sequence[Occupied]:
    """Everybody in the rooms of some people: a part of a room depends on who else is there."""
    rooms = select(Occupancy.room_id).where(Occupancy.person_id.in_(people), current(day))
    return occupied(session, day, Occupancy.room_id.in_(rooms))


def offices_of(session: Session, person_id: int, day: date) -> Sequence[Occupancy]:
    """A person's occupancies that hold on a day or begin later."""
    query = select(Occupancy).where(
        Occupancy.person_id == person_id,
        Occupancy.removed_us.is_(None),
        or_(Occupancy.valid_to.is_(None), Occupancy.valid_to > day),
    )
    return session.scalars(query.order_by(Occupancy.id)).all()


def sharing(session: Session, row: Occupancy) -> Sequence[Occupancy]:
    """The other occupancies of a room at some time of this one."""
    query = select(Occupancy).where(
        Occupancy.room_id == row.room_id,
        Occupancy.removed_us.is_(None),
        or_(Occupancy.valid_to.is_(None), Occupancy.valid_to > row.valid_from),
    )
    if row.valid_to is not None:
        query = query.where(Occupancy.valid_from < row.valid_to)
    return [one for one in session.scalars(query) if one is not row]


def occupants(session: Session, room_id: int, day: date) -> Sequence[Occupancy]:
    """Who is in a room on a day."""
    return session.scalars(select(Occupancy).where(Occupancy.room_id == room_id, current(day))).all()


def places(session: Session, *where: ColumnElement[bool]) -> Sequence[Place]:
    """Rooms with where they are, the largest last."""
    query = (
        select(Room, Floor, Building, Yard)
        .join(Floor, Floor.id == Room.floor_id)
        .join(BuildingFacts, BuildingFacts.id == Floor.facts_id)
        .join(Building, Building.id == BuildingFacts.building_id)
        .join(Yard, Yard.id == BuildingFacts.yard_id)
        .where(Room.removed_us.is_(None), *where)
        .order_by(Room.use_area, Room.id)
    )
    return [Place(*row) for row in session.execute(query)]


def is_free() -> ColumnElement[bool]:
    """Rooms that are idle and that no decided allocation speaks for."""
    reserved = select(Allocation.room_id).where(
        Allocation.state.in_(RESERVING), Allocation.room_id.is_not(None)
    )
    return and_(Room.state == RoomState.IDLE, Room.id.not_in(reserved))


def idle_rooms(session: Session, institution: Institution, kind: str, area: int) -> Sequence[Place]:
    """The free rooms of the institution's region that would do for it."""
    owners = scope_of_region(institution.region_code).institution_ids()
    return places(session, is_free(), Room.owner_id.in_(owners), Room.kind == kind, Room.use_area >= area)


def is_room_free(session: Session, room_id: int) -> bool:
    """Whether a room can be given to somebody."""
    return session.scalar(select(Room.id).where(Room.id == room_id, is_free())) is not None


def used_area(session: Session, institution_id: int) -> dict[str, int]:
    """Use area [0.01 m²] by kind of what an institution uses itself."""
    query = (
        select(Room.kind, func.sum(Room.use_area))
        .where(Room.owner_id == institution_id, Room.removed_us.is_(None), Room.state.not_in(NOT_ITS_OWN))
        .group_by(Room.kind)
    )
    found = {kind: int(area) for kind, area in session.execute(query)}
    return {kind.value: found.get(kind, 0) for kind in RoomKind}


def posts_of(session: Session, institution_id: int) -> dict[str, int]:
    """The establishment by rank."""
    query = select(Establishment.rank, Establishment.posts).where(
        Establishment.owner_id == institution_id, Establishment.removed_us.is_(None)
    )
    return dict(session.execute(query).all())


def open_task(
    session: Session, owner_id: int, cause: str, room_id: int | None, person_id: int | None
) -> VacateTask | None:
    """The task of this cause that is not closed yet."""
    query = select(VacateTask).where(
        VacateTask.owner_id == owner_id,
        VacateTask.cause == cause,
        VacateTask.room_id.is_not_distinct_from(room_id),
        VacateTask.person_id.is_not_distinct_from(person_id),
        VacateTask.state != "closed",
        VacateTask.removed_us.is_(None),
    )
    return session.scalars(query).first()


def rooms_passed_on(session: Session, source_id: int) -> tuple[Succession | None, int]:
    """How an institution was taken up, and how many of its rooms went with it."""
    found = session.scalar(select(Succession).where(Succession.source_id == source_id))
    if found is None:
        return None, 0
    rooms = select(func.count()).where(
        PassedOn.succession_id == found.id, PassedOn.table_name == Room.__tablename__
    )
    return found, session.scalar(rooms) or 0


def leases_due(session: Session, model: type[Any], today: date) -> Sequence[Any]:
    """Leases in force whose last day has passed."""
    query = select(model).where(model.state == "in_force", model.ends_on < today, model.removed_us.is_(None))
    return session.scalars(query).all()


def exceptions(session: Session, first: date, last: date, visible: ColumnElement[bool]) -> Sequence[LeaseIn]:
    """Leases approved in a period although an idle room fitted."""
    query = select(LeaseIn).where(LeaseIn.overridden_on.between(first, last), visible)
    return session.scalars(query.order_by(LeaseIn.overridden_on, LeaseIn.id)).all()


def budget_of(session: Session, project_id: int) -> tuple[int, int]:
    """How many lines a repair's budget has, and their sum [分]."""
    query = select(func.count(), func.coalesce(func.sum(BudgetLine.amount), 0)).where(
        BudgetLine.project_id == project_id, BudgetLine.removed_us.is_(None)
    )
    lines, total = session.execute(query).one()
    return lines, int(total or 0)


def expert_numbers(session: Session, region_code: str) -> Sequence[str]:
    """The pool of a region."""
    owners = scope_of_region(region_code).institution_ids()
    query = select(Expert.number).where(Expert.owner_id.in_(owners), Expert.removed_us.is_(None))
    return session.scalars(query.order_by(Expert.number)).all()


def rooms_by_owner(
    session: Session, visible: ColumnElement[bool]
) -> Sequence[tuple[int, str, str, int, int]]:
    """Rooms by owner, kind and state: how many, and their use area [0.01 m²]."""
    query = (
        select(Room.owner_id, Room.kind, Room.state, func.count(), func.sum(Room.use_area))
        .where(visible)
        .group_by(Room.owner_id, Room.kind, Room.state)
    )
    return [
        (owner, kind, state, count, int(area)) for owner, kind, state, count, area in session.execute(query)
    ]


def in_office(session: Session, owners: Select[Any]) -> int:
    """People who work at these institutions."""
    query = select(func.count()).where(
        Person.owner_id.in_(owners), Person.state == "active", Person.removed_us.is_(None)
    )
    return session.scalar(query) or 0


def names_of(session: Session, institutions: Iterable[int]) -> dict[int, str]:
    """What institutions are called."""
    query = select(Institution.id, Institution.name).where(Institution.id.in_(list(institutions)))
    return dict(session.execute(query).all())


def title_areas(
    session: Session, day: date, visible: ColumnElement[bool]
) -> Sequence[tuple[int, int | None, bool]]:
    """Buildings, their floor area on a day [0.01 m²; None: not known], and whether a title is registered."""
    done = select(TitleRecord.facts_id).where(
        TitleRecord.state == "registered", TitleRecord.kind != "land", TitleRecord.removed_us.is_(None)
    )
    is_valid = and_(
        Denominator.kind == DenominatorKind.FLOOR_AREA,
        Denominator.valid_from <= day,
        or_(Denominator.valid_to.is_(None), Denominator.valid_to > day),
    )
    query = (
        select(BuildingFacts.id, Denominator.value, BuildingFacts.id.in_(done))
        .outerjoin(Denominator, and_(Denominator.subject_id == BuildingFacts.building_id, is_valid))
        .where(visible)
        .order_by(BuildingFacts.id)
    )
    return [(one, area, bool(is_done)) for one, area, is_done in session.execute(query)]
