"""What the module keeps of equipment: entities, who reads and writes them, how a hazard is closed."""

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind
from civicwatt_cloud.kit.workflow.spec import State, Transition, Workflow
from civicwatt_cloud.modules.upkeep import service
from civicwatt_cloud.modules.upkeep.entities import DESK, EVERYONE, REPAIR, STAFF, SUPERVISOR
from civicwatt_cloud.modules.upkeep.equipment_models import Drill, Equipment, Hazard, Part, Plan

HAZARDS = Workflow(
    states=(
        State("open", "待整改", "open"),
        State("rectified", "待验收", "to be verified"),
        State("closed", "已销号", "closed", is_final=True),
    ),
    transitions=(
        Transition(
            "rectify",
            "整改完成",
            "report it put right",
            ("open",),
            "rectified",
            DESK | REPAIR | STAFF,
            form={"measure": Field("整改措施", "what was done", Kind.NOTE, length=4000)},
            required=frozenset({"measure"}),
            effect=service.rectified,
        ),
        Transition("send_back", "退回整改", "send back", ("rectified",), "open", DESK | SUPERVISOR),
        Transition(
            "close",
            "销号",
            "close",
            ("rectified",),
            "closed",
            DESK | SUPERVISOR,
            guard=service.may_close_hazard,
            effect=service.hazard_closed,
            by_another=True,
        ),
    ),
)

EQUIPMENT = Entity(
    "equipment",
    "equipment",
    Equipment,
    "设施设备",
    "equipment",
    "name",
    read=EVERYONE,
    write=DESK,
    columns=("code", "name", "kind", "status", "certificate_until", "maintainer"),
    filters=("kind", "status", "certificate_until"),
    searched=("name", "code"),
    natural_key=("code",),
    check=service.points_are_its_own,
    has_files=True,
)
PLAN = Entity(
    "upkeep_plan",
    "plans",
    Plan,
    "检修计划",
    "maintenance plan",
    "title",
    read=EVERYONE,
    write=DESK,
    filters=("equipment_id",),
)
PART = Entity(
    "part",
    "parts",
    Part,
    "配件",
    "part",
    "name",
    read=EVERYONE,
    write=DESK,
    searched=("name", "code"),
    natural_key=("code",),
    complete=service.counted,
)
HAZARD = Entity(
    "hazard",
    "hazards",
    Hazard,
    "安全隐患",
    "hazard",
    "title",
    read=EVERYONE,
    write=DESK | STAFF,
    columns=("title", "level", "found_on", "due_on", "responsible", "closed_on"),
    filters=("state", "level", "due_on", "equipment_id"),
    workflow=HAZARDS,
    has_files=True,
)
DRILL = Entity(
    "emergency_drill",
    "drills",
    Drill,
    "应急演练",
    "emergency drill",
    "title",
    read=EVERYONE,
    write=DESK | STAFF,
    filters=("planned_on",),
    has_files=True,
)
