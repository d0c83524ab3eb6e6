"""处置: a vehicle is retired, valued, leaves, is deregistered, and gives its place back (W3.4)."""

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.numbering import next_number
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.errors import FieldMissing, titles_of
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.workflow.forms import filled, keep_form
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.fleet.choices import VehicleState
from civicwatt_cloud.modules.fleet.entities import KEEPERS, READERS
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.positions.models import Terminal
from civicwatt_cloud.modules.fleet.stock import quotas
from civicwatt_cloud.modules.fleet.stock.choices import DisposalMethod
from civicwatt_cloud.modules.fleet.stock.errors import DisposedAlready, OtherMethod
from civicwatt_cloud.modules.fleet.stock.models import VehicleDisposal
from civicwatt_cloud.modules.fleet.stock.steps import (
    APPROVER,
    MANAGER,
    WRITERS,
    by_city,
    change_vehicle,
)

FIELDS = fields_of(VehicleDisposal)
LEAVING = {VehicleState.TO_DISPOSE, VehicleState.DISPOSED}


def complete(context: Context, row: VehicleDisposal) -> None:
    """A new disposal's number."""
    row.number = next_number(context.session, "CZ", context.today.year)


def check_disposal(_session: Session, row: VehicleDisposal) -> None:
    """What is given away says to whom. Errors: FieldMissing."""
    if row.method == DisposalMethod.TRANSFER and row.into_id is None:
        raise FieldMissing("into_id", **titles_of([FIELDS["into_id"]]))


def may_retire(step: Step) -> None:
    """The vehicle is the institution's own and on no way out yet. Errors: DisposedAlready."""
    vehicle = _vehicle(step)
    if vehicle.owner_id != step.record.owner_id or vehicle.state in LEAVING:
        state = VehicleState(vehicle.state)
        raise DisposedAlready(plate=vehicle.plate, state_zh=state.zh, state=state.en)


def retire(step: Step) -> None:
    """Nobody drives it any more."""
    change_vehicle(step.context, _vehicle(step), "vehicle_retired", state=VehicleState.TO_DISPOSE)


def take_back(step: Step) -> None:
    """It stays after all, out of use until somebody says otherwise."""
    change_vehicle(step.context, _vehicle(step), "vehicle_kept", state=VehicleState.STOPPED)


def is_sold(step: Step) -> None:
    """Errors: OtherMethod."""
    _require(step, is_transfer=False)


def may_hand_over(step: Step) -> None:
    """The other institution is in scope and has a free place. Errors: OtherMethod, NotFound, QuotaFull."""
    _require(step, is_transfer=True)
    into = scope_of(step.actor, MANAGER).institution(step.session, step.record.into_id)
    quotas.require_place(step.session, into.id, _vehicle(step).kind, step.today, adds=1)


def hand_over(step: Step) -> None:
    """The vehicle is the other institution's, which commissions it; what was ours of it is not."""
    step.record.closed_on = step.today
    change_vehicle(
        step.context,
        _vehicle(step),
        "vehicle_handed_over",
        owner_id=step.record.into_id,
        state=VehicleState.STOPPED,
        home_fence_id=None,
        pool_id=None,
    )


def remove_terminal(step: Step) -> None:
    """The box is taken out: the vehicle tells nothing any more, and its place is free."""
    vehicle = _vehicle(step)
    terminal = step.session.get(Terminal, vehicle.id)
    if terminal is not None:
        step.session.delete(terminal)
    step.record.closed_on = step.today
    gone = {"state": VehicleState.DISPOSED, "terminal_phone": None}
    change_vehicle(step.context, vehicle, "vehicle_disposed", **gone)


def _vehicle(step: Step) -> Vehicle:
    return step.session.get_one(Vehicle, step.record.vehicle_id)


def _require(step: Step, *, is_transfer: bool) -> None:
    method = DisposalMethod(step.record.method)
    if (method is DisposalMethod.TRANSFER) != is_transfer:
        raise OtherMethod(method_zh=method.zh, method=method.en)


FLOW = Workflow(
    states=(
        State("draft", "草稿", "draft", is_editable=True),
        State("retired", "待主管部门审核", "retired"),
        State("agreed", "待评估或调出", "agreed"),
        State("valued", "待处置", "valued"),
        State("sold", "待缴库", "sold"),
        State("paid", "待注销登记", "income paid"),
        State("deregistered", "待拆除终端", "deregistered"),
        State("closed", "已办结", "closed", is_final=True),
        State("transferred", "已调出", "transferred", is_final=True),
        State("rejected", "已退回", "rejected", is_final=True),
    ),
    transitions=(
        Transition(
            "retire", "退出使用", "retire", ("draft",), "retired", APPROVER, guard=may_retire, effect=retire
        ),
        by_city("agree", "同意处置", "agree", ("retired",), "agreed", roles=MANAGER, by_another=True),
        by_city("reject", "退回", "reject", ("retired",), "rejected", roles=MANAGER, effect=take_back),
        by_city(
            "value",
            "登记评估",
            "note the valuation",
            ("agreed",),
            "valued",
            roles=MANAGER,
            guard=is_sold,
            effect=keep_form,
            **filled(FIELDS, "valuer", "valuation"),
        ),
        by_city(
            "hand_over",
            "调出",
            "hand over",
            ("agreed",),
            "transferred",
            roles=MANAGER,
            guard=may_hand_over,
            effect=hand_over,
        ),
        Transition(
            "sell",
            "登记受让",
            "note who took it",
            ("valued",),
            "sold",
            KEEPERS,
            effect=keep_form,
            **filled(FIELDS, "taker"),
        ),
        by_city(
            "pay",
            "登记缴库",
            "note the income",
            ("sold",),
            "paid",
            roles=MANAGER,
            effect=keep_form,
            **filled(FIELDS, "income", "voucher"),
        ),
        Transition(
            "deregister",
            "注销登记",
            "deregister",
            ("paid",),
            "deregistered",
            KEEPERS,
            effect=keep_form,
            **filled(FIELDS, "certificate"),
        ),
        Transition(
            "remove_terminal",
            "拆除终端",
            "remove the terminal",
            ("deregistered",),
            "closed",
            KEEPERS,
            effect=remove_terminal,
        ),
    ),
)
DISPOSAL = Entity(
    "vehicle_disposal",
    "disposals",
    VehicleDisposal,
    "车辆处置",
    "vehicle disposal",
    "number",
    read=READERS,
    write=WRITERS,
    columns=("number", "vehicle_id", "method", "valuation", "income", "closed_on"),
    filters=("state", "method", "vehicle_id", "closed_on"),
    searched=("number",),
    workflow=FLOW,
    check=check_disposal,
    complete=complete,
    has_files=True,
)
