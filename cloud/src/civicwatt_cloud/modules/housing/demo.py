"""Office space of the demo city: invented yards, rooms and people, some not as they should be.

The pages must surface each of them: somebody over the standard, a retired occupant, an idle room and a lease
from outside beside it, a building without a title, a finding.
"""

import io
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from PIL import Image, ImageDraw

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.directory import Building, Institution, Level
from civicwatt_cloud.kit.files.models import Attachment, File, PictureRegion
from civicwatt_cloud.kit.files.store import Store
from civicwatt_cloud.kit.people import Person, PersonState, Rank
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.housing import estate
from civicwatt_cloud.modules.housing.allocation import ALLOCATION
from civicwatt_cloud.modules.housing.choices import (
    AllocationReason,
    FindingKind,
    RoomKind,
    RoomState,
    TitleKind,
)
from civicwatt_cloud.modules.housing.findings import FINDING
from civicwatt_cloud.modules.housing.leasing import LEASE_IN
from civicwatt_cloud.modules.housing.models import Floor, Room
from civicwatt_cloud.modules.housing.plans import FLOOR_PLAN
from civicwatt_cloud.modules.housing.titles import TITLE

FAMILY, GIVEN = "王李张刘陈杨赵黄周吴徐孙", "伟芳敏静强磊洋艳勇军杰娟"
COLUMNS, ROWS, SCALE = 4, 2, 400  # of a floor's picture; pixels a column


class Staff(NamedTuple):
    """Who works in one office, and how large it is [m²]."""

    rank: Rank
    heads: int
    area: str


CITY = (
    Staff(Rank.DIVISION_HEAD, 1, "24.00"),
    Staff(Rank.DIVISION_DEPUTY, 1, "18.00"),
    Staff(Rank.BELOW, 4, "36.00"),
)
COUNTY = (
    Staff(Rank.SECTION_HEAD, 1, "18.00"),
    Staff(Rank.SECTION_DEPUTY, 1, "12.00"),
    Staff(Rank.BELOW, 4, "36.00"),
)
OVER = Staff(Rank.SECTION_HEAD, 1, "20.00")  # above what any organ of a city or county allows


def fill(context: Context, city: Sequence[Institution], store: Store | None = None) -> None:
    """Give each institution a building with offices and people; a store, and floors have pictures."""
    idle = [_unit(context, number, one, store) for number, one in enumerate(city)]
    if len(city) > 1:
        _lease_beside(context, city[1], idle[0])


def _unit(context: Context, number: int, institution: Institution, store: Store | None) -> Room:
    """An institution's yard, building, floor and rooms; its idle room."""
    floor = _building(context, number, institution)
    staff = CITY if institution.level == Level.CITY else COUNTY
    plan = [*staff, OVER] if number == 0 else list(staff)
    rooms = []
    for place, one in enumerate(plan, 1):
        room = _room(context, institution, floor, str(100 + place), one.area)
        people = [
            _person(context, number, institution, place * 10 + head, one.rank) for head in range(one.heads)
        ]
        for person in people:
            _occupy(context, institution, room, person)
        rooms.append(room)
    if number == 1:
        _retire(context, people[0])
    idle = _room(context, institution, floor, "120", "120.00", state=RoomState.IDLE)
    rooms += [idle, _room(context, institution, floor, "121", "60.00", kind=RoomKind.SERVICE)]
    for rank in {one.rank for one in plan}:
        posts = sum(one.heads for one in plan if one.rank == rank)
        _add(context, estate.ESTABLISHMENT, institution, rank=rank, posts=posts)
    if store is not None:
        _picture(context, floor, rooms, store)
    if number == 2:
        _ask(context, institution, rooms[0])
    return idle


def _building(context: Context, number: int, institution: Institution) -> Floor:
    """The first building of the directory, its yard and a floor; every second one lacks the title."""
    session = context.session
    building = session.query(Building).filter_by(institution_id=institution.id).order_by(Building.id).first()
    if building is None:
        building = Building(code=f"{institution.code}-1", name="办公楼", institution_id=institution.id)
        session.add(building)
        session.flush()
    yard = _add(
        context,
        estate.YARD,
        institution,
        number=f"YL-{institution.code}",
        name=f"{institution.name}院",
        address=f"荆襄市人民路 {number + 1} 号",
    )
    facts = _add(
        context,
        estate.BUILDING,
        institution,
        code=f"JZ-{institution.code}",
        building_id=building.id,
        yard_id=yard.id,
        storeys=6,
    )
    title = {"facts_id": facts.id, "kind": TitleKind.REAL_ESTATE}
    if number % 2 == 0:
        title |= {
            "state": "registered",
            "certificate": f"鄂荆襄第 {number + 1} 号",
            "archive_number": f"A-{number}",
        }
    steps.begin(context, TITLE, _add(context, TITLE, institution, **title))
    floor: Floor = _add(
        context,
        estate.FLOOR,
        institution,
        facts_id=facts.id,
        code=f"LC-{institution.code}-1",
        number=1,
        name="1层",
    )
    return floor


def _room(
    context: Context, institution: Institution, floor: Floor, number: str, area: str, **more: str
) -> Room:
    facts = {"kind": RoomKind.OFFICE, "state": RoomState.IN_USE, **more}
    size = int(area.replace(".", ""))
    room: Room = _add(
        context,
        estate.ROOM,
        institution,
        code=f"FJ-{institution.code}-{number}",
        floor_id=floor.id,
        number=number,
        use_area=size,
        **facts,
    )
    return room


