"""调配: an institution asks for a room, the office-space manager decides, the room changes hands (W2.1)."""

from fractions import Fraction

from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.housing import repository, rules
from civicwatt_cloud.modules.housing.case_models import Allocation
from civicwatt_cloud.modules.housing.choices import RoomKind, RoomState
from civicwatt_cloud.modules.housing.errors import OverApproved, RoomTaken
from civicwatt_cloud.modules.housing.estate import (
    MANAGER,
    READERS,
    ROOM,
    UNIT,
    change_room,
    end_occupancy,
    standard_of,
)
from civicwatt_cloud.modules.housing.models import Room

NONE_SERVED = rules.Attached()


def approved_area(step: Step, kind: str) -> Fraction | None:
    """What the standard allows the applicant of a kind [0.01 m²]; None: the kind is not limited by posts."""
    record = step.record
    found = rules.approved(
        standard_of(step.session, record.owner_id, step.today),
        repository.posts_of(step.session, record.owner_id),
        is_high_rise=False,  # K makes a difference to floor area only
        served=NONE_SERVED,
    )
    limits: dict[str, Fraction] = {
        RoomKind.OFFICE: found.offices,
        RoomKind.SERVICE: found.service,
        RoomKind.EQUIPMENT: found.equipment,
    }
    return limits.get(kind)


def room_fits(step: Step) -> None:
    """The room is free, and with it the applicant stays within the approved area.

    Errors: NotFound, RoomTaken, OverApproved, NoRule.
    """
    room: Room = registry.get(step.context, ROOM, step.said["room_id"])
    if not repository.is_room_free(step.session, room.id):
        state = RoomState(room.state)
        raise RoomTaken(number=room.number, state_zh=state.zh, state=state.en)
    kind = step.record.kind
    used = repository.used_area(step.session, step.record.owner_id)[kind]
    if room.owner_id == step.record.owner_id:
        used -= room.use_area  # it is its own already
    most = approved_area(step, kind)
    if most is not None and used + room.use_area > most:
        raise OverApproved(
            used=rules.shown(used), room=rules.shown(room.use_area), approved=rules.shown(most)
        )


def set_room(step: Step) -> None:
    """The room is spoken for."""
    step.record.room_id = step.said["room_id"]


def take_over(step: Step) -> None:
    """The room is the applicant's from today on, and whoever was entered there is no longer."""
    room = step.session.get_one(Room, step.record.room_id)
    for one in repository.occupants(step.session, room.id, step.today):
        end_occupancy(step.context, one, step.today)
    change_room(
        step.context,
        room,
        "room_allocated",
        owner_id=step.record.owner_id,
        kind=step.record.kind,
        state=RoomState.IN_USE,
    )


FLOW = Workflow(
    states=(
        State("draft", "草稿", "draft", is_editable=True),
        State("unit_checked", "单位已审核", "checked by the unit"),
        State("approved", "已批准", "approved"),
        State("handed_over", "已移交", "handed over"),
        State("effective", "已接收", "taken over", is_final=True),
        State("rejected", "已退回", "rejected", is_final=True),
    ),
    transitions=(
        Transition("submit", "提交", "submit", ("draft",), "unit_checked", frozenset({Role.APPROVER})),
        Transition(
            "approve",
            "批准",
            "approve",
            ("unit_checked",),
            "approved",
            MANAGER,
            level=Level.CITY,
            form={"room_id": Field("调配房间", "room", Kind.REFERENCE, target="room")},
            required=frozenset({"room_id"}),
            guard=room_fits,
            effect=set_room,
            by_another=True,
        ),
        Transition(
            "reject",
            "退回",
            "reject",
            ("unit_checked",),
            "rejected",
            MANAGER,
            level=Level.CITY,
            by_another=True,
        ),
        Transition("hand_over", "移交", "hand over", ("approved",), "handed_over", MANAGER, level=Level.CITY),
        Transition(
            "take_over",
            "接收",
            "take over",
            ("handed_over",),
            "effective",
            UNIT,
            effect=take_over,
        ),
    ),
)
ALLOCATION = Entity(
    "allocation",
    "allocations",
    Allocation,
    "用房调配",
    "allocation",
    "reason",
    read=READERS,
    write=UNIT,
    filters=("state", "kind", "reason"),
    workflow=FLOW,
    has_files=True,
)
