"""What the module keeps of tickets and gates: entities, who reads and writes them, their workflows."""

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind
from civicwatt_cloud.kit.roles import BUSINESS, Role
from civicwatt_cloud.kit.workflow.spec import State, Transition, Workflow
from civicwatt_cloud.modules.upkeep import service
from civicwatt_cloud.modules.upkeep.choices import HoldReason, Score, Size
from civicwatt_cloud.modules.upkeep.errors import WrongOrder
from civicwatt_cloud.modules.upkeep.gate_models import AccessEvent, Credential, Visitor
from civicwatt_cloud.modules.upkeep.models import Crew, Labour, ServicePoint, Shift, Ticket, Worker

DESK = frozenset({Role.LOGISTICS_MANAGER, Role.DISPATCHER})
REPAIR = frozenset({Role.WORKER, Role.VENDOR_MANAGER})
STAFF = frozenset({Role.STAFF, Role.LIAISON, Role.APPROVER})
SUPERVISOR = frozenset({Role.SUPERVISOR})
MACHINES = frozenset({Role.REPORTER})  # fire panels and gates sign in as one that reports
EVERYONE = BUSINESS - {Role.DISCIPLINE, Role.AUDITOR, Role.REPORTER}
GATE = DESK | {Role.LIAISON}


def from_before_to(_session: Session, row: Shift | Labour) -> None:
    """Errors: WrongOrder."""
    if row.began_us >= row.ended_us:
        raise WrongOrder()


def visit_in_order(_session: Session, row: Visitor) -> None:
    """Errors: WrongOrder."""
    if row.from_us >= row.until_us:
        raise WrongOrder()


_RESULT = Field("处理结果", "result", Kind.NOTE, length=4000)
_REASON = Field("原因", "reason", Kind.CHOICE, choices=HoldReason)

TICKETS = Workflow(
    states=(
        State("reported", "待受理", "reported"),
        State("accepted", "已受理", "accepted"),
        State("assigned", "已派工", "assigned"),
        State("working", "维修中", "being repaired"),
        State("held", "挂起", "on hold"),
        State("done", "待确认", "to be confirmed"),
        State("closed", "已关闭", "closed", is_final=True),
        State("cancelled", "已撤销", "cancelled", is_final=True),
    ),
    transitions=(
        Transition("accept", "受理", "accept", ("reported",), "accepted", DESK, effect=service.accepted),
        Transition(
            "classify",
            "派工",
            "assign",
            ("accepted", "assigned"),
            "assigned",
            DESK,
            form={
                "size": Field("规模", "size", Kind.CHOICE, choices=Size),
                "crew_id": Field("承修班组", "crew", Kind.REFERENCE, target="crew"),
                "worker_id": Field("维修人员", "worker", Kind.REFERENCE, target="worker"),
            },
            required=frozenset({"size"}),
            guard=service.may_classify,
            effect=service.classified,
        ),
        *(
            Transition(
                "upgrade",
                "小修改大修",
                "make it a large repair",
                (state,),
                state,
                SUPERVISOR,
                guard=service.is_small,
                effect=service.upgraded,
            )
            for state in ("assigned", "working")
        ),
        Transition(
            "arrive", "到场", "arrive", ("assigned",), "working", DESK | REPAIR, effect=service.arrived
        ),
        Transition(
            "hold",
            "挂起",
            "put on hold",
            ("working",),
            "held",
            DESK,
            form={"reason": _REASON},
            required=frozenset({"reason"}),
            guard=service.may_hold,
            effect=service.held,
        ),
        Transition("resume", "恢复", "go on", ("held",), "working", DESK, effect=service.resumed),
        Transition(
            "finish",
            "完工",
            "finish",
            ("working",),
            "done",
            DESK | REPAIR,
            form={
                "result": _RESULT,
                "cost": Field("外委费用", "paid to others", Kind.NUMBER, "元", 2, least=0),
            },
            required=frozenset({"result"}),
            guard=service.has_photos,
            effect=service.finished,
        ),
        Transition(
            "confirm",
            "确认",
            "confirm",
            ("done",),
            "closed",
            STAFF | DESK,
            is_applicants=True,
            effect=service.closed,
        ),
        Transition(
            "verify",
            "核验关闭",
            "verify and close",
            ("done",),
            "closed",
            DESK,
            guard=service.is_machines,
            effect=service.closed,
        ),
        Transition(
            "rate",
            "评价",
            "rate",
            ("closed",),
            "closed",
            STAFF | DESK,
            is_applicants=True,
            form={"score": Field("满意度", "satisfaction", Kind.CHOICE, choices=Score)},
            required=frozenset({"score"}),
            guard=service.may_rate,
            effect=service.rated,
        ),
        Transition(
            "reopen",
            "返工",
            "reopen",
            ("done", "closed"),
            "assigned",
            STAFF | DESK,
            guard=service.may_reopen,
            effect=service.reopened,
        ),
        Transition(
            "cancel",
            "撤销",
            "cancel",
            ("reported", "accepted"),
            "cancelled",
            DESK,
            form={"result": _RESULT},
            required=frozenset({"result"}),
            effect=service.cancelled,
        ),
    ),
)

