"""租入与出租出借: renting where an idle room would do is refused; what is let comes back (W2.3)."""

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution, Level
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Job
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.forms import filled
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.housing import repository, rules
from civicwatt_cloud.modules.housing.case_models import LeaseIn, LeaseOut
from civicwatt_cloud.modules.housing.choices import RoomState, VacateCause
from civicwatt_cloud.modules.housing.errors import IdleRoomFits, RoomTaken
from civicwatt_cloud.modules.housing.estate import MANAGER, READERS, UNIT, change_room, check_period
from civicwatt_cloud.modules.housing.models import Room
from civicwatt_cloud.modules.housing.papers import require
from civicwatt_cloud.modules.housing.repository import Place
from civicwatt_cloud.modules.housing.vacating import open_task

APPROVAL = "approval"
NAMED = 10  # idle rooms that a refusal names


def check_lease(_session: Session, row: LeaseIn | LeaseOut) -> None:
    """It ends after it begins. Errors: DaysReversed."""
    check_period(row.starts_on, row.ends_on)


def fitting(session: Session, lease: LeaseIn) -> list[Place]:
    """The idle rooms of the applicant's region that are of this use and large enough."""
    institution = session.get_one(Institution, lease.owner_id)
    return list(repository.idle_rooms(session, institution, lease.kind, lease.area))


def is_allowed(step: Step) -> None:
    """The government approved, and no idle room fits.

    Source: 机关事务管理条例, 第二十三条. Errors: FileMissing, IdleRoomFits.
    """
    has_approval(step)
    rooms = fitting(step.session, step.record)
    if rooms:
        named = "；".join(f"{one.label}（{rules.shown(one.room.use_area)} m²）" for one in rooms[:NAMED])
        raise IdleRoomFits(count=len(rooms), rooms=named)


def has_approval(step: Step) -> None:
    """The government's approval is attached. Errors: FileMissing."""
    require(step, LEASE_IN, APPROVAL, "本级人民政府批准文件")


def note_approval(step: Step) -> None:
    """Which document approved it."""
    step.record.approval = step.said["approval"]


def note_exception(step: Step) -> None:
    """Approved although an idle room fits: the reason goes on the month's list of risks."""
    note_approval(step)
    step.record.override_reason = step.said["override_reason"]
    step.record.overridden_on = step.today


def sign(step: Step) -> None:
    """The contract."""
    step.record.contract = step.said["contract"]


def end_lease(step: Step) -> None:
    """What was rented is to be left."""
    note = f"租入到期：{step.record.address}"
    open_task(step.context, step.record.owner_id, VacateCause.LEASE_ENDED, step.today, note=note)


def let(context: Context, row: LeaseOut) -> None:
    """The room is the tenant's for the time. Errors: RoomTaken."""
    room = context.session.get_one(Room, row.room_id)
    if room.owner_id != row.owner_id or not repository.is_room_free(context.session, room.id):
        state = RoomState(room.state)
        raise RoomTaken(number=room.number, state_zh=state.zh, state=state.en)
    change_room(context, room, "room_let", state=RoomState(row.kind))


def take_back(step: Step) -> None:
    """The tenant is to leave; the room is idle when that is done."""
    note = f"出租出借到期：{step.record.tenant}"
    open_task(
        step.context,
        step.record.owner_id,
        VacateCause.LEASE_ENDED,
        step.today,
        room_id=step.record.room_id,
        note=note,
    )


def end_due(context: Context) -> None:
    """Leases whose last day has passed end."""
    today = context.today
    for entity, model, flow in ((LEASE_IN, LeaseIn, IN_FLOW), (LEASE_OUT, LeaseOut, OUT_FLOW)):
        end = next(one for one in flow.transitions if one.event == "end")
        for row in repository.leases_due(context.session, model, today):
            steps.apply(context, entity, row, end, {})


JOB = Job("housing_leases", 3600, end_due)
IN = fields_of(LeaseIn)
IN_FLOW = Workflow(
    states=(
        State("draft", "草稿", "draft", is_editable=True),
        State("review", "待审批", "in review"),
        State("approved", "已批准", "approved"),
        State("in_force", "租用中", "in force"),
        State("ended", "已到期", "ended", is_final=True),
        State("rejected", "已退回", "rejected", is_final=True),
    ),
    transitions=(
        Transition("submit", "提交", "submit", ("draft",), "review", frozenset({Role.APPROVER})),
        Transition(
            "approve",
            "批准",
            "approve",
            ("review",),
            "approved",
            MANAGER,
            level=Level.CITY,
            guard=is_allowed,
            effect=note_approval,
            by_another=True,
            **filled(IN, "approval"),
        ),
        Transition(
            "override",
            "例外批准",
            "approve as an exception",
            ("review",),
            "approved",
            MANAGER,
            level=Level.CITY,
            guard=has_approval,
            effect=note_exception,
            by_another=True,
            **filled(IN, "approval", "override_reason"),
        ),
        Transition(
            "reject", "退回", "reject", ("review",), "rejected", MANAGER, level=Level.CITY, by_another=True
        ),
        Transition(
            "sign",
            "签约",
            "sign",
            ("approved",),
            "in_force",
            UNIT,
            effect=sign,
            **filled(IN, "contract"),
        ),
        Transition("end", "到期", "end", ("in_force",), "ended", UNIT | MANAGER, effect=end_lease),
    ),
)
OUT_FLOW = Workflow(
    states=(
        State("in_force", "出租出借中", "in force"),
        State("ended", "已收回", "taken back", is_final=True),
    ),
    transitions=(
        Transition("end", "收回", "take back", ("in_force",), "ended", UNIT | MANAGER, effect=take_back),
    ),
)
LEASE_IN = Entity(
    "lease_in",
    "leases-in",
    LeaseIn,
    "租入用房",
    "lease",
    "address",
    read=READERS,
    write=UNIT,
    filters=("state", "kind", "ends_on"),
    workflow=IN_FLOW,
    check=check_lease,
    has_files=True,
)
LEASE_OUT = Entity(
    "lease_out",
    "leases-out",
    LeaseOut,
    "出租出借",
    "lease to others",
    "tenant",
    read=READERS,
    write=MANAGER | UNIT,
    filters=("state", "kind", "ends_on", "room_id"),
    workflow=OUT_FLOW,
    check=check_lease,
    complete=let,
    has_files=True,
)
