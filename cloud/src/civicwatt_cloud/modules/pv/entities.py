"""What the module keeps: entities, who reads and writes them, how a finding is settled."""

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.spec import State, Transition, Workflow
from civicwatt_cloud.modules.pv import service
from civicwatt_cloud.modules.pv.models import Finding, Irradiation, Plant

MANAGER = frozenset({Role.ENERGY_MANAGER, Role.LIAISON})
READERS = MANAGER | {Role.LOGISTICS_MANAGER, Role.APPROVER, Role.SUPERVISOR, Role.REPORTER}

_CAUSE = {"cause": Field("核查结果", "what was found", Kind.NOTE, length=4000)}

FINDINGS = Workflow(
    states=(
        State("open", "待核查", "to be looked at"),
        State("confirmed", "属实，处理中", "confirmed"),
        State("repaired", "已修复", "repaired", is_final=True),
        State("dismissed", "误报", "no fault", is_final=True),
    ),
    transitions=(
        Transition(
            "confirm", "属实", "confirm", ("open",), "confirmed", MANAGER,
            form=_CAUSE, required=frozenset(_CAUSE), effect=service.looked_at,
        ),
        Transition("repair", "修复完成", "it is repaired", ("confirmed",), "repaired", MANAGER),
        Transition(
            "dismiss", "误报", "it is no fault", ("open", "confirmed"), "dismissed", MANAGER,
            form=_CAUSE, required=frozenset(_CAUSE), effect=service.looked_at,
        ),
    ),
)  # fmt: skip

PLANT = Entity(
    "pv_plant",
    "plants",
    Plant,
    "光伏电站",
    "PV plant",
    "name",
    read=READERS,
    write=MANAGER,
    columns=("code", "name", "capacity", "mode", "investment", "commissioned_on"),
    filters=("mode", "investment"),
    searched=("name", "code"),
    natural_key=("code",),
    check=service.points_are_its_own,
    has_files=True,
)
IRRADIATION = Entity(
    "pv_irradiation",
    "irradiation",
    Irradiation,
    "组件面辐照量",
    "irradiation",
    "sensor",
    read=READERS,
    write=MANAGER,
    columns=("plant_id", "year", "month", "plane", "sensor"),
    filters=("plant_id", "year"),
    natural_key=("plant_id", "year", "month"),
    check=service.is_a_month,
)
FINDING = Entity(
    "pv_finding",
    "findings",
    Finding,
    "疑似问题",
    "finding",
    "plant_id",
    read=READERS,
    columns=("plant_id", "kind", "first_on", "last_on", "lost_share", "lost", "found_on"),
    filters=("state", "plant_id", "kind", "first_on"),
    workflow=FINDINGS,
)
