"""Routes beyond the registry: a return's sheet, writing and filing it, opening a period."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records.api import RecordId, reading, writing
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.records.schemas import Numbered
from civicwatt_cloud.modules.returns import filing, opening, periods, showing
from civicwatt_cloud.modules.returns.choices import Timeliness
from civicwatt_cloud.modules.returns.entities import FILLERS, READERS
from civicwatt_cloud.modules.returns.filing import Filing
from civicwatt_cloud.modules.returns.filling.sheet import Explained, Typed
from civicwatt_cloud.modules.returns.schemas import (
    CellWhyIn,
    FiledOut,
    FilingIn,
    OpenedOut,
    ReturnCellsIn,
    ReturnCommentIn,
    ReturnPeriodIn,
    ReturnSheetOut,
    RevOut,
)

router = APIRouter(prefix="/api/v1/returns", tags=["统计填报"], responses=PROBLEMS)
Reader = Annotated[Actor, Depends(Requires(READERS))]
Filler = Annotated[Actor, Depends(Requires(FILLERS))]
Key = Annotated[
    str, Path(min_length=8, max_length=64, pattern="^[A-Za-z0-9_-]+$", description="每次报送一个，重发不变")
]


@router.get("/returns/{record_id}/sheet", operation_id="get_return_sheet", summary="报表内容")
def sheet(request: Request, record_id: RecordId, actor: Reader) -> ReturnSheetOut:
    """Cells with their sources, checks and comments."""
    with reading(request, actor) as context:
        return showing.sheet_of(context, record_id)


@router.put("/returns/{record_id}/cells", operation_id="type_return_cells", summary="填写报表")
def cells(request: Request, record_id: RecordId, said: ReturnCellsIn, actor: Filler) -> RevOut:
    """Keep what was typed so far."""
    with writing(request, actor) as context:
        row = filing.type_in(context, record_id, said.rev, Typed(said.cells, _reasons(said.reasons)))
        return RevOut(id=row.id, rev=row.rev)


@router.post("/returns/{record_id}/refresh", operation_id="refresh_return", summary="重新取数")
def refresh(request: Request, record_id: RecordId, said: Numbered, actor: Filler) -> RevOut:
    """Ask meters, bills and earlier returns again; what was typed stays."""
    with writing(request, actor) as context:
        row = filing.refresh(context, record_id, said.rev)
        return RevOut(id=row.id, rev=row.rev)


@router.post(
    "/returns/{record_id}/comments", operation_id="comment_return", summary="单元格意见", status_code=204
)
def comment(request: Request, record_id: RecordId, said: ReturnCommentIn, actor: Reader) -> None:
    """A word about a cell."""
    with writing(request, actor) as context:
        filing.comment(context, record_id, said.code, said.text)


@router.put("/filings/{key}", operation_id="file_whole_return", summary="报送整张报表（可重发）")
def file(request: Request, key: Key, said: FilingIn, actor: Filler) -> FiledOut:
    """A whole return in one transaction; the same key again is answered alike."""
    typed = Typed(said.cells, _reasons(said.reasons))
    wanted = Filing(said.owner_id, periods.parse(said.period), typed, said.on_behalf)
    with writing(request, actor) as context:
        row = filing.file(context, key, wanted)
        return FiledOut(
            id=row.id,
            rev=row.rev,
            state=row.state,
            filed=iso(row.filed_us or 0, context.zone),
            timeliness=Timeliness(row.timeliness),
        )


@router.post("/periods", operation_id="open_return_period", summary="开放统计期", status_code=201)
def open_period(request: Request, said: ReturnPeriodIn, actor: Filler) -> OpenedOut:
    """A return for every institution in scope that has none yet."""
    with writing(request, actor) as context:
        period = periods.parse(said.period)
        return OpenedOut(opened=opening.open_period(context, period, said.owner_id))


def _reasons(said: dict[str, CellWhyIn]) -> dict[str, Explained]:
    return {code: Explained(one.reason, one.said) for code, one in said.items()}
