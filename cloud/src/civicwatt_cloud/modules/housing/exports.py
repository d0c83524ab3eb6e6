"""Workbooks beyond the registries: who is over the standard, which rooms are idle, the annual return."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from civicwatt_cloud.kit.access import Requires, today
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.people import PersonState, Rank
from civicwatt_cloud.kit.records.api import reading
from civicwatt_cloud.kit.records.entity import Report
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.table_files import Cell, Format, write_table
from civicwatt_cloud.kit.workbooks.api import TABLE, table_file
from civicwatt_cloud.modules.housing import annual_return, indicators, repository
from civicwatt_cloud.modules.housing.annual_return import BASIC, Kept, Use
from civicwatt_cloud.modules.housing.choices import RoomKind, RoomState, Structure
from civicwatt_cloud.modules.housing.estate import READERS
from civicwatt_cloud.modules.housing.rules import shown
from civicwatt_cloud.modules.housing.titles import FLOW as TITLE_FLOW

router = APIRouter(prefix="/api/v1/housing", tags=["办公用房"], responses=PROBLEMS)
Reader = Annotated[Actor, Depends(Requires(READERS))]
Year = Annotated[int, Query(ge=2000, le=2099, description="年度 · year")]

OVER = (
    "单位名称",
    "姓名",
    "职级",
    "状态",
    "房间",
    "使用面积（m²）",
    "限额（m²）",
    "超标（m²）",
    "超标率（%）",
    "规则行",
)
IDLE = ("单位名称", "位置", "用途", "使用面积（m²）")
NOT_USED = (RoomState.IDLE, RoomState.LEASED_OUT, RoomState.LENT, RoomState.REPAIR, RoomState.SEALED)
STATES = tuple(f"{one.zh}（m²）" for one in NOT_USED)
USERS = (
    "单位编码",
    "单位名称",
    "级别",
    "编制定员",
    "在职人数",
    "房间数",
    *(f"{one.zh}（m²）" for one in RoomKind),
    *STATES,
    "租入（m²）",
    *(f"核定{one.zh}（m²）" for one in BASIC),
    "基本用房（m²）",
    "基本用房超出（m²）",
    "办公室超标人数",
)
MANAGED = (
    "院落编号",
    "院落名称",
    "地址",
    "土地证号",
    "占地面积（m²）",
    "建筑物编号",
    "建筑物名称",
    "管理单位",
    "产权单位",
    "建成年份",
    "结构",
    "层数",
    "高层建筑",
    "建筑面积（m²）",
    "权属登记",
    "权证编号",
    "房间数",
    "在用（m²）",
    *STATES,
    "在办维修项目",
    "已结维修审定额（元）",
)
REPORTS = (
    Report("return/users/export", "使用单位信息报送表", "return of institutions", READERS, asks_year=True),
    Report("return/manager/export", "管理部门信息报送表", "return of buildings", READERS, asks_year=True),
    Report("over-standard/export", "办公室超标清单", "offices over the standard", READERS),
    Report("vacancy/export", "空置用房清单", "idle rooms", READERS),
)


@router.get(
    "/over-standard/export", operation_id="export_housing_over_standard", summary="超标清单：导出", **TABLE
)
def over_standard(request: Request, actor: Reader, format: Format = "xlsx") -> StreamingResponse:
    """Who is over the standard today, one row a person."""

    def write(path: Path) -> None:
        with reading(request, actor) as context:
            found = indicators.over_standard(context, today(request))
            write_table(path, OVER, map(_over, found.people))

    return table_file(f"办公室超标清单.{format}", write)


@router.get("/vacancy/export", operation_id="export_housing_vacancy", summary="空置清单：导出", **TABLE)
def vacancy(request: Request, actor: Reader, format: Format = "xlsx") -> StreamingResponse:
    """The idle rooms, one row each."""

    def write(path: Path) -> None:
        with reading(request, actor) as context:
            rooms = indicators.vacancy(context).idle
            names = repository.names_of(context.session, {one.room.owner_id for one in rooms})
            write_table(path, IDLE, _idle(rooms, names))

    return table_file(f"空置用房清单.{format}", write)


@router.get(
    "/return/users/export", operation_id="export_housing_return_users", summary="使用单位信息报送表", **TABLE
)
def users_return(request: Request, year: Year, actor: Reader, format: Format = "xlsx") -> StreamingResponse:
    """DB42/T 1685—2021, appendix A: one row an institution, and their sum; standards of the year's end."""

    def write(path: Path) -> None:
        with reading(request, actor) as context:
            lines = annual_return.uses(context, _end_of(year, today(request)))
            write_table(path, USERS, map(_use, [*lines, annual_return.total(lines)]))

    return table_file(f"使用单位信息报送表-{year}.{format}", write)


@router.get(
    "/return/manager/export",
    operation_id="export_housing_return_manager",
    summary="管理部门信息报送表",
    **TABLE,
)
def manager_return(request: Request, year: Year, actor: Reader, format: Format = "xlsx") -> StreamingResponse:
    """DB42/T 1685—2021, appendix B: one row a building; its floor area at the year's end."""

    def write(path: Path) -> None:
        with reading(request, actor) as context:
            found = annual_return.kept(context, _end_of(year, today(request)))
            write_table(path, MANAGED, map(_kept, found))

    return table_file(f"管理部门信息报送表-{year}.{format}", write)


def _end_of(year: int, today_: date) -> date:
    """The last day of the year, or today where it is not over."""
    return min(date(year, 12, 31), today_)


def _use(one: Use) -> list[Cell]:
    allowed = one.allowed or {}
    return [
        one.code,
        one.name,
        one.level,
        one.posts,
        one.heads,
        one.rooms,
        *(_m2(one.kinds[kind]) for kind in RoomKind),
        *(_m2(one.states[state]) for state in NOT_USED),
        _m2(one.rented),
        *(_m2(allowed.get(kind)) for kind in BASIC),
        _m2(one.basic),
        _m2(one.excess),
        one.over,
    ]


def _kept(one: Kept) -> list[Cell]:
    yard, facts = one.yard, one.facts
    return [
        yard.number,
        yard.name,
        yard.address,
        yard.land_certificate,
        _m2(yard.land_area),
        facts.code,
        one.name,
        one.owner,
        facts.holder,
        facts.built_year,
        Structure(facts.structure).zh if facts.structure else None,
        facts.storeys,
        "是" if facts.is_high_rise else "否",
        _m2(one.floor_area),
        TITLE_FLOW.state(one.title or TITLE_FLOW.first.key).zh,
        one.certificate,
        one.rooms,
        *(_m2(one.states.get(state, 0)) for state in (RoomState.IN_USE, *NOT_USED)),
        one.repairs,
        Decimal(one.spent).scaleb(-2),
    ]


def _m2(area: Fraction | int | None) -> Decimal | None:
    """An area as a number of m²; None: not known."""
    return None if area is None else Decimal(shown(area))


def _over(one: indicators.Over) -> list[Cell]:
    found = one.found
    return [
        one.organ.name,
        one.person.name,
        Rank(one.person.rank).zh,
        PersonState(one.person.state).zh,
        "、".join(room.number for room in one.rooms),
        shown(found.area),
        shown(found.limit),
        shown(found.over),
        shown(found.percent * 100) if found.limit else "",
        found.rule,
    ]


def _idle(rooms: list[repository.Place], names: dict[int, str]) -> Iterator[list[Cell]]:
    for one in rooms:
        room = one.room
        yield [names[room.owner_id], one.label, RoomKind(room.kind).zh, shown(room.use_area)]
