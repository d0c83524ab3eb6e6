"""What the module keeps: entities, who reads and works on them, how a case goes on."""

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.spec import State, Transition, Workflow
from civicwatt_cloud.modules.anomalies import service
from civicwatt_cloud.modules.anomalies.choices import Reason
from civicwatt_cloud.modules.anomalies.models import Case, Finding, Review

MANAGER = frozenset({Role.ENERGY_MANAGER, Role.LOGISTICS_MANAGER})
UNIT = frozenset({Role.LIAISON})
DESK = MANAGER | UNIT
DECIDES = frozenset({Role.ENERGY_MANAGER, Role.SUPERVISOR})
READERS = DESK | {Role.SUPERVISOR, Role.APPROVER, Role.REPORTER}

_NOTE = {"note": Field("说明", "note", Kind.NOTE, length=4000)}
_WHY = {"reason": Field("原因", "reason", Kind.CHOICE, choices=Reason), **_NOTE}
_WHO = {"assignee": Field("负责人", "assigned to", Kind.TEXT, length=60)}
_WORKED_ON = ("open", "assigned")

CASES = Workflow(
    states=(
        State("open", "待处理", "open"),
        State("assigned", "已派发", "assigned"),
        State("appealed", "申诉待裁定", "appealed"),
        State("explained", "已说明", "explained"),
        State("fixed", "已修复，待验证", "repaired, to be verified"),
        State("verified", "已验证", "verified"),
        State("closed", "已关闭", "closed", is_final=True),
    ),
    transitions=(
        Transition(
            "assign", "派发", "assign", _WORKED_ON, "assigned", MANAGER,
            form=_WHO, required=frozenset(_WHO), effect=service.noted,
        ),
        Transition("ticket", "转报修", "make it a ticket", _WORKED_ON, "assigned", DESK, effect=service.told),
        Transition(
            "explain", "说明原因", "explain", _WORKED_ON, "explained", DESK,
            form=_WHY, required=frozenset({"reason"}), effect=service.explained,
        ),
        Transition(
            "fix", "修复完成", "it is repaired", _WORKED_ON, "fixed", DESK,
            form=_NOTE, required=frozenset(_NOTE), effect=service.fixed,
        ),
        Transition(
            "appeal", "申诉", "appeal", _WORKED_ON, "appealed", UNIT,
            form=_WHY, required=frozenset(_WHY), effect=service.noted,
        ),
        Transition(
            "uphold", "申诉成立", "uphold the appeal", ("appealed",), "explained", DECIDES,
            form=_NOTE, required=frozenset(_NOTE), effect=service.upheld, by_another=True,
        ),
        Transition(
            "reject", "申诉不成立", "reject the appeal", ("appealed",), "assigned", DECIDES,
            form=_NOTE, required=frozenset(_NOTE), effect=service.rejected, by_another=True,
        ),
        Transition(
            "verify", "验证", "verify", ("fixed",), "verified", MANAGER,
            guard=service.may_verify, effect=service.verified,
        ),
        Transition("close", "关闭", "close", ("explained", "verified"), "closed", MANAGER),
        Transition(
            "reopen", "重新打开", "reopen", ("explained", "fixed", "verified", "closed"), "open", MANAGER,
            effect=service.reopened,
        ),
    ),
)  # fmt: skip

CASE = Entity(
    "anomaly_case",
    "cases",
    Case,
    "异常事项",
    "anomaly",
    "title",
    read=READERS,
    order="-cost",
    columns=("title", "cost", "energy", "kind", "begin_us", "last_us", "confidence"),
    filters=("state", "cause", "kind", "building_id", "begin_us"),
    searched=("title",),
    workflow=CASES,
    has_files=True,
)
FINDING = Entity(
    "anomaly_finding",
    "findings",
    Finding,
    "实时发现",
    "live finding",
    "meter",
    read=READERS,
    columns=("meter", "kind", "begin_us", "end_us", "energy", "cost", "confidence", "is_muted"),
    filters=("kind", "is_muted", "case_id", "building_id", "begin_us"),
    searched=("meter",),
)
REVIEW = Entity(
    "anomaly_review",
    "reviews",
    Review,
    "月末复核",
    "month-end review",
    "meter",
    read=READERS,
    columns=("month", "meter", "stance", "kind", "begin_us", "end_us", "energy", "cost"),
    filters=("month", "stance", "kind"),
    searched=("meter",),
)
