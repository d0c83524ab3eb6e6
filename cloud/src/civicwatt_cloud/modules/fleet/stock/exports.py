"""What is found in the stock, and its workbooks: annual return, accounts, ledger of a vehicle, violations."""

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
from civicwatt_cloud.kit.records.entity import Report
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.table_files import Cell, Format, write_table
from civicwatt_cloud.kit.workbooks.api import TABLE, table_file
from civicwatt_cloud.modules.fleet.choices import VehicleKind
from civicwatt_cloud.modules.fleet.entities import VEHICLE
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.positions.models import VehicleEvent, VehicleEventKind
from civicwatt_cloud.modules.fleet.positions.seals import Severity
from civicwatt_cloud.modules.fleet.stock import accounts, annual_return, costs, findings, visible
from civicwatt_cloud.modules.fleet.stock.accounts import FUEL
from civicwatt_cloud.modules.fleet.stock.annual_return import Line
from civicwatt_cloud.modules.fleet.stock.api import Accountant, Year
from civicwatt_cloud.modules.fleet.stock.choices import CostKind
from civicwatt_cloud.modules.fleet.stock.findings import FindingKind
from civicwatt_cloud.modules.fleet.stock.models import CostEntry, FuelEntry, Violation
from civicwatt_cloud.modules.fleet.stock.rules import Account, rounded, yuan
from civicwatt_cloud.modules.fleet.stock.violations import VIOLATION
from civicwatt_cloud.modules.fleet.stock.visible import ACCOUNTANTS

router = APIRouter(prefix="/api/v1/fleet", tags=["公务用车"], responses=PROBLEMS)
RUNNING = [one for one in CostKind if one is not CostKind.PURCHASE]
SPENT = ("燃油费（元）", *(f"{one.zh}（元）" for one in RUNNING), "运行费合计（元）")
RATES = ("每公里费用（元）", "百公里油耗（L）")
RETURN = (
    "单位编码",
    "单位名称",
    "编制数",
    "实有车辆",
    "其中新能源",
    "本年购置",
    "购置费（元）",
    "本年处置",
    "处置收入（元）",
    "行驶里程（km）",
    "加油量（L）",
    *SPENT,
    *RATES,
)
ACCOUNTS = (
    "单位名称",
    "车牌号",
    "用途类别",
    "里程依据",
    "行驶里程（km）",
    "加油量（L）",
    *SPENT,
    *RATES,
    "定额（元）",
    "超定额（元）",
    "超定额率（%）",
    "规则行",
)
LEDGER = (
    "日期",
    "事项",
    "供应商",
    "非定点",
    "加油量（L）",
    "金额（元）",
    "里程表（km）",
    "票据号",
    "登记号",
    "冲正登记号",
)
VIOLATIONS = (
    "违规编号",
    "单位名称",
    "车牌号",
    "事项",
    "发生时间",
    "里程（km）",
    "程度",
    "说明期限",
    "说明时间",
    "逾期",
    "情况说明",
    "处理意见",
    "状态",
)


REPORTS = (
    Report("annual-return/export", "公务用车年报", "annual return", ACCOUNTANTS, asks_year=True),
    Report("accounts/export", "单车核算表", "accounts of vehicles", ACCOUNTANTS, asks_year=True),
    Report("violation-list/export", "违规清单", "violations", VIOLATION.read),
)


class FindingOut(BaseModel):
    """Something that is wrong."""

    kind: FindingKind
    owner_id: int
    vehicle_id: int | None
    plate: str | None
    zh: str
    en: str
    rule: str


@router.get("/stock-findings", operation_id="list_fleet_stock_findings", summary="车辆配备与费用问题清单")
def list_findings(request: Request, year: Year, actor: Accountant) -> list[FindingOut]:
    """Above standard, quota or cost quota, without the mark, bought elsewhere than at the fixed points."""
    with reading(request, actor) as context:
        return [
            FindingOut(
                kind=one.kind,
                owner_id=one.owner_id,
                vehicle_id=one.vehicle.id if one.vehicle else None,
                plate=one.vehicle.plate if one.vehicle else None,
                zh=one.zh,
                en=one.en,
                rule=one.rule,
            )
            for one in findings.findings(context, year)
        ]


@router.get(
    "/annual-return/export", operation_id="export_fleet_annual_return", summary="公务用车年报：导出", **TABLE
)
def export_annual_return(
    request: Request, year: Year, actor: Accountant, format: Format = "xlsx"
) -> StreamingResponse:
    """One row an institution, and their sum."""

    def write(path: Path) -> None:
        with reading(request, actor) as context:
            lines = annual_return.lines(context, year)
            write_table(path, RETURN, map(_return, [*lines, annual_return.total(lines)]))

    return table_file(f"公务用车年报-{year}.{format}", write)


@router.get("/accounts/export", operation_id="export_fleet_accounts", summary="单车核算表：导出", **TABLE)
def all_accounts(
    request: Request, year: Year, actor: Accountant, format: Format = "xlsx"
) -> StreamingResponse:
    """One row a vehicle (C3.7)."""

    def write(path: Path) -> None:
        with reading(request, actor) as context:
            write_table(path, ACCOUNTS, _accounts(context, year))

    return table_file(f"单车核算-{year}.{format}", write)


