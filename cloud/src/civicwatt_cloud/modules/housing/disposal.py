"""处置: a room is converted, exchanged, let, auctioned or demolished, with everybody's word for it (W2.4)."""

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.errors import FieldMissing, titles_of
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.forms import filled, keep_form
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.housing import repository
from civicwatt_cloud.modules.housing.case_models import Disposal
from civicwatt_cloud.modules.housing.choices import DisposalKind, RoomState
from civicwatt_cloud.modules.housing.errors import RoomTaken
from civicwatt_cloud.modules.housing.estate import MANAGER, READERS, UNIT, change_room
from civicwatt_cloud.modules.housing.models import Room

FIELDS = fields_of(Disposal)
FINANCE = frozenset({Role.FINANCE})


def check_disposal(_session: Session, row: Disposal) -> None:
    """A conversion says into what. Errors: FieldMissing."""
    if row.kind == DisposalKind.CONVERT and row.new_kind is None:
        raise FieldMissing("new_kind", **titles_of([FIELDS["new_kind"]]))


def is_empty(step: Step) -> None:
    """Nobody works in the room any more, unless it is converted only. Errors: RoomTaken."""
    room = step.session.get_one(Room, step.record.room_id)
    is_converted = step.record.kind == DisposalKind.CONVERT
    if not is_converted and repository.occupants(step.session, room.id, step.today):
        state = RoomState(room.state)
        raise RoomTaken(number=room.number, state_zh=state.zh, state=state.en)


def execute(step: Step) -> None:
    """The room has another use, is let, or is no longer there."""
    room = step.session.get_one(Room, step.record.room_id)
    if step.record.kind == DisposalKind.CONVERT:
        change_room(step.context, room, "room_converted", kind=step.record.new_kind)
    elif step.record.kind == DisposalKind.LEASE:
        change_room(step.context, room, "room_let", state=RoomState.LEASED_OUT)
    else:
        change_room(step.context, room, "room_disposed", removed_us=step.now_us)


def _manager(event: str, zh: str, en: str, source: str, target: str, *form: str) -> Transition:
    """A step of the office-space manager, with the fields that it fills in."""
    return Transition(
        event,
        zh,
        en,
        (source,),
        target,
        MANAGER,
        level=Level.CITY,
        effect=keep_form,
        **filled(FIELDS, *form),
    )


FLOW = Workflow(
    states=(
        State("draft", "草稿", "draft", is_editable=True),
        State("applied", "待审核", "applied"),
        State("reviewed", "待财政意见", "reviewed"),
        State("opined", "待政府批准", "finance has its word"),
        State("approved", "待评估", "approved"),
        State("valued", "待执行", "valued"),
        State("executed", "待缴库", "executed"),
        State("paid", "待归档", "income paid"),
        State("archived", "已归档", "archived", is_final=True),
        State("rejected", "已退回", "rejected", is_final=True),
    ),
    transitions=(
        Transition("submit", "提交", "submit", ("draft",), "applied", frozenset({Role.APPROVER})),
        Transition(
            "review", "审核", "review", ("applied",), "reviewed", MANAGER, level=Level.CITY, by_another=True
        ),
        Transition(
            "opine", "同意处置", "agree", ("reviewed",), "opined", FINANCE, level=Level.CITY, by_another=True
        ),
        Transition(
            "reject",
            "退回",
            "reject",
            ("applied", "reviewed", "opined"),
            "rejected",
            MANAGER | FINANCE,
            level=Level.CITY,
        ),
        _manager("approve", "登记政府批准", "note the approval", "opined", "approved", "approval"),
        _manager("value", "登记评估", "note the valuation", "approved", "valued", "valuation"),
        Transition(
            "execute",
            "执行",
            "execute",
            ("valued",),
            "executed",
            MANAGER | UNIT,
            guard=is_empty,
            effect=execute,
        ),
        _manager("pay", "登记缴库", "note the income", "executed", "paid", "income", "voucher"),
        Transition("archive", "归档", "archive", ("paid",), "archived", MANAGER, level=Level.CITY),
    ),
)
DISPOSAL = Entity(
    "disposal",
    "disposals",
    Disposal,
    "用房处置",
    "disposal",
    "reason",
    read=READERS,
    write=UNIT,
    filters=("state", "kind", "room_id"),
    workflow=FLOW,
    check=check_disposal,
    has_files=True,
)
