"""购置更新: the vehicles of an institution's annual plan, from the wish to the first day in use (W3.3)."""

from sqlalchemy import select

from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.numbering import next_number
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.errors import FieldMissing, titles_of
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.workflow.forms import filled, keep_form
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.fleet.choices import Mark, VehicleState
from civicwatt_cloud.modules.fleet.entities import KEEPERS, READERS, VEHICLE
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.stock import costs, quotas, rules, suppliers
from civicwatt_cloud.modules.fleet.stock.choices import CostKind, StillUsable, SupplierKind
from civicwatt_cloud.modules.fleet.stock.errors import (
    NotMarked,
    OldStillThere,
    RenewedAlready,
    TooYoung,
    UsableStill,
)
from civicwatt_cloud.modules.fleet.stock.models import PurchasePlan
from civicwatt_cloud.modules.fleet.stock.standards import require_standard, standard_of
from civicwatt_cloud.modules.fleet.stock.steps import (
    APPROVER,
    FINANCE,
    MANAGER,
    WRITERS,
    by_city,
    change_vehicle,
)

FIELDS = fields_of(PurchasePlan)
OVER = ("rejected", "cancelled", "in_use")  # states of a plan that renews nothing any more


def complete(context: Context, plan: PurchasePlan) -> None:
    """A new plan's number."""
    plan.number = next_number(context.session, "GZ", context.today.year)


def may_submit(step: Step) -> None:
    """R-FLEET-2, and nobody else renews the same vehicle. Errors: as `_renewal`."""
    if step.record.replaces_id is not None:
        _renewal(step)


def may_review(step: Step) -> None:
    """Age, standard, quota. Errors: as `_renewal`; AboveStandard, QuotaFull."""
    plan = step.record
    may_submit(step)
    require_standard(step.session, plan, step.today)
    adds = 0 if _old_is_there(step) else 1
    quotas.require_place(step.session, plan.owner_id, plan.kind, step.today, adds=adds, but=plan.id)


def may_procure(step: Step) -> None:
    """The price paid is within the standard, the old vehicle gone. Errors: AboveStandard, OldStillThere."""
    plan = step.record
    require_standard(step.session, plan, step.today, step.said["paid"])
    if _old_is_there(step):
        raise OldStillThere(plate=step.session.get_one(Vehicle, plan.replaces_id).plate)


def procure(step: Step) -> None:
    """Bought; from somebody else than the designated supplier is noted."""
    keep_form(step)
    plan = step.record
    kind = SupplierKind.PURCHASE
    plan.is_off_point = suppliers.is_off_point(step.session, plan.owner_id, kind, plan.supplier, step.today)


def register(step: Step) -> None:
    """The vehicle is in the registry, out of use until it shows the mark; its price is in the ledger."""
    plan, context = step.record, step.context
    values = {name: getattr(plan, name) for name in ("kind", "body", "energy", "displacement_ml")}
    vehicle = registry.add(
        context,
        VEHICLE,
        plan.owner_id,
        {
            **values,
            **step.said,
            "price": plan.paid,
            "has_special_need": plan.has_special_need,
            "state": VehicleState.STOPPED,
        },
    )
    plan.vehicle_id = vehicle.id
    paid = costs.Paid(CostKind.PURCHASE, step.today, plan.paid, plan.supplier, plan.number)
    costs.enter_cost(context, vehicle, paid)


def mark(step: Step) -> None:
    """The mark is painted."""
    change_vehicle(step.context, _bought(step), "vehicle_marked", mark=Mark.MARKED)


def is_marked(step: Step) -> None:
    """Errors: NotMarked."""
    vehicle = _bought(step)
    if vehicle.mark == Mark.MISSING:
        raise NotMarked(plate=vehicle.plate)


def commission(step: Step) -> None:
    """The vehicle is in use."""
    change_vehicle(step.context, _bought(step), "vehicle_commissioned", state=VehicleState.IN_USE)


