"""用车申请: somebody asks for a vehicle, it is sent, it comes back, it is settled (W3.1)."""

from sqlalchemy import select

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.events import Facts
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind, fields_of
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.forms import filled
from civicwatt_cloud.kit.workflow.spec import State, Transition, Workflow
from civicwatt_cloud.modules.fleet.entities import READERS
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.use import permits, rental, request_steps
from civicwatt_cloud.modules.fleet.use.choices import Score
from civicwatt_cloud.modules.fleet.use.models import VehicleRequest
from civicwatt_cloud.modules.fleet.use.request_steps import APPROVERS
from civicwatt_cloud.modules.fleet.use.rosters import DISPATCHERS

APPLICANTS = frozenset({Role.STAFF, Role.LIAISON, Role.APPROVER, Role.FLEET_CLERK})
SETTLERS = DISPATCHERS | {Role.DRIVER}


@events.on("fleet.fence_exit")
def left_home(context: Context, facts: Facts) -> None:
    """A vehicle leaves its home fence: the request that it was assigned to has begun."""
    vehicle = context.session.get_one(Vehicle, facts["vehicle_id"])
    at_us = int(str(facts["at_us"]))
    if vehicle.home_fence_id != facts["fence_id"]:
        return
    query = select(VehicleRequest).where(
        VehicleRequest.vehicle_id == vehicle.id,
        VehicleRequest.state == "assigned",
        VehicleRequest.removed_us.is_(None),
        VehicleRequest.to_us > at_us,
    )
    for row in context.session.scalars(query.order_by(VehicleRequest.from_us)).all():
        if at_us >= row.from_us - permits.terms_of(context, row.owner_id).margin_us():
            steps.apply(context._replace(now_us=at_us), REQUEST, row, DEPART, {})
            return


FIELDS = fields_of(VehicleRequest)
NOTE = {"note": FIELDS["note"]}
CHOICE = {name: FIELDS[name] for name in ("vehicle_id", "driver_id", "route_id", "campaign_id")}
PAID = {name: FIELDS[name] for name in request_steps.PAID}
DEPART = Transition("depart", "出车", "depart", ("assigned",), "out", SETTLERS, effect=request_steps.departed)
FLOW = Workflow(
    states=(
        State("draft", "草稿", "draft", is_editable=True),
        State("submitted", "待单位审批", "submitted"),
        State("unit_ok", "待派车", "approved by the institution"),
        State("assigned", "已派车", "assigned"),
        State("out", "出车中", "out"),
        State("returned", "已返回", "returned"),
        State("settled", "已结算", "settled"),
        State("closed", "已办结", "closed", is_final=True),
        State("rejected", "已退回", "rejected", is_final=True),
        State("cancelled", "已取消", "cancelled", is_final=True),
    ),
    transitions=(
        Transition(
            "submit",
            "提交",
            "submit",
            ("draft",),
            "submitted",
            APPLICANTS,
            guard=request_steps.is_served,
            is_applicants=True,
        ),
        Transition(
            "approve",
            "同意",
            "approve",
            ("submitted",),
            "unit_ok",
            APPROVERS,
            guard=request_steps.is_served,
            by_another=True,
        ),
        Transition(
            "dispatch",
            "派车",
            "send a vehicle",
            ("unit_ok",),
            "assigned",
            DISPATCHERS,
            form=CHOICE,
            guard=request_steps.may_send,
            effect=request_steps.send,
        ),
        Transition(
            "dispatch_now",
            "应急派车",
            "send a vehicle at once",
            ("draft", "submitted"),
            "assigned",
            DISPATCHERS,
            form=CHOICE,
            guard=request_steps.may_send_now,
            effect=request_steps.send_now,
        ),
        Transition(
            "reassign",
            "改派",
            "send another vehicle",
            ("assigned",),
            "assigned",
            DISPATCHERS,
            form=CHOICE,
            guard=request_steps.may_send,
            effect=request_steps.send,
        ),
        Transition(
            "rent",
            "社会租赁",
            "rent a vehicle",
            ("unit_ok",),
            "assigned",
            DISPATCHERS,
            guard=rental.may_rent,
            effect=rental.rented,
            **filled(FIELDS, "quote_id"),
        ),
        DEPART,
        Transition("return", "返回", "return", ("out",), "returned", SETTLERS, effect=request_steps.returned),
        *(
            Transition(
                "complete_papers",
                "补办手续",
                "complete the papers",
                (state,),
                state,
                APPROVERS,
                form=NOTE,
                guard=request_steps.lacks_papers,
                effect=request_steps.papers_done,
                by_another=True,
            )
            for state in ("assigned", "out", "returned")
        ),
        Transition(
            "settle",
            "结算",
            "settle",
            ("returned",),
            "settled",
            SETTLERS,
            form={**PAID, "station": Field("加油站", "station", Kind.TEXT, length=120)},
            required=frozenset({"claimed_m"}),
            guard=request_steps.may_settle,
            effect=request_steps.settled,
        ),
        Transition(
            "rate",
            "评价",
            "rate",
            ("settled",),
            "closed",
            APPLICANTS,
            form={"score": Field("满意度", "satisfaction", Kind.CHOICE, choices=Score)},
            required=frozenset({"score"}),
            effect=request_steps.rated,
            is_applicants=True,
        ),
        Transition(
            "reject",
            "退回",
            "reject",
            ("submitted",),
            "rejected",
            APPROVERS,
            form=NOTE,
            required=frozenset(NOTE),
            effect=request_steps.called_off,
            by_another=True,
        ),
        Transition(
            "reject",
            "退回",
            "reject",
            ("unit_ok",),
            "rejected",
            DISPATCHERS,
            form=NOTE,
            required=frozenset(NOTE),
            effect=request_steps.called_off,
        ),
        Transition(
            "cancel",
            "取消",
            "cancel",
            ("draft", "submitted", "unit_ok", "assigned"),
            "cancelled",
            APPLICANTS,
            effect=request_steps.called_off,
            is_applicants=True,
        ),
    ),
)
REQUEST = Entity(
    "vehicle_request",
    "requests",
    VehicleRequest,
    "用车申请",
    "request for a vehicle",
    "number",
    read=READERS,
    write=APPLICANTS | DISPATCHERS,
    columns=("number", "purpose", "kind", "destination", "from_us", "to_us", "vehicle_id", "driver_id"),
    filters=(
        "state",
        "purpose",
        "kind",
        "from_us",
        "vehicle_id",
        "driver_id",
        "campaign_id",
        "is_emergency",
        "papers_due_us",
    ),
    searched=("number", "reason", "destination"),
    workflow=FLOW,
    check=request_steps.check,
    complete=request_steps.complete,
)
