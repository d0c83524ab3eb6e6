"""The lists of the indicators as workbooks: who is over the standard, which rooms are idle."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from civicwatt_cloud.kit.access import Requires, today
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.people import PersonState, Rank
from civicwatt_cloud.kit.records.api import reading
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.table_files import Cell, Format, write_table
from civicwatt_cloud.kit.workbooks.api import TABLE, table_file
from civicwatt_cloud.modules.housing import indicators, repository
from civicwatt_cloud.modules.housing.choices import RoomKind
from civicwatt_cloud.modules.housing.estate import READERS
from civicwatt_cloud.modules.housing.rules import shown

router = APIRouter(prefix="/api/v1/housing", tags=["办公用房"], responses=PROBLEMS)
Reader = Annotated[Actor, Depends(Requires(READERS))]

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
