"""Routes of the use of vehicles: who can go, what can be rented, ledgers of sessions, sheets of campaigns."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy import select

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records import registry, sensitive
from civicwatt_cloud.kit.records.api import RecordId, reading
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.records.values import decimal
from civicwatt_cloud.kit.table_files import Cell, Format, write_table
from civicwatt_cloud.kit.workbooks.api import TABLE, table_file
from civicwatt_cloud.modules.fleet.entities import READERS, VEHICLE
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.use import assignment, dispatch, rental, sharing, tally
from civicwatt_cloud.modules.fleet.use.choices import LineKind, RentalClass
from civicwatt_cloud.modules.fleet.use.requests import REQUEST
from civicwatt_cloud.modules.fleet.use.rosters import DISPATCHERS
from civicwatt_cloud.modules.fleet.use.tally import Sheet

router = APIRouter(prefix="/api/v1/fleet", tags=["公务用车"], responses=PROBLEMS)
Reader = Annotated[Actor, Depends(Requires(READERS))]
Dispatcher = Annotated[Actor, Depends(Requires(DISPATCHERS))]
TITLES = ("车牌号", "所属单位", "出车批次", "里程（km）", "到达县区数")


class ProposalOut(BaseModel):
    """A vehicle that might go: its rank and driver, or why it cannot."""

    vehicle_id: int
    plate: str
    rank: int | None
    driver_id: int | None
    deadhead_km: str | None
    idle_days: int | None
    obstacle: str | None
    obstacle_zh: str | None
    obstacle_en: str | None


class OfferOut(BaseModel):
    """What a designated supplier asks for a day."""

    quote_id: int
    supplier: str
    vehicle_class: RentalClass
    day_price: str


class SharedLineOut(BaseModel):
    """A line of a session's ledger."""

    id: int
    at: str
    kind: LineKind
    pile_id: int | None
    distance_km: str
    energy_kwh: str
    amount: str
    document: str
    corrects_id: int | None


class SentOut(BaseModel):
    """What one vehicle did in a campaign."""

    vehicle_id: int
    plate: str
    institution: str
    batches: int
    distance_km: str
    counties: list[str]


class SheetOut(BaseModel):
    """M03.8; `unknown` counts the batches whose distance nobody knows."""

    vehicles: int
    batches: int
    rented: int
    unknown: int
    longest_km: str
    covered: int
    counties: int
    percent: str | None
    rows: list[SentOut]


@router.get(
    "/requests/{record_id}/proposals", operation_id="list_fleet_proposals", summary="可派车辆（自动选派）"
)
def proposals(request: Request, record_id: RecordId, actor: Dispatcher) -> list[ProposalOut]:
    """The vehicles that might go, the best first; then those that cannot, with the reason."""
    with reading(request, actor) as context:
        row = registry.get(context, REQUEST, record_id)
        field = dispatch.field_of(context, row)
        best = assignment.ranked(field.cars, field.need, field.drivers, field.terms)
        places = {one.car.id: place for place, one in enumerate(best, 1)}
        drivers = {one.car.id: one.driver.id for one in best}
        found = []
        for car in field.cars:
            why = assignment.obstacle(car, field.need, field.drivers, field.terms)
            found.append(
                ProposalOut(
                    vehicle_id=car.id,
                    plate=field.vehicles[car.id].plate,
                    rank=places.get(car.id),
                    driver_id=drivers.get(car.id),
                    deadhead_km=None if car.deadhead_m is None else decimal(car.deadhead_m, 3),
                    idle_days=car.idle_days,
                    obstacle=why,
                    obstacle_zh=why and why.zh,
                    obstacle_en=why and why.en,
                )
            )
    return sorted(found, key=lambda one: (one.rank is None, one.rank or 0, one.plate))


@router.get(
    "/requests/{record_id}/rental-offers", operation_id="list_fleet_rental_offers", summary="社会租赁报价"
)
def rental_offers(request: Request, record_id: RecordId, actor: Dispatcher) -> list[OfferOut]:
    """The cheapest designated suppliers of each class that seats the passengers, within its cap."""
    with reading(request, actor) as context:
        offers = rental.offers(context, registry.get(context, REQUEST, record_id))
    return [
        OfferOut(
            quote_id=one.quote_id,
            supplier=one.supplier,
            vehicle_class=RentalClass(one.vehicle_class),
            day_price=decimal(one.day_price, 2),
        )
        for one in offers
    ]