def _person(context: Context, number: int, institution: Institution, place: int, rank: Rank) -> Person:
    seed = number * 7 + place
    name = FAMILY[seed % len(FAMILY)] + GIVEN[seed // 3 % len(GIVEN)] + GIVEN[seed % len(GIVEN)]
    row = Person(
        owner_id=institution.id, rev=1, number=f"BG-{institution.code}-{place}", name=name, rank=rank
    )
    context.session.add(row)
    context.session.flush()
    return row


def _occupy(context: Context, institution: Institution, room: Room, person: Person) -> None:
    since = context.today - timedelta(days=400)
    _add(context, estate.OCCUPANCY, institution, room_id=room.id, person_id=person.id, valid_from=since)


def _retire(context: Context, person: Person) -> None:
    """He is still in his room; the task to vacate it is overdue."""
    day = context.today - timedelta(days=60)
    person.state = PersonState.RETIRED
    context.session.flush()
    facts = {"person_id": person.id, "owner_id": person.owner_id, "on_day": str(day), "kind": "retired"}
    events.tell(context, "person.left", facts)


def _ask(context: Context, institution: Institution, room: Room) -> None:
    """An application that waits, and a finding that nobody settled."""
    facts = {
        "kind": RoomKind.OFFICE,
        "area": 1800,
        "reason": AllocationReason.NEW_BODY,
        "state": "unit_checked",
    }
    steps.begin(context, ALLOCATION, _add(context, ALLOCATION, institution, **facts))
    found_on = context.today - timedelta(days=10)
    found = {"room_id": room.id, "kind": FindingKind.MISUSED, "found_on": found_on, "note": "办公室改作库房"}
    steps.begin(context, FINDING, _add(context, FINDING, institution, **found))


def _lease_beside(context: Context, institution: Institution, idle: Room) -> None:
    """Rooms are rented though an idle one fits."""
    today = context.today
    lease = _add(
        context,
        LEASE_IN,
        institution,
        kind=RoomKind.OFFICE,
        area=10_000,
        address="荆襄市商务楼 3 层",
        landlord="荆襄商务楼物业",
        rent=1_200_000,
        starts_on=today,
        ends_on=today + timedelta(days=365),
        contract="ZR-1",
        approval="荆政函〔2026〕8号",
        override_reason=f"须临近政务大厅，{idle.number} 房间不适用",
        overridden_on=today,
        state="in_force",
    )
    steps.begin(context, LEASE_IN, lease)


def _picture(context: Context, floor: Floor, rooms: Sequence[Room], store: Store) -> None:
    """A drawn plan of the floor, with each room's corners."""
    session, boxes = context.session, [_box(place) for place in range(len(rooms))]
    sha256 = store.put(_drawn(boxes))
    if session.get(File, sha256) is None:
        size = store.path(sha256).stat().st_size
        session.add(File(sha256=sha256, media_type="image/png", size=size, stored_us=context.now_us))
        session.flush()
    picture = Attachment(
        sha256=sha256,
        name="平面图.png",
        entity=estate.FLOOR.key,
        record_id=floor.id,
        kind=FLOOR_PLAN,
        owner_id=floor.owner_id,
        who=context.actor.who,
        at_us=context.now_us,
    )
    session.add(picture)
    session.flush()
    for room, (left, top, right, bottom) in zip(rooms, boxes, strict=True):
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        session.add(
            PictureRegion(
                attachment_id=picture.id,
                entity=estate.ROOM.key,
                record_id=room.id,
                points=json.dumps(corners),
            )
        )
    session.flush()


def _box(place: int) -> tuple[float, float, float, float]:
    """Left, top, right, bottom: shares of the picture; a corridor lies between the rows."""
    row, column = divmod(place, COLUMNS)
    top = 0.02 if row == 0 else 0.58
    return column / COLUMNS + 0.01, top, (column + 1) / COLUMNS - 0.01, round(top + 0.4, 2)


def _drawn(boxes: Sequence[tuple[float, float, float, float]]) -> bytes:
    """Walls, a window on each outer side, a door to the corridor, and a stair where no room is."""
    width, height = COLUMNS * SCALE, ROWS * SCALE
    image = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(image)
    pen.rectangle((4, 4, width - 4, height - 4), outline=60, width=5)
    for left, top, right, bottom in boxes:
        x0, y0, x1, y1 = left * width, top * height, right * width, bottom * height
        pen.rectangle((x0, y0, x1, y1), outline=60, width=5)
        is_upper = top < 0.5
        window, wall = (y0, y1) if is_upper else (y1, y0)
        third = (x1 - x0) / 3
        pen.rectangle((x0 + third, window - 3, x1 - third, window + 3), outline=120, fill=255, width=2)
        door = SCALE * 0.16
        pen.line((x0 + 20, wall, x0 + 20 + door, wall), fill=255, width=9)
        hinge = (x0 + 20 - door, wall - door, x0 + 20 + door, wall + door)
        pen.arc(hinge, *((270, 360) if is_upper else (0, 90)), fill=150, width=2)
    for place in range(len(boxes), COLUMNS * ROWS):
        left, top, right, bottom = (
            one * side for one, side in zip(_box(place), (width, height) * 2, strict=True)
        )
        pen.rectangle((left, top, right, bottom), outline=60, width=5)
        for step in range(1, 12):
            x = left + (right - left) * step / 12
            pen.line((x, top, x, bottom), fill=170, width=2)
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def _add(context: Context, entity: Entity, institution: Institution, **values: Any) -> Any:
    return registry.add(context, entity, institution.id, values)