VISITS = Workflow(
    states=(
        State("asked", "待审批", "asked", is_editable=True),
        State("expected", "已同意", "expected", is_final=True),
        State("refused", "未同意", "refused", is_final=True),
    ),
    transitions=(
        Transition("approve", "同意", "approve", ("asked",), "expected", GATE | {Role.APPROVER}),
        Transition("refuse", "不同意", "refuse", ("asked",), "refused", GATE | {Role.APPROVER}),
    ),
)

SERVICE_POINT = Entity(
    "service_point",
    "places",
    ServicePoint,
    "报修点位",
    "place",
    "name",
    read=EVERYONE,
    write=DESK,
    filters=("kind",),
    searched=("name", "code"),
    natural_key=("code",),
)
CREW = Entity("crew", "crews", Crew, "班组", "crew", "name", read=EVERYONE, write=DESK, natural_key=("name",))
WORKER = Entity(
    "worker",
    "workers",
    Worker,
    "维修人员",
    "worker",
    "name",
    read=EVERYONE,
    write=DESK | {Role.VENDOR_MANAGER},
    filters=("crew_id",),
    searched=("name", "number"),
    natural_key=("number",),
    sees_personal=DESK | {Role.VENDOR_MANAGER},
)
SHIFT = Entity(
    "shift",
    "shifts",
    Shift,
    "值班",
    "shift",
    "crew_id",
    read=EVERYONE,
    write=DESK | {Role.VENDOR_MANAGER},
    filters=("crew_id", "began_us"),
    check=from_before_to,
)
TICKET = Entity(
    "ticket",
    "tickets",
    Ticket,
    "报修工单",
    "ticket",
    "number",
    read=EVERYONE,
    write=STAFF | DESK,
    columns=("number", "title", "category", "priority", "size", "reported_us", "due_us", "first_breach_us"),
    filters=("state", "category", "size", "priority", "origin", "equipment_id", "reported_us", "due_us"),
    searched=("number", "title"),
    sees_personal=DESK | REPAIR,
    workflow=TICKETS,
    complete=service.complete,
    has_files=True,
    is_urgent=service.is_urgent,
)
LABOUR = Entity(
    "labour",
    "labour",
    Labour,
    "工时",
    "labour",
    "ticket_id",
    read=EVERYONE,
    write=DESK | REPAIR,
    filters=("ticket_id", "worker_id"),
    check=from_before_to,
)
VISITOR = Entity(
    "visitor",
    "visitors",
    Visitor,
    "来访登记",
    "visitor",
    "name",
    read=GATE | STAFF,
    write=STAFF | DESK,
    filters=("state", "from_us"),
    sees_personal=GATE,
    workflow=VISITS,
    check=visit_in_order,
)
CREDENTIAL = Entity(
    "credential",
    "credentials",
    Credential,
    "通行凭证",
    "credential",
    "holder",
    read=GATE,
    filters=("kind", "is_blocked"),
    searched=("holder",),
)
ACCESS_EVENT = Entity(
    "access_event",
    "access-events",
    AccessEvent,
    "进出记录",
    "access event",
    "answer",
    read=GATE,
    filters=("at_us", "place_id", "direction", "answer"),
    sees_personal=GATE,
)