@router.get(
    "/rental-sessions/{record_id}/lines", operation_id="list_fleet_rental_lines", summary="分时租赁明细"
)
def lines(request: Request, record_id: RecordId, actor: Reader) -> list[SharedLineOut]:
    """The ledger of a session, the first line first."""
    with reading(request, actor) as context:
        return [
            SharedLineOut(
                id=one.id,
                at=iso(one.at_us, context.zone),
                kind=LineKind(one.kind),
                pile_id=one.pile_id,
                distance_km=decimal(one.distance_m, 3),
                energy_kwh=decimal(one.energy_wh, 3),
                amount=decimal(one.amount, 2),
                document=one.source_document,
                corrects_id=one.corrects_id,
            )
            for one in sharing.lines(context, record_id)
        ]


@router.get("/campaigns/{record_id}/sheet", operation_id="get_fleet_sheet", summary="应急保障统计表")
def sheet(request: Request, record_id: RecordId, actor: Reader) -> SheetOut:
    """How many vehicles a campaign took, how often they went, how far at most, and where."""
    with reading(request, actor) as context:
        found = tally.sheet_of(context, record_id)
        return SheetOut(
            vehicles=len(found.vehicles),
            batches=found.batches,
            rented=found.rented,
            unknown=found.unknown,
            longest_km=decimal(found.longest_m, 3),
            covered=len(found.covered),
            counties=len(found.counties),
            percent=None if found.percent is None else str(found.percent),
            rows=_rows(context, found),
        )


@router.get(
    "/campaigns/{record_id}/sheet/export",
    operation_id="export_fleet_sheet",
    summary="应急保障统计表：导出",
    **TABLE,
)
def sheet_export(
    request: Request, record_id: RecordId, actor: Reader, format: Format = "xlsx"
) -> StreamingResponse:
    """One row a vehicle, then the figures of all."""

    def write(path: Path) -> None:
        with reading(request, actor) as context:
            found = tally.sheet_of(context, record_id)
            write_table(path, TITLES, _table(found, _leave(context, _rows(context, found))))

    return table_file(f"应急保障统计表.{format}", write)


def _rows(context: Context, found: Sheet) -> list[SentOut]:
    """A vehicle that the actor may not see has no row; the figures of all hold it."""
    query = select(Vehicle).where(Vehicle.id.in_([one.vehicle_id for one in found.vehicles]))
    vehicles = registry.open_to(context, VEHICLE, context.session.scalars(query).all())
    known = {one.id: one for one in vehicles}
    owners = select(Institution.id, Institution.name).where(
        Institution.id.in_({one.owner_id for one in vehicles})
    )
    names = dict(context.session.execute(owners).all())
    return [
        SentOut(
            vehicle_id=one.vehicle_id,
            plate=known[one.vehicle_id].plate,
            institution=names[known[one.vehicle_id].owner_id],
            batches=one.batches,
            distance_km=decimal(one.distance_m, 3),
            counties=sorted(one.counties),
        )
        for one in found.vehicles
        if one.vehicle_id in known
    ]


def _leave(context: Context, rows: list[SentOut]) -> list[SentOut]:
    """Those that a workbook may hold: what is marked 不联网 is in none."""
    ids = [one.vehicle_id for one in rows]
    query = select(Vehicle.id).where(Vehicle.id.in_(ids), sensitive.leaves(VEHICLE))
    kept = set(context.session.scalars(query))
    return [one for one in rows if one.vehicle_id in kept]


def _table(found: Sheet, rows: list[SentOut]) -> Iterator[list[Cell]]:
    for one in rows:
        yield [one.plate, one.institution, one.batches, Decimal(one.distance_km), len(one.counties)]
    yield ["出动车辆（台）", "", "", len(found.vehicles), ""]
    yield ["出车批次", "", "", found.batches, ""]
    yield ["单车最长行程（km）", "", "", Decimal(decimal(found.longest_m, 3)), ""]
    yield ["覆盖县区（个）", "", "", len(found.covered), ""]
    yield ["县区总数（个）", "", "", len(found.counties), ""]
    yield ["覆盖率（%）", "", "", found.percent, ""]
