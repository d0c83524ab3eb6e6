"""检查发现: what an inspection finds is settled on the spot, or becomes a vacate task."""

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.forms import filled
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.housing.case_models import InspectionFinding
from civicwatt_cloud.modules.housing.choices import FindingKind, VacateCause
from civicwatt_cloud.modules.housing.estate import MANAGER, READERS
from civicwatt_cloud.modules.housing.vacating import open_task


def order(step: Step) -> None:
    """The unit is to put the room in order. Errors: NoRule."""
    found = step.record
    over = found.kind == FindingKind.OVER_STANDARD
    task = open_task(
        step.context,
        found.owner_id,
        VacateCause.OVER_STANDARD if over else VacateCause.FINDING,
        step.today,
        room_id=found.room_id,
        person_id=found.person_id,
        note=found.note,
    )
    found.task_id = task.id


FLOW = Workflow(
    states=(
        State("found", "待处理", "found", is_editable=True),
        State("ordered", "已责令整改", "ordered", is_final=True),
        State("settled", "已当场纠正", "settled", is_final=True),
    ),
    transitions=(
        Transition("order", "责令整改", "order", ("found",), "ordered", MANAGER, effect=order),
        Transition(
            "settle",
            "当场纠正",
            "settle",
            ("found",),
            "settled",
            MANAGER,
            **filled(fields_of(InspectionFinding), "note"),
        ),
    ),
)
FINDING = Entity(
    "housing_finding",
    "findings",
    InspectionFinding,
    "检查发现",
    "finding",
    "kind",
    read=READERS,
    write=MANAGER | frozenset({Role.SUPERVISOR}),
    filters=("state", "kind", "found_on", "room_id"),
    workflow=FLOW,
    has_files=True,
)
