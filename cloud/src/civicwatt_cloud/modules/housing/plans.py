"""楼层平面图: a floor's picture with its rooms on it."""

from collections import defaultdict
from datetime import date

from civicwatt_cloud.kit.files.attachments import attachments
from civicwatt_cloud.kit.files.regions import regions
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.registry import Context
from civicwatt_cloud.modules.housing import indicators, repository
from civicwatt_cloud.modules.housing.estate import FLOOR, OCCUPANCY, ROOM
from civicwatt_cloud.modules.housing.models import Floor, Room
from civicwatt_cloud.modules.housing.rules import shown
from civicwatt_cloud.modules.housing.schemas import PlanOut, PlanRoom

FLOOR_PLAN = "floor_plan"


def plan_of(context: Context, floor_id: int, today: date) -> PlanOut:
    """What the page draws of a floor in scope; rooms of others on it are left out. Errors: NotFound."""
    session = context.session
    floor: Floor = registry.get(context, FLOOR, floor_id)
    pictures = attachments(session, FLOOR, floor.id, FLOOR_PLAN)
    picture = pictures[-1] if pictures else None
    drawn = {one.record_id: one.points for one in regions(session, picture)} if picture else {}
    on_floor = (Room.floor_id == floor.id, registry.visible(ROOM, context.actor))
    people: dict[int, list[str]] = defaultdict(list)
    for one in repository.occupied(
        session, today, Room.floor_id == floor.id, registry.visible(OCCUPANCY, context.actor)
    ):
        people[one.room.id].append(one.person.name)
    found = indicators.over_standard(context, today, floor_id=floor.id).people
    over = {room.id for one in found for room in one.rooms}
    return PlanOut(
        floor_id=floor.id,
        name=floor.name,
        picture=picture.sha256 if picture else None,
        attachment_id=picture.id if picture else None,
        rooms=[
            PlanRoom(
                id=room.id,
                number=room.number,
                kind=room.kind,
                state=room.state,
                use_area=shown(room.use_area),
                corners=list(drawn.get(room.id, ())),
                people=people[room.id],
                is_over=room.id in over,
            )
            for room in (one.room for one in repository.places(session, *on_floor))
        ],
    )
