"""维修改造: a repair from the application to the audited price, with lines from the price table (W2.5)."""

import hashlib
from fractions import Fraction

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution, Level
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.forms import filled, keep_form
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.housing import repository, rules
from civicwatt_cloud.modules.housing.case_models import BudgetLine, Expert, PriceItem, RepairProject
from civicwatt_cloud.modules.housing.errors import AboveBudget, NothingBudgeted
from civicwatt_cloud.modules.housing.estate import MANAGER, READERS, UNIT, standard_of

FIELDS = fields_of(RepairProject)
FINANCE = frozenset({Role.FINANCE})


def price_line(session: Session, row: BudgetLine) -> None:
    """A line costs what the price table says; the price stays as it was when the line was written."""
    if row.price is None:
        row.price = session.get_one(PriceItem, row.item_id).price
    row.amount = round(Fraction(row.price * row.quantity, 100))  # quantity in 0.01


def is_budgeted(step: Step) -> None:
    """There is something to review. Errors: NothingBudgeted."""
    if not repository.budget_of(step.session, step.record.id)[0]:
        raise NothingBudgeted()


def total(step: Step) -> None:
    """The budget that is applied for is what its lines add up to."""
    step.record.budget = repository.budget_of(step.session, step.record.id)[1]


def draw_experts(step: Step) -> None:
    """Experts of the region's pool, drawn so that anybody can draw them again. Errors: NoRule."""
    record, session = step.record, step.session
    institution = session.get_one(Institution, record.owner_id)
    count = int(standard_of(session, record.owner_id, step.today).figure("repair.experts"))
    record.draw_seed = hashlib.sha256(f"repair {record.id} {step.today}".encode()).hexdigest()
    pool = repository.expert_numbers(session, institution.region_code)
    record.experts = "、".join(rules.drawn(record.draw_seed, pool, count))


def within_budget(step: Step) -> None:
    """The audited budget is no more than what was applied for. Errors: AboveBudget."""
    _not_above(step.said["audited_budget"], step.record.budget)


def within_audited(step: Step) -> None:
    """The audited price is no more than the audited budget. Errors: AboveBudget."""
    _not_above(step.said["final_price"], step.record.audited_budget)


def _not_above(audited: int, budget: int) -> None:
    if audited > budget:
        raise AboveBudget(audited=rules.shown(audited), budget=rules.shown(budget))


FLOW = Workflow(
    states=(
        State("draft", "草稿", "draft", is_editable=True),
        State("applied", "待论证", "applied"),
        State("feasible", "待批准", "reviewed by experts"),
        State("approved", "待预算审核", "approved"),
        State("budgeted", "待采购", "budget audited"),
        State("procured", "待施工", "procured"),
        State("constructing", "施工中", "under construction"),
        State("accepted", "待结算审核", "accepted"),
        State("priced", "待归档", "price audited"),
        State("archived", "已归档", "archived", is_final=True),
        State("rejected", "已退回", "rejected", is_final=True),
    ),
    transitions=(
        Transition(
            "submit",
            "提交",
            "submit",
            ("draft",),
            "applied",
            frozenset({Role.APPROVER}),
            guard=is_budgeted,
            effect=total,
        ),
        Transition(
            "review",
            "抽取专家论证",
            "draw experts",
            ("applied",),
            "feasible",
            MANAGER,
            level=Level.CITY,
            effect=draw_experts,
        ),
        Transition("approve", "批准", "approve", ("feasible",), "approved", MANAGER, level=Level.CITY),
        Transition(
            "reject", "退回", "reject", ("applied", "feasible"), "rejected", MANAGER, level=Level.CITY
        ),
        Transition(
            "audit_budget",
            "审定预算",
            "audit the budget",
            ("approved",),
            "budgeted",
            FINANCE,
            level=Level.CITY,
            guard=within_budget,
            effect=keep_form,
            by_another=True,
            **filled(FIELDS, "audited_budget"),
        ),
        Transition(
            "procure",
            "确定施工单位",
            "name the supplier",
            ("budgeted",),
            "procured",
            UNIT | MANAGER,
            effect=keep_form,
            **filled(FIELDS, "supplier"),
        ),
        Transition("construct", "开工", "start", ("procured",), "constructing", UNIT | MANAGER),
        Transition("accept", "验收", "accept", ("constructing",), "accepted", UNIT | MANAGER),
        Transition(
            "audit_price",
            "审定结算",
            "audit the price",
            ("accepted",),
            "priced",
            FINANCE,
            level=Level.CITY,
            guard=within_audited,
            effect=keep_form,
            **filled(FIELDS, "final_price"),
        ),
        Transition("archive", "归档", "archive", ("priced",), "archived", MANAGER, level=Level.CITY),
    ),
)
PRICE = Entity(
    "repair_price",
    "repair-prices",
    PriceItem,
    "维修价格参考",
    "reference price",
    "name",
    read=READERS,
    write=MANAGER,
    searched=("number", "name"),
    natural_key=("number",),
)
EXPERT = Entity(
    "repair_expert",
    "repair-experts",
    Expert,
    "评估论证专家",
    "expert",
    "name",
    read=MANAGER | FINANCE,
    write=MANAGER,
    filters=("subject",),
    natural_key=("number",),
)
PROJECT = Entity(
    "repair_project",
    "repair-projects",
    RepairProject,
    "维修改造",
    "repair",
    "name",
    read=READERS,
    write=UNIT,
    filters=("state", "kind", "facts_id"),
    workflow=FLOW,
    has_files=True,
)
LINE = Entity(
    "repair_line",
    "repair-lines",
    BudgetLine,
    "预算明细",
    "budget line",
    "item_id",
    read=READERS,
    write=UNIT,
    filters=("project_id",),
    natural_key=("project_id", "item_id"),
    check=price_line,
)
