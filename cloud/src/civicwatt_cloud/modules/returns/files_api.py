"""Routes of files and comparisons: a return as a workbook, suppliers' bills, sums, the three-way check."""

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.files.api import BYTES, PROBLEMS_OF_UPLOADS, body_of
from civicwatt_cloud.kit.files.checks import accepted
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.problems import told
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, Revision, reading, writing
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.table_files import Format
from civicwatt_cloud.kit.workbooks.api import TABLE, table_file
from civicwatt_cloud.modules.returns import filing, forms, periods, workbook
from civicwatt_cloud.modules.returns.accounts import suppliers, three_way
from civicwatt_cloud.modules.returns.accounts.three_way import Compared
from civicwatt_cloud.modules.returns.choices import PeriodKind, Reason
from civicwatt_cloud.modules.returns.entities import FILLERS, LAYOUT, READERS, RETURN
from civicwatt_cloud.modules.returns.filling.numbers import shown
from civicwatt_cloud.modules.returns.schemas import (
    BillsOut,
    ComparedOut,
    Id,
    PeriodText,
    ReturnSummaryOut,
    RevOut,
    WhyDifferentIn,
)
from civicwatt_cloud.modules.returns.summary import By, summary

router = APIRouter(prefix="/api/v1/returns", tags=["统计填报"], responses=PROBLEMS_OF_UPLOADS)
Reader = Annotated[Actor, Depends(Requires(READERS))]
Filler = Annotated[Actor, Depends(Requires(FILLERS))]
Year = Annotated[int, Query(ge=1990, le=2100)]


@router.get("/returns/{record_id}/workbook", operation_id="get_return_workbook", summary="导出报表", **TABLE)
def download(request: Request, record_id: RecordId, actor: Reader) -> StreamingResponse:
    """The return in the layout of its form."""
    with reading(request, actor) as context:
        name = registry.get(context, RETURN, record_id).title

    def write(path: Path) -> None:
        with reading(request, actor) as context:
            workbook.write(context, registry.get(context, RETURN, record_id), path)

    return table_file(f"{name}.xlsx", write)


@router.put(
    "/returns/{record_id}/workbook",
    operation_id="put_return_workbook",
    summary="导入报表",
    openapi_extra=BYTES,
)
def upload(
    request: Request,
    record_id: RecordId,
    rev: Revision,
    actor: Filler,
    data: bytes = Depends(body_of),  # after the actor: nobody else's body is read
) -> RevOut:
    """The same file, filled in; what is as it was changes nothing."""
    with writing(request, actor) as context:
        row = filing.writable(context, record_id, rev)
        file = accepted("return.xlsx", data)
        with tempfile.TemporaryDirectory(prefix="civicwatt-") as folder:
            path = Path(folder) / file.name
            path.write_bytes(file.data)
            typed = workbook.read(context, row, path)
        row = filing.type_in(context, record_id, rev, typed)
        return RevOut(id=row.id, rev=row.rev)


@router.post(
    "/layouts/{record_id}/bills",
    operation_id="bring_in_supplier_bills",
    summary="导入供应单位账单",
    openapi_extra=BYTES,
)
def supplier_bills(
    request: Request,
    record_id: RecordId,
    actor: Filler,
    format: Format = "xlsx",
    data: bytes = Depends(body_of),
) -> BillsOut:
    """A supplier's own file, read by its layout; good rows are kept, bad ones told by their cell."""
    with writing(request, actor) as context:
        layout = registry.get(context, LAYOUT, record_id)
        file = accepted(f"bills.{format}", data)
        with tempfile.TemporaryDirectory(prefix="civicwatt-") as folder:
            path = Path(folder) / file.name
            path.write_bytes(file.data)
            done = suppliers.bring_in(context, layout, path)
        return BillsOut(
            rows=done.rows,
            kept=done.kept,
            added=done.added,
            changed=done.changed,
            problems=[told(one) for one in done.problems],
        )


@router.get("/summary", operation_id="get_return_summary", summary="汇总")
def sums(
    request: Request,
    actor: Reader,
    period: Annotated[PeriodText, Query()],
    by: By = "region",
    owner_id: Annotated[Id | None, Query()] = None,
) -> ReturnSummaryOut:
    """What was reported, by region, superior department or class; of an institution and those below it."""
    with reading(request, actor) as context:
        scope = scope_of(actor, READERS)
        if owner_id is not None:
            scope = type(scope)((scope.institution(context.session, owner_id).path,))
        return summary(context, scope, periods.parse(period), by)


@router.get("/three-way", operation_id="get_three_way_check", summary="凭证–台账–平台核对")
def check(request: Request, actor: Reader, owner_id: Annotated[Id, Query()], year: Year) -> list[ComparedOut]:
    """Bill beside ledger beside meter, month by month."""
    with reading(request, actor) as context:
        owner = scope_of(actor, READERS).institution(context.session, owner_id)
        return [_compared(one) for one in three_way.compare(context, owner, year)]


@router.post("/three-way", operation_id="explain_three_way_check", summary="核对说明", status_code=204)
def explain(request: Request, said: WhyDifferentIn, actor: Filler) -> None:
    """Why they differ; kept with the three figures."""
    with writing(request, actor) as context:
        owner = scope_of(actor, FILLERS).institution(context.session, said.owner_id)
        three_way.explain(context, owner, (said.month, said.code), (said.reason, said.said))


def _compared(one: Compared) -> ComparedOut:
    period = periods.parse(one.month)
    cell = forms.form_on(period.start).cells(PeriodKind.MONTH)[one.code]
    note = one.note
    return ComparedOut(
        month=one.month,
        code=one.code,
        zh=cell.zh,
        en=cell.en,
        unit=cell.unit,
        bill=shown(cell, one.bill),
        ledger=shown(cell, one.ledger),
        meter=shown(cell, one.meter),
        documents=list(one.documents),
        difference_percent=None if one.difference is None else round(float(one.difference), 2),
        outcome=one.outcome,
        reason=Reason(note.reason) if note else None,
        said=note.said if note else None,
        who=note.who if note else None,
    )
