"""免喷标识: a vehicle that must not be known goes without the mark, with an approval."""

from civicwatt_cloud.kit.records.choices import Sensitivity
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.workflow.forms import filled, keep_form
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.fleet.choices import Mark
from civicwatt_cloud.modules.fleet.entities import WATCHERS
from civicwatt_cloud.modules.fleet.marks import APPROVED
from civicwatt_cloud.modules.fleet.models import MarkExemption, Vehicle
from civicwatt_cloud.modules.fleet.stock.steps import (
    APPROVER,
    MANAGER,
    UNIT,
    WRITERS,
    by_city,
    change_vehicle,
)


def complete(_context: Context, row: MarkExemption) -> None:
    """Which vehicle must not be known is sensitive itself."""
    row.sensitivity = Sensitivity.SENSITIVE


def exempt(step: Step) -> None:
    """The vehicle goes without the mark."""
    keep_form(step)
    vehicle = step.session.get_one(Vehicle, step.record.vehicle_id)
    change_vehicle(step.context, vehicle, "vehicle_exempted", mark=Mark.EXEMPT)


def end(step: Step) -> None:
    """The exemption is over: the vehicle is to be marked."""
    vehicle = step.session.get_one(Vehicle, step.record.vehicle_id)
    change_vehicle(step.context, vehicle, "vehicle_exemption_ended", mark=Mark.MISSING)


FLOW = Workflow(
    states=(
        State("draft", "草稿", "draft", is_editable=True),
        State("submitted", "待审批", "submitted"),
        State(APPROVED, "已批准免喷", "exempt"),
        State("ended", "已终止", "ended", is_final=True),
        State("rejected", "已退回", "rejected", is_final=True),
    ),
    transitions=(
        Transition("submit", "提交", "submit", ("draft",), "submitted", APPROVER),
        by_city(
            "approve",
            "批准免喷",
            "exempt",
            ("submitted",),
            APPROVED,
            roles=MANAGER,
            effect=exempt,
            by_another=True,
            **filled(fields_of(MarkExemption), "approval"),
        ),
        by_city("reject", "退回", "reject", ("submitted",), "rejected", roles=MANAGER),
        Transition("end", "终止免喷", "end", (APPROVED,), "ended", MANAGER | UNIT, effect=end),
    ),
)
EXEMPTION = Entity(
    "mark_exemption",
    "mark-exemptions",
    MarkExemption,
    "免喷标识",
    "exemption from the mark",
    "vehicle_id",
    read=WATCHERS | APPROVER,
    write=WRITERS,
    filters=("state", "vehicle_id"),
    workflow=FLOW,
    complete=complete,
    has_files=True,
)
