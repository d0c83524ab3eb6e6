"""What the module keeps of projects: entities, who reads and writes them, their workflows."""

from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind, fields_of
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.errors import OwnStep
from civicwatt_cloud.kit.workflow.forms import filled, keep_form
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.retrofit import measuring, service
from civicwatt_cloud.modules.retrofit.models import Baseline, NonRoutine, Project, Settlement

MANAGER = frozenset({Role.ENERGY_MANAGER, Role.LIAISON})
APPROVER = frozenset({Role.ENERGY_MANAGER, Role.APPROVER})
READERS = MANAGER | {Role.LOGISTICS_MANAGER, Role.APPROVER, Role.SUPERVISOR, Role.REPORTER, Role.FINANCE}

_PROJECT = fields_of(Project)
_CONTRACT = (
    "provider", "contract", "terms", "price", "shares", "fee", "guarantee", "compensation", "bonus",
    "baseline_cost", "rents",
)  # fmt: skip
_SPAN = {
    "first_on": Field("基期首日", "first day", Kind.DATE),
    "last_on": Field("基期末日", "last day", Kind.DATE),
}
_YEAR = {name: fields_of(Settlement)[name] for name in ("year", "claimed", "energy_cost")}
_REASON = {"reason": Field("原因", "reason", Kind.NOTE, length=4000)}

BASELINE = Entity(
    "retrofit_baseline",
    "baselines",
    Baseline,
    "冻结基期",
    "frozen baseline",
    "version",
    read=READERS,
    columns=("project_id", "version", "first_on", "last_on", "use", "unit", "model", "cvrmse", "frozen_by"),
    filters=("project_id",),
)


SETTLEMENTS = Workflow(
    states=(
        State("measured", "已测算", "measured"),
        State("agreed", "双方已确认", "agreed by both"),
        State("paid", "已结算", "settled", is_final=True),
        State("void", "已作废", "void", is_final=True),
    ),
    transitions=(
        Transition("agree", "双方确认", "agree", ("measured",), "agreed", MANAGER),
        Transition("pay", "批准结算", "approve", ("agreed",), "paid", APPROVER, by_another=True),
        Transition(
            "void", "作废", "void", ("measured", "agreed"), "void", MANAGER,
            form=_REASON, required=frozenset(_REASON),
        ),
    ),
)  # fmt: skip

SETTLEMENT = Entity(
    "retrofit_settlement",
    "settlements",
    Settlement,
    "节能效益结算单",
    "settlement",
    "year",
    read=READERS,
    columns=("project_id", "year", "saving", "low", "high", "claimed", "difference", "unit", "payment"),
    filters=("project_id", "state"),
    workflow=SETTLEMENTS,
    has_files=True,
)


def frozen(step: Step) -> None:
    """Keep the baseline of the days that the form names."""
    span = (step.said["first_on"], step.said["last_on"])
    measuring.freeze(step.context, BASELINE, step.record, span, step.said.get("reason"))


def by_another(step: Step) -> None:
    """Who froze the version in force does not freeze the next. Errors: OwnStep."""
    if measuring.newest(step.session, step.record).frozen_by == step.actor.who:
        raise OwnStep(event_zh="重新冻结", event="freeze anew")


def settled(step: Step) -> None:
    """Keep the settlement of the year that the form names."""
    row = registry.add(step.context, SETTLEMENT, step.record.owner_id, service.settled(step))
    steps.begin(step.context, SETTLEMENT, row)


RUNNING = ("baselined", "works", "verifying", "sharing")
PROJECTS = Workflow(
    states=(
        State("audit", "节能诊断", "energy audit", is_editable=True),
        State("decided", "已决策", "decided"),
        State("contracted", "已签约", "contracted"),
        State("baselined", "基期已冻结", "baseline frozen"),
        State("works", "施工中", "works"),
        State("verifying", "测量与验证", "measurement and verification"),
        State("sharing", "效益分享", "sharing"),
        State("finished", "已结束", "finished", is_final=True),
        State("dropped", "已终止", "dropped", is_final=True),
    ),
    transitions=(
        Transition(
            "decide", "决策", "decide", ("audit",), "decided", APPROVER,
            **filled(_PROJECT, "decision"), by_another=True, effect=keep_form,
        ),
        Transition(
            "contract", "签约", "contract", ("decided",), "contracted", MANAGER,
            form={name: _PROJECT[name] for name in _CONTRACT}, required=frozenset({"terms"}),
            effect=service.contracted,
        ),
        Transition(
            "freeze", "冻结基期", "freeze the baseline", ("contracted",), "baselined", MANAGER,
            form=_SPAN, required=frozenset(_SPAN), effect=frozen,
        ),
        Transition(
            "begin_works", "开工", "begin works", ("baselined",), "works", MANAGER,
            **filled(_PROJECT, "works_on"), effect=service.began_works,
        ),
        Transition(
            "accept", "验收", "accept", ("works",), "verifying", MANAGER,
            **filled(_PROJECT, "reporting_on"), effect=service.accepted,
        ),
        Transition("share", "进入分享", "begin sharing", ("verifying",), "sharing", APPROVER),
        *(
            Transition(
                "settle", "年度结算", "settle a year", (state,), state, MANAGER,
                form=_YEAR, required=frozenset({"year"}), effect=settled,
            )
            for state in ("verifying", "sharing")
        ),
        Transition("finish", "合同期满", "finish", ("sharing",), "finished", MANAGER),
        *(
            Transition(
                "refreeze", "重新冻结", "freeze anew", (state,), state, APPROVER,
                form=_SPAN | _REASON, required=frozenset(_SPAN | _REASON), guard=by_another, effect=frozen,
            )
            for state in RUNNING
        ),
        Transition(
            "drop", "终止", "drop", ("audit", "decided", "contracted", *RUNNING), "dropped", MANAGER,
            **filled(_PROJECT, "dropped"), effect=keep_form,
        ),
    ),
)  # fmt: skip

TWO_PERSONS = Workflow(
    states=(
        State("draft", "起草", "draft", is_editable=True),
        State("submitted", "待审批", "to be approved"),
        State("approved", "已采用", "approved", is_final=True),
        State("refused", "未采用", "refused", is_final=True),
    ),
    transitions=(
        Transition("submit", "提交", "submit", ("draft",), "submitted", MANAGER),
        Transition("approve", "同意", "approve", ("submitted",), "approved", APPROVER, by_another=True),
        Transition("refuse", "不同意", "refuse", ("submitted",), "refused", APPROVER, by_another=True),
    ),
)
PROJECT = Entity(
    "retrofit_project",
    "projects",
    Project,
    "节能改造项目",
    "retrofit project",
    "name",
    read=READERS,
    write=MANAGER,
    columns=("number", "name", "kind", "terms", "provider", "investment", "reporting_on"),
    filters=("state", "kind", "terms", "reporting_on"),
    searched=("name", "number"),
    workflow=PROJECTS,
    complete=service.numbered,
    check=service.points_are_its_own,
    has_files=True,
)
ADJUSTMENT = Entity(
    "retrofit_adjustment",
    "adjustments",
    NonRoutine,
    "非常规调整",
    "non-routine adjustment",
    "reason",
    read=READERS,
    write=MANAGER,
    columns=("project_id", "first_on", "last_on", "reason", "document", "per_day", "factor"),
    filters=("project_id", "state"),
    workflow=TWO_PERSONS,
    check=service.fits,
    has_files=True,
)
