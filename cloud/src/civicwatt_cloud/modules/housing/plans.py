"""图文信息库: yards, buildings and floors as a book, and a floor's picture with its rooms on it."""

from collections import defaultdict
from datetime import date

from sqlalchemy import case, func, select

from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.files.attachments import attachments
from civicwatt_cloud.kit.files.models import Attachment, File
from civicwatt_cloud.kit.files.regions import regions
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.housing import indicators, repository
from civicwatt_cloud.modules.housing.choices import RoomState
from civicwatt_cloud.modules.housing.estate import BUILDING, FLOOR, OCCUPANCY, ROOM, YARD
from civicwatt_cloud.modules.housing.models import BuildingFacts, Floor, Room, Yard
from civicwatt_cloud.modules.housing.rules import shown
from civicwatt_cloud.modules.housing.schemas import (
    BookBuilding,
    BookFloor,
    BookOut,
    Drawing,
    OverOut,
    PlanOut,
    PlanRoom,
)

FLOOR_PLAN = "floor_plan"
PICTURES = ("image/png", "image/jpeg", "image/webp")  # what a browser draws


def plan_of(context: Context, floor_id: int, today: date) -> PlanOut:
    """What the page draws of a floor in scope; rooms of others on it are left out. Errors: NotFound."""
    session = context.session
    floor: Floor = registry.get(context, FLOOR, floor_id)
    facts = session.get_one(BuildingFacts, floor.facts_id)
    building, yard = session.get_one(Building, facts.building_id), session.get_one(Yard, facts.yard_id)
    plans = attachments(session, FLOOR, floor.id, FLOOR_PLAN)
    media = dict(
        session.execute(
            select(File.sha256, File.media_type).where(File.sha256.in_({one.sha256 for one in plans}))
        ).all()
    )
    pictures = [one for one in plans if media[one.sha256] in PICTURES]
    picture = pictures[-1] if pictures else None
    return PlanOut(
        floor_id=floor.id,
        name=floor.name,
        building=building.name,
        yard_id=yard.id,
        yard=yard.name,
        scale=floor.scale,
        picture=picture.sha256 if picture else None,
        attachment_id=picture.id if picture else None,
        drawings=[Drawing(name=one.name, sha256=one.sha256) for one in plans if one not in pictures],
        can_draw=scope_of(context.actor, FLOOR.workers).has(session, floor.owner_id),
        as_of=str(today),
        rooms=_rooms(context, floor, picture, today),
    )


def _rooms(context: Context, floor: Floor, picture: Attachment | None, today: date) -> list[PlanRoom]:
    session = context.session
    drawn = {one.record_id: one.points for one in regions(session, picture)} if picture else {}
    on_floor = (Room.floor_id == floor.id, registry.visible(ROOM, context.actor))
    people: dict[int, list[str]] = defaultdict(list)
    for one in repository.occupied(
        session, today, Room.floor_id == floor.id, registry.visible(OCCUPANCY, context.actor)
    ):
        people[one.room.id].append(one.person.name)
    over: dict[int, list[OverOut]] = defaultdict(list)
    for found in indicators.over_standard(context, today, floor_id=floor.id).people:
        for held in found.rooms:
            over[held.id].append(OverOut.of(found))
    rooms = [one.room for one in repository.places(session, *on_floor)]
    owners = repository.names_of(session, {one.owner_id for one in rooms})
    return [
        PlanRoom(
            id=room.id,
            number=room.number,
            kind=room.kind,
            state=room.state,
            use_area=shown(room.use_area),
            gross_share=None if room.gross_share is None else shown(room.gross_share),
            owner_id=room.owner_id,
            owner=owners[room.owner_id],
            corners=list(drawn.get(room.id, ())),
            people=people[room.id],
            is_over=room.id in over,
            over=over[room.id],
        )
        for room in sorted(rooms, key=lambda one: (len(one.number), one.number))
    ]


def book_of(context: Context, yard_id: int) -> BookOut:
    """A yard in scope, its buildings and their floors, the lowest first. Errors: NotFound."""
    session = context.session
    yard: Yard = registry.get(context, YARD, yard_id)
    buildings = session.execute(
        select(BuildingFacts, Building.name)
        .join(Building, Building.id == BuildingFacts.building_id)
        .where(BuildingFacts.yard_id == yard.id, registry.visible(BUILDING, context.actor))
        .order_by(BuildingFacts.code)
    ).all()
    floors = session.scalars(
        select(Floor)
        .where(
            Floor.facts_id.in_({facts.id for facts, _ in buildings}), registry.visible(FLOOR, context.actor)
        )
        .order_by(Floor.number)
    ).all()
    found: dict[int, list[BookFloor]] = defaultdict(list)
    for one, floor in zip(_counted(context, [one.id for one in floors]), floors, strict=True):
        rooms, idle, area, has_picture = one
        found[floor.facts_id].append(
            BookFloor(
                id=floor.id,
                name=floor.name,
                number=floor.number,
                rooms=rooms,
                idle=idle,
                use_area=shown(area),
                has_picture=has_picture,
            )
        )
    return BookOut(
        id=yard.id,
        name=yard.name,
        address=yard.address,
        owner=session.get_one(Institution, yard.owner_id).name,
        buildings=[
            BookBuilding(
                id=facts.id,
                code=facts.code,
                name=name,
                structure=facts.structure,
                built_year=facts.built_year,
                storeys=facts.storeys,
                floors=found[facts.id],
            )
            for facts, name in buildings
        ],
    )


def _counted(context: Context, floors: list[int]) -> list[tuple[int, int, int, bool]]:
    """Of each floor: rooms, idle ones, use area [0.01 m²], and whether it has a picture."""
    idle = func.sum(case((Room.state == RoomState.IDLE, 1), else_=0))
    query = (
        select(Room.floor_id, func.count(), idle, func.sum(Room.use_area))
        .where(Room.floor_id.in_(floors), registry.visible(ROOM, context.actor))
        .group_by(Room.floor_id)
    )
    counts = {one: (rooms, int(idle), int(area)) for one, rooms, idle, area in context.session.execute(query)}
    drawn = set(
        context.session.scalars(
            select(Attachment.record_id)
            .join(File)
            .where(Attachment.entity == FLOOR.key, Attachment.record_id.in_(floors))
            .where(Attachment.kind == FLOOR_PLAN, Attachment.removed_us.is_(None))
            .where(File.media_type.in_(PICTURES))
        )
    )
    return [(*counts.get(one, (0, 0, 0)), one in drawn) for one in floors]