def _renewal(step: Step) -> None:
    """Errors: NotFound, FieldMissing, TooYoung, UsableStill, RenewedAlready."""
    plan = step.record
    old = step.session.get_one(Vehicle, plan.replaces_id)
    if old.owner_id != plan.owner_id and old.state != VehicleState.DISPOSED:
        raise NotFound(FIELDS["replaces_id"].zh)
    if old.registered_on is None:
        raise FieldMissing("registered_on", **titles_of([fields_of(Vehicle)["registered_on"]]))
    standard = standard_of(step.session, plan.owner_id, step.today)
    if rules.may_renew(standard, old.registered_on):
        if plan.still_usable is None:
            raise FieldMissing("still_usable", **titles_of([FIELDS["still_usable"]]))
        if plan.still_usable == StillUsable.YES:
            raise UsableStill()
    elif not (plan.is_unsafe and plan.early_approval):
        raise TooYoung(registered=old.registered_on, years=standard.row("renewal_years").value)
    other = select(PurchasePlan.number).where(
        PurchasePlan.replaces_id == old.id,
        PurchasePlan.id != plan.id,
        PurchasePlan.state.not_in(("draft", *OVER)),
        PurchasePlan.removed_us.is_(None),
    )
    number = step.session.scalar(other.limit(1))
    if number is not None:
        raise RenewedAlready(number=number)


def _old_is_there(step: Step) -> bool:
    """Whether the vehicle that is renewed still holds the place of the new one."""
    plan = step.record
    if plan.replaces_id is None:
        return False
    old = step.session.get_one(Vehicle, plan.replaces_id)
    is_its_own = (old.owner_id, old.kind, old.removed_us) == (plan.owner_id, plan.kind, None)
    return is_its_own and old.state != VehicleState.DISPOSED


def _bought(step: Step) -> Vehicle:
    return step.session.get_one(Vehicle, step.record.vehicle_id)


FLOW = Workflow(
    states=(
        State("draft", "草稿", "draft", is_editable=True),
        State("submitted", "待主管部门审核", "submitted"),
        State("reviewed", "待财政安排", "reviewed"),
        State("funded", "待采购", "funded"),
        State("procured", "待注册登记", "procured"),
        State("registered", "待喷涂标识", "registered"),
        State("marked", "待启用", "marked"),
        State("in_use", "已启用", "in use", is_final=True),
        State("rejected", "已退回", "rejected", is_final=True),
        State("cancelled", "已取消", "cancelled", is_final=True),
    ),
    transitions=(
        Transition("submit", "提交", "submit", ("draft",), "submitted", APPROVER, guard=may_submit),
        by_city(
            "review",
            "审核通过",
            "approve",
            ("submitted",),
            "reviewed",
            roles=MANAGER,
            guard=may_review,
            by_another=True,
        ),
        by_city(
            "fund",
            "安排经费",
            "fund",
            ("reviewed",),
            "funded",
            roles=FINANCE,
            effect=keep_form,
            by_another=True,
            **filled(FIELDS, "funding"),
        ),
        by_city("reject", "退回", "reject", ("submitted", "reviewed"), "rejected", roles=MANAGER | FINANCE),
        by_city("cancel", "取消计划", "cancel", ("funded", "procured"), "cancelled", roles=MANAGER),
        Transition(
            "procure",
            "采购",
            "buy",
            ("funded",),
            "procured",
            KEEPERS,
            guard=may_procure,
            effect=procure,
            **filled(FIELDS, "supplier", "paid"),
        ),
        Transition(
            "register",
            "注册登记",
            "register",
            ("procured",),
            "registered",
            KEEPERS,
            effect=register,
            **filled(fields_of(Vehicle), "plate", "vin", "registered_on"),
        ),
        Transition("mark", "喷涂标识", "mark", ("registered",), "marked", KEEPERS, effect=mark),
        Transition(
            "commission",
            "启用",
            "put into use",
            ("registered", "marked"),
            "in_use",
            KEEPERS,
            guard=is_marked,
            effect=commission,
        ),
    ),
)
PLAN = Entity(
    "vehicle_plan",
    "plans",
    PurchasePlan,
    "购置更新计划",
    "purchase plan",
    "number",
    read=READERS,
    write=WRITERS,
    columns=("number", "year", "kind", "body", "price", "replaces_id", "paid", "is_off_point"),
    filters=("state", "year", "kind", "replaces_id", "vehicle_id", "is_off_point"),
    searched=("number",),
    workflow=FLOW,
    complete=complete,
    has_files=True,
)