@router.get(
    "/vehicles/{record_id}/ledger/export",
    operation_id="export_fleet_ledger",
    summary="单车台账：导出",
    **TABLE,
)
def ledger(
    request: Request, record_id: RecordId, year: Year, actor: Accountant, format: Format = "xlsx"
) -> StreamingResponse:
    """The lines of a vehicle in a year."""

    def write(path: Path) -> None:
        with reading(request, actor) as context:
            vehicle = visible.vehicle(context, record_id)
            lines = costs.lines(context.session, vehicle.id, accounts.year(year))
            write_table(path, LEDGER, map(_line, lines))

    return table_file(f"单车台账-{record_id}-{year}.{format}", write)


@router.get(
    "/violation-list/export", operation_id="export_fleet_violation_list", summary="违规清单：导出", **TABLE
)
def violations(
    request: Request,
    actor: Annotated[Actor, Depends(Requires(VIOLATION.read))],
    format: Format = "xlsx",
) -> StreamingResponse:
    """One row a violation, the newest first, with how far the vehicle went and what became of it."""

    def write(path: Path) -> None:
        with reading(request, actor) as context:
            write_table(path, VIOLATIONS, _violations(context))

    return table_file(f"车辆违规清单.{format}", write)


def _return(line: Line) -> list[Cell]:
    return [
        line.code,
        line.name,
        line.quota,
        line.vehicles,
        line.new_energy,
        line.bought,
        yuan(line.bought_for),
        line.disposed,
        yuan(line.income),
        *_driven(line.account),
    ]


def _driven(account: Account) -> list[Cell]:
    spent = [yuan(account.costs.get(kind, 0)) for kind in (FUEL, *RUNNING)]
    rates = [rounded(account.per_km), rounded(account.per_100_km)]
    return [
        Decimal(account.distance_m).scaleb(-3),
        Decimal(account.fuel_ml).scaleb(-3),
        *spent,
        yuan(account.total),
        *rates,
    ]


def _accounts(context: Context, year: int) -> Iterator[list[Cell]]:
    vehicles = visible.vehicles(context, visible.TO_LEAVE)
    units = accounts.organs(context.session, {one.owner_id for one in vehicles})
    rules, span = rules_of(context.session), accounts.year(year)
    for one in accounts.accounts(context.session, vehicles, span, context.zone, rules):
        car, account = one.vehicle, one.account
        yield [
            units[car.owner_id].name,
            car.plate,
            VehicleKind(car.kind).zh,
            one.basis.zh,
            *_driven(account),
            yuan(account.quota),
            yuan(account.over),
            rounded(account.over_percent),
            one.rule,
        ]


def _line(one: FuelEntry | CostEntry) -> list[Cell]:
    fuel = one if isinstance(one, FuelEntry) else None
    odometer_m = fuel.odometer_m if fuel else None
    return [
        str(one.on_day),
        "加油" if isinstance(one, FuelEntry) else CostKind(one.kind).zh,
        one.supplier,
        "是" if one.is_off_point else "",
        Decimal(fuel.volume_ml).scaleb(-3) if fuel else None,
        yuan(one.amount),
        None if odometer_m is None else Decimal(odometer_m).scaleb(-3),
        one.source_document,
        one.id,
        one.corrects_id,
    ]


def _violations(context: Context) -> Iterator[list[Cell]]:
    states = {one.key: one.zh for one in VIOLATION.workflow.states} if VIOLATION.workflow else {}
    query = (
        select(Violation, VehicleEvent, Vehicle, Institution.name)
        .join(VehicleEvent, VehicleEvent.id == Violation.event_id)
        .join(Vehicle, Vehicle.id == Violation.vehicle_id)
        .join(Institution, Institution.id == Violation.owner_id)
        .where(registry.visible(VIOLATION, context.actor), sensitive.leaves(VIOLATION), visible.TO_LEAVE)
        .order_by(Violation.at_us.desc(), Violation.id)
    )
    rows = context.session.execute(query).all()
    hidden = [
        sensitive.masked(context.session, context.actor, entity, [row[place] for row in rows])
        for entity, place in ((VIOLATION, 0), (VEHICLE, 2))
    ]

    def at(t_us: int | None) -> str:
        return "" if t_us is None else iso(t_us, context.zone)[:16].replace("T", " ")

    for (row, event, car, name), *secret in zip(rows, *hidden, strict=True):
        if any("number" in names or "plate" in names for names in secret):
            continue
        is_late = (context.now_us if row.explained_us is None else row.explained_us) > row.due_us
        yield [
            row.number,
            name,
            car.plate,
            VehicleEventKind(row.kind).zh,
            at(row.at_us),
            None if event.distance_m is None else Decimal(event.distance_m).scaleb(-3),
            Severity(event.severity).zh if event.severity else "",
            at(row.due_us),
            at(row.explained_us),
            "是" if is_late else "",
            row.explanation or "",
            row.conclusion or "",
            states[row.state],
        ]
