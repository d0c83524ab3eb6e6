"""Routes of what vehicles cost: the ledgers of one, its account, and who it is bound to buy from."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from civicwatt_cloud.kit.access import Requires, today
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, reading, writing
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.fleet.entities import KEEPERS, READERS, VEHICLE
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.stock import accounts, costs, suppliers, visible
from civicwatt_cloud.modules.fleet.stock.accounts import DistanceBasis, Yearly
from civicwatt_cloud.modules.fleet.stock.choices import CostKind, SupplierKind
from civicwatt_cloud.modules.fleet.stock.costs import Fuelled, Paid
from civicwatt_cloud.modules.fleet.stock.errors import NotYetPaid
from civicwatt_cloud.modules.fleet.stock.models import CostEntry, FuelEntry
from civicwatt_cloud.modules.fleet.stock.rules import rounded, yuan
from civicwatt_cloud.modules.fleet.stock.visible import ACCOUNTANTS

router = APIRouter(prefix="/api/v1/fleet", tags=["公务用车"], responses=PROBLEMS)
STRICT = ConfigDict(extra="forbid")
Keeper = Annotated[Actor, Depends(Requires(KEEPERS))]
Accountant = Annotated[Actor, Depends(Requires(ACCOUNTANTS))]
Text = Annotated[str, Field(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=120)]
Yuan = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2, description="元")]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]
Year = Annotated[int, Query(ge=1990, le=2099, description="年度 · year")]


class FuelIn(BaseModel):
    """A filling, as its receipt says."""

    model_config = STRICT
    on_day: Day = Field(description="加油日期 · day")
    volume: Decimal = Field(gt=0, max_digits=9, decimal_places=3, description="升 · litres")
    amount: Yuan
    supplier: Text = Field(description="加油站 · station")
    document: Text = Field(description="票据号 · receipt")
    odometer_km: Decimal | None = Field(
        None, ge=0, max_digits=10, decimal_places=1, description="里程表读数 · odometer"
    )


class CostIn(BaseModel):
    """A payment, as its receipt says."""

    model_config = STRICT
    kind: CostKind
    on_day: Day
    amount: Yuan
    supplier: Text
    document: Text


class ReversedIn(BaseModel):
    """Why a line is taken back."""

    model_config = STRICT
    document: Text


class LineOut(BaseModel):
    """A line of a vehicle's ledgers; a correction is negative and names the line it reverses."""

    id: int
    ledger: Literal["fuel", "costs"]
    kind: str
    on_day: str
    volume: str | None
    amount: str
    odometer_km: str | None
    supplier: str
    is_off_point: bool
    document: str
    corrects_id: int | None


class VehicleAccount(BaseModel):
    """C3.7 of one vehicle in a year; a rate without a distance is null."""

    year: int
    distance_km: str
    basis: DistanceBasis
    fuel: str
    costs: dict[str, str]
    total: str
    per_km: str | None
    per_100_km: str | None
    quota: str
    over: str
    over_percent: str | None
    rule: str

    @classmethod
    def of(cls, number: int, one: Yearly) -> "VehicleAccount":
        """As it is shown."""
        account = one.account
        return cls(
            year=number,
            distance_km=f"{Decimal(account.distance_m) / 1000:.3f}",
            basis=one.basis,
            fuel=f"{Decimal(account.fuel_ml) / 1000:.3f}",
            costs={kind: str(yuan(amount)) for kind, amount in sorted(account.costs.items())},
            total=str(yuan(account.total)),
            per_km=_said(rounded(account.per_km)),
            per_100_km=_said(rounded(account.per_100_km)),
            quota=str(yuan(account.quota)),
            over=str(yuan(account.over)),
            over_percent=_said(rounded(account.over_percent)),
            rule=one.rule,
        )


class SupplierOut(BaseModel):
    """Somebody designated."""

    name: str
    kind: SupplierKind
    contract: str | None
    valid_to: str | None


@router.post(
    "/vehicles/{record_id}/fuel", operation_id="enter_fleet_fuel", summary="登记加油", status_code=201
)
def enter_fuel(request: Request, record_id: RecordId, said: FuelIn, actor: Keeper) -> LineOut:
    """Enter a filling; one elsewhere than at a designated station is flagged."""
    _require_past(request, said.on_day)
    odometer_m = None if said.odometer_km is None else int(said.odometer_km * 1000)
    fuelled = Fuelled(
        said.on_day,
        int(said.volume * 1000),
        int(said.amount * 100),
        said.supplier.strip(),
        said.document.strip(),
        odometer_m,
    )
    with writing(request, actor) as context:
        return _line(costs.enter_fuel(context, _kept(context, record_id), fuelled))


