"""What the module keeps: entities, who reads and writes them, how an appeal is decided."""

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.spec import State, Transition, Workflow
from civicwatt_cloud.modules.targets import service
from civicwatt_cloud.modules.targets.choices import Kind as InstitutionType
from civicwatt_cloud.modules.targets.models import (
    Appeal,
    Designation,
    Exemption,
    Plan,
    Quota,
    Separable,
    StatedTotal,
    Target,
)

MANAGER = frozenset({Role.ENERGY_MANAGER})
OWN = frozenset({Role.LIAISON, Role.REPORTER})
READERS = MANAGER | OWN | {Role.APPROVER, Role.SUPERVISOR, Role.AUDITOR, Role.LOGISTICS_MANAGER}

_DECISION = Field("决定及理由", "decision and reason", Kind.NOTE, length=4000)

APPEALS = Workflow(
    states=(
        State("draft", "待提交", "to be filed", is_editable=True),
        State("filed", "待答复", "to be decided"),
        State("upheld", "已支持", "upheld", is_final=True),
        State("rejected", "已驳回", "rejected", is_final=True),
        State("withdrawn", "已撤回", "withdrawn", is_final=True),
    ),
    transitions=(
        Transition("submit", "提交", "file", ("draft",), "filed", OWN | MANAGER, effect=service.submitted),
        Transition(
            "uphold",
            "支持",
            "uphold",
            ("filed",),
            "upheld",
            MANAGER,
            form={
                "decision": _DECISION,
                "area": Field("核定面积", "floor area", Kind.NUMBER, "m²", 2, least=1),
                "valid_from": Field("面积生效日期", "area valid from", Kind.DATE),
                "kind": Field("核定类型", "type", Kind.CHOICE, choices=InstitutionType),
            },
            required=frozenset({"decision"}),
            guard=service.may_uphold,
            effect=service.upheld,
            by_another=True,
        ),
        Transition(
            "reject",
            "驳回",
            "reject",
            ("filed",),
            "rejected",
            MANAGER,
            form={"decision": _DECISION},
            required=frozenset({"decision"}),
            effect=service.rejected,
            by_another=True,
        ),
        Transition(
            "withdraw",
            "撤回",
            "withdraw",
            ("filed",),
            "withdrawn",
            OWN | MANAGER,
            is_applicants=True,
            effect=service.withdrawn,
        ),
    ),
)

PLAN = Entity(
    "target_plan",
    "plans",
    Plan,
    "规划",
    "plan",
    "title",
    read=READERS,
    write=MANAGER,
    columns=("title", "region", "base_year", "end_year", "carbon_on", "document"),
    filters=("region", "base_year", "end_year"),
    natural_key=("title",),
    check=service.plan_spans,
    has_files=True,
)
TARGET = Entity(
    "target",
    "targets",
    Target,
    "目标分解",
    "target",
    "node",
    read=READERS,
    write=MANAGER,
    columns=("plan_id", "node", "indicator", "reduction", "base", "document"),
    filters=("plan_id", "node", "indicator"),
    searched=("node",),
    natural_key=("plan_id", "node", "indicator"),
    check=service.node_is_there,
)
QUOTA = Entity(
    "energy_quota",
    "quotas",
    Quota,
    "定额",
    "quota",
    "standard",
    read=READERS,
    write=MANAGER,
    columns=("standard", "region", "kind", "level", "indicator", "constraint", "base", "guide", "basis"),
    filters=("region", "kind", "level", "indicator"),
    searched=("standard",),
    natural_key=("standard", "region", "kind", "level", "zone", "indicator"),
    check=service.bands_in_order,
    has_files=True,
)
SEPARABLE = Entity(
    "separable_use",
    "separable-uses",
    Separable,
    "可分离用能",
    "separable use",
    "document",
    read=READERS,
    write=MANAGER,
    filters=("use", "valid_from"),
    check=service.counters_are_its_own,
    has_files=True,
)
EXEMPTION = Entity(
    "quota_exemption",
    "exemptions",
    Exemption,
    "豁免",
    "exemption",
    "reason",
    read=READERS,
    write=MANAGER,
    filters=("about", "valid_from"),
    has_files=True,
)
DESIGNATION = Entity(
    "key_user_designation",
    "designations",
    Designation,
    "指定重点用能单位",
    "designated key user",
    "document",
    read=READERS,
    write=MANAGER,
    filters=("year",),
)
APPEAL = Entity(
    "energy_appeal",
    "appeals",
    Appeal,
    "申诉",
    "appeal",
    "subject",
    read=READERS,
    write=OWN | MANAGER,
    columns=("subject", "about", "filed_us", "due_us", "decided_us"),
    filters=("state", "about", "due_us"),
    searched=("subject",),
    workflow=APPEALS,
    complete=service.complete_appeal,
    has_files=True,
)
STATED = Entity(
    "stated_total",
    "stated-totals",
    StatedTotal,
    "公布总量",
    "published total",
    "source",
    read=READERS,
    write=MANAGER,
    columns=("year", "total", "on_year", "base_year", "on_base", "source"),
    filters=("year",),
    natural_key=("year",),
)
