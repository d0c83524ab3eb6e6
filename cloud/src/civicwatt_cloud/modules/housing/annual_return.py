"""办公用房年报: what each institution uses beside what it may, and what is known of each building.

Source: DB42/T 1685—2021, appendices A (使用单位信息报送表) and B (管理部门信息报送表).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import func, select

from civicwatt_cloud.kit.directory import Building, Institution, Level
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.people import Person, PersonState
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import Rules, place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.housing import indicators, repository, rules
from civicwatt_cloud.modules.housing.case_models import LeaseIn, RepairProject, TitleRecord
from civicwatt_cloud.modules.housing.choices import RoomKind
from civicwatt_cloud.modules.housing.estate import BUILDING, READERS, ROOM
from civicwatt_cloud.modules.housing.models import BuildingFacts, Establishment, Floor, Room, Yard
from civicwatt_cloud.modules.housing.rules import Attached, Standard

BASIC = (RoomKind.OFFICE, RoomKind.SERVICE, RoomKind.EQUIPMENT)  # what the standard limits per head


@dataclass
class Use:
    """One institution, or the sum of several; areas in 0.01 m²."""

    code: str
    name: str
    level: str = ""
    posts: int = 0
    heads: int = 0
    rooms: int = 0
    kinds: Counter[str] = field(default_factory=Counter)  # of what it uses itself
    states: Counter[str] = field(default_factory=Counter)  # of all its rooms
    rented: int = 0
    over: int = 0  # people above the standard
    allowed: Mapping[str, Fraction] | None = None  # None: the standard says nothing for it

    @property
    def basic(self) -> int:
        """Use area of offices, service and equipment rooms."""
        return sum(self.kinds[one] for one in BASIC)

    @property
    def excess(self) -> Fraction | None:
        """What the basic rooms have above the standard; None: it says nothing."""
        if self.allowed is None:
            return None
        return max(Fraction(), self.basic - sum(self.allowed.values(), Fraction()))


class Kept(NamedTuple):
    """A building as the office that manages it reports it; areas in 0.01 m²."""

    yard: Yard
    facts: BuildingFacts
    name: str
    owner: str
    floor_area: int | None
    title: str | None  # of the house: how far its registration is; None: nobody began it
    certificate: str | None
    rooms: int
    states: Mapping[str, int]
    repairs: int  # projects that are not archived or rejected
    spent: int  # audited prices of those that were archived [分]


def uses(context: Context, as_of: date) -> list[Use]:
    """A line for each institution in scope that has rooms or posts; rooms as they stand now."""
    session = context.session
    scope = scope_of(context.actor, READERS)
    units = session.scalars(select(Institution).where(scope.visible()).order_by(Institution.path)).all()
    found = {one.id: Use(one.code, one.name, Level(one.level).zh) for one in units}
    _roomed(context, found)
    posts = _posted(context, found)
    for owner, heads in session.execute(
        select(Person.owner_id, func.count())
        .where(Person.owner_id.in_(found), Person.state == PersonState.ACTIVE, Person.removed_us.is_(None))
        .group_by(Person.owner_id)
    ):
        found[owner].heads = heads
    leases = select(LeaseIn.owner_id, func.sum(LeaseIn.area)).where(
        LeaseIn.owner_id.in_(found), LeaseIn.state == "in_force", LeaseIn.removed_us.is_(None)
    )
    for owner, area in session.execute(leases.group_by(LeaseIn.owner_id)):
        found[owner].rented = int(area)
    for one in indicators.over_standard(context, as_of).people:
        if one.organ.id in found:
            found[one.organ.id].over += 1
    rows = rules_of(session)
    for unit in units:
        found[unit.id].allowed = _allowed(rows, unit, posts[unit.id], as_of)
    return [one for one in found.values() if one.rooms or one.posts or one.rented]


def total(lines: Iterable[Use]) -> Use:
    """The sum of the lines; what each may have is its own."""
    found = Use("", "合计")
    for one in lines:
        for name in ("posts", "heads", "rooms", "rented", "over"):
            setattr(found, name, getattr(found, name) + getattr(one, name))
        found.kinds += one.kinds
        found.states += one.states
    return found


def kept(context: Context, as_of: date) -> list[Kept]:
    """A line for each building in scope, yard by yard."""
    session = context.session
    visible = registry.visible(BUILDING, context.actor)
    areas = {one: area for one, area, _ in repository.title_areas(session, as_of, visible)}
    titles = {
        one.facts_id: one
        for one in session.scalars(
            select(TitleRecord).where(TitleRecord.kind != "land", TitleRecord.removed_us.is_(None))
        )
    }
    rooms = _by_building(context)
    repairs = _repaired(context)
    query = (
        select(Yard, BuildingFacts, Building.name, Institution.name)
        .join(Yard, Yard.id == BuildingFacts.yard_id)
        .join(Building, Building.id == BuildingFacts.building_id)
        .join(Institution, Institution.id == BuildingFacts.owner_id)
        .where(visible)
        .order_by(Yard.number, BuildingFacts.code)
    )
    lines = []
    for yard, facts, name, owner in session.execute(query.select_from(BuildingFacts)):
        title = titles.get(facts.id)
        states = rooms[facts.id]
        count = states.pop("", 0)
        lines.append(
            Kept(
                yard,
                facts,
                name,
                owner,
                areas[facts.id],
                title.state if title else None,
                title.certificate if title else None,
                count,
                states,
                *repairs[facts.id],
            )
        )
    return lines


def _roomed(context: Context, found: Mapping[int, Use]) -> None:
    rows = repository.rooms_by_owner(context.session, registry.visible(ROOM, context.actor))
    for owner, kind, state, count, area in rows:
        line = found[owner]
        line.rooms += count
        line.states[state] += area
        if state not in repository.NOT_ITS_OWN:
            line.kinds[kind] += area


def _posted(context: Context, found: Mapping[int, Use]) -> dict[int, dict[str, int]]:
    """The posts of each institution by rank."""
    posts: dict[int, dict[str, int]] = defaultdict(dict)
    query = select(Establishment.owner_id, Establishment.rank, Establishment.posts)
    query = query.where(Establishment.owner_id.in_(found), Establishment.removed_us.is_(None))
    for owner, rank, count in context.session.execute(query):
        posts[owner][rank] = count
        found[owner].posts += count
    return posts


def _allowed(
    rows: Rules, unit: Institution, posts: Mapping[str, int], as_of: date
) -> dict[str, Fraction] | None:
    """What the posts may have of the basic rooms; None: there are none, or no rule for the place."""
    if not posts:
        return None
    try:
        found = rules.approved(
            Standard(rows, place_of(unit), as_of), posts, is_high_rise=False, served=Attached()
        )
    except NoRule:
        return None
    return dict(zip(BASIC, (found.offices, found.service, found.equipment), strict=True))


def _by_building(context: Context) -> dict[int, dict[str, int]]:
    """Use area of a building's rooms by their state; under "" how many rooms there are."""
    found: dict[int, dict[str, int]] = defaultdict(Counter)
    query = (
        select(Floor.facts_id, Room.state, func.count(), func.sum(Room.use_area))
        .join(Floor, Floor.id == Room.floor_id)
        .where(registry.visible(ROOM, context.actor))
        .group_by(Floor.facts_id, Room.state)
    )
    for facts_id, state, count, area in context.session.execute(query):
        found[facts_id][state] += int(area)
        found[facts_id][""] += count
    return found


def _repaired(context: Context) -> dict[int, tuple[int, int]]:
    """Of each building the projects under way, and what was paid for those that ended [分]."""
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    query = select(RepairProject.facts_id, RepairProject.state, RepairProject.final_price)
    for facts_id, state, price in context.session.execute(query.where(RepairProject.removed_us.is_(None))):
        running, spent = found[facts_id]
        is_over = state in {"archived", "rejected"}
        found[facts_id] = (
            running + (not is_over),
            spent + ((price or 0) if state == "archived" else 0),
        )
    return found