@router.post(
    "/vehicles/{record_id}/costs", operation_id="enter_fleet_cost", summary="登记费用", status_code=201
)
def enter_cost(request: Request, record_id: RecordId, said: CostIn, actor: Keeper) -> LineOut:
    """Enter a payment; one to another than the designated supplier is flagged."""
    _require_past(request, said.on_day)
    paid = Paid(said.kind, said.on_day, int(said.amount * 100), said.supplier.strip(), said.document.strip())
    with writing(request, actor) as context:
        return _line(costs.enter_cost(context, _kept(context, record_id), paid))


@router.post(
    "/vehicles/{record_id}/fuel/{line_id}/reverse",
    operation_id="reverse_fleet_fuel",
    summary="冲正加油记录",
    status_code=201,
)
def reverse_fuel(
    request: Request, record_id: RecordId, line_id: RecordId, said: ReversedIn, actor: Keeper
) -> LineOut:
    """Another line of the same day that takes one back."""
    with writing(request, actor) as context:
        vehicle = _kept(context, record_id)
        return _line(costs.reverse(context, vehicle, FuelEntry, line_id, said.document.strip()))


@router.post(
    "/vehicles/{record_id}/costs/{line_id}/reverse",
    operation_id="reverse_fleet_cost",
    summary="冲正费用记录",
    status_code=201,
)
def reverse_cost(
    request: Request, record_id: RecordId, line_id: RecordId, said: ReversedIn, actor: Keeper
) -> LineOut:
    """Another line of the same day that takes one back."""
    with writing(request, actor) as context:
        vehicle = _kept(context, record_id)
        return _line(costs.reverse(context, vehicle, CostEntry, line_id, said.document.strip()))


@router.get("/vehicles/{record_id}/ledger", operation_id="list_fleet_ledger", summary="单车台账")
def ledger(request: Request, record_id: RecordId, year: Year, actor: Accountant) -> list[LineOut]:
    """The lines of a vehicle in a year, by their days."""
    with reading(request, actor) as context:
        vehicle = visible.vehicle(context, record_id)
        return [_line(one) for one in costs.lines(context.session, vehicle.id, accounts.year(year))]


@router.get("/vehicles/{record_id}/account", operation_id="get_fleet_account", summary="单车核算")
def account(request: Request, record_id: RecordId, year: Year, actor: Accountant) -> VehicleAccount:
    """What a vehicle did and cost in a year, beside its quota."""
    with reading(request, actor) as context:
        vehicle = visible.vehicle(context, record_id)
        span, rules = accounts.year(year), rules_of(context.session)
        (one,) = accounts.accounts(context.session, [vehicle], span, context.zone, rules)
        return VehicleAccount.of(year, one)


@router.get(
    "/vehicles/{record_id}/fixed-suppliers",
    operation_id="list_fleet_fixed_suppliers",
    summary="车辆的定点供应商",
)
def fixed_suppliers(
    request: Request,
    record_id: RecordId,
    kind: SupplierKind,
    actor: Annotated[Actor, Depends(Requires(READERS))],
) -> list[SupplierOut]:
    """Who is designated today for the institution of a vehicle."""
    with reading(request, actor) as context:
        owner = registry.get(context, VEHICLE, record_id).owner_id
        found = suppliers.fixed(context.session, owner, kind, today(request))
        return [
            SupplierOut(name=one.name, kind=kind, contract=one.contract, valid_to=_said(one.valid_to))
            for one in found
        ]


def _kept(context: Context, vehicle_id: int) -> Vehicle:
    """A vehicle that the actor keeps. Errors: NotFound."""
    vehicle: Vehicle = registry.get(context, VEHICLE, vehicle_id)
    scope_of(context.actor, KEEPERS).institution(context.session, vehicle.owner_id)
    return vehicle


def _require_past(request: Request, on_day: date) -> None:
    if on_day > today(request):
        raise NotYetPaid(day=on_day)


def _line(one: FuelEntry | CostEntry) -> LineOut:
    common: dict[str, Any] = {
        "id": one.id,
        "on_day": str(one.on_day),
        "amount": str(yuan(one.amount)),
        "supplier": one.supplier,
        "is_off_point": one.is_off_point,
        "document": one.source_document,
        "corrects_id": one.corrects_id,
    }
    if isinstance(one, CostEntry):
        return LineOut(**common, ledger="costs", kind=one.kind, volume=None, odometer_km=None)
    volume = f"{Decimal(one.volume_ml) / 1000:.3f}"
    read = None if one.odometer_m is None else f"{Decimal(one.odometer_m) / 1000:.1f}"
    return LineOut(**common, ledger="fuel", kind=accounts.FUEL, volume=volume, odometer_km=read)


def _said(value: object) -> str | None:
    return None if value is None else str(value)
