"""A return as the page shows it: each cell with where its figure comes from, and what the checks say."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.returns import forms, steps
from civicwatt_cloud.modules.returns.checking import looking
from civicwatt_cloud.modules.returns.checking.rules import Finding
from civicwatt_cloud.modules.returns.choices import Outcome, PeriodKind, Reason, Source, Timeliness
from civicwatt_cloud.modules.returns.entities import FILLERS, FLOW, RETURN
from civicwatt_cloud.modules.returns.filling import sheet
from civicwatt_cloud.modules.returns.filling.earlier import OPEN
from civicwatt_cloud.modules.returns.filling.measured import PLACES
from civicwatt_cloud.modules.returns.filling.numbers import shown
from civicwatt_cloud.modules.returns.filling.sheet import Row, Rows
from civicwatt_cloud.modules.returns.forms import COST, Cell, FormField
from civicwatt_cloud.modules.returns.models import EnergyReturn, ReturnComment, ReturnReport
from civicwatt_cloud.modules.returns.schemas import (
    CellMeasuredOut,
    ReturnCellOut,
    ReturnCommentOut,
    ReturnFindingOut,
    ReturnLineOut,
    ReturnSheetOut,
    ReturnTableOut,
)

_WORST = {Outcome.OKAY: 0, Outcome.UNCHECKED: 1, Outcome.POSSIBLE: 2}


def sheet_of(context: Context, record_id: int) -> ReturnSheetOut:
    """The whole return. Errors: NotFound, NotPermitted."""
    row: EnergyReturn = registry.get(context, RETURN, record_id)
    owner = context.session.get_one(Institution, row.owner_id)
    form, kind, rows = forms.versions()[row.form], PeriodKind(row.kind), sheet.read(context, row.id)
    found = looking.findings(context, row, rows)
    outcomes = _outcomes(found)
    state = FLOW.state(row.state)
    count = select(func.count()).select_from(ReturnReport).where(ReturnReport.return_id == row.id)
    return ReturnSheetOut(
        id=row.id,
        rev=row.rev,
        owner_id=owner.id,
        owner=owner.name,
        title=row.title,
        kind=kind,
        period=row.period,
        form=form.version,
        form_zh=form.zh,
        form_en=form.en,
        form_status=form.status,
        state=state.key,
        state_zh=state.zh,
        state_en=state.en,
        due=iso(row.due_us, context.zone),
        filed=None if row.filed_us is None else iso(row.filed_us, context.zone),
        timeliness=Timeliness(row.timeliness),
        on_behalf=row.on_behalf,
        can_write=row.state in OPEN and scope_of(context.actor, FILLERS).has(context.session, owner.id),
        is_own=steps.is_own(context, row),
        tables=[
            ReturnTableOut(
                key=one.key,
                zh=one.zh,
                en=one.en,
                status=one.status,
                lines=[_line(context, line, sheet.cells_of(row), rows, outcomes) for line in one.fields],
            )
            for one in form.modules(kind)
        ],
        findings=[_finding(one) for one in found],
        comments=_comments(context, row.id),
        reports=context.session.scalar(count) or 0,
    )


def _outcomes(found: Sequence[Finding]) -> Mapping[str, Outcome]:
    by_code: dict[str, list[Outcome]] = defaultdict(list)
    for one in found:
        by_code[one.code].append(one.outcome)
    return {code: max(some, key=lambda one: _WORST[one]) for code, some in by_code.items()}


def _line(
    context: Context, line: FormField, cells: Mapping[str, Cell], rows: Rows, outcomes: Mapping[str, Outcome]
) -> ReturnLineOut:
    def cell(code: str) -> ReturnCellOut:
        return _cell(context, cells[code], rows.get(code), outcomes.get(code))

    return ReturnLineOut(
        code=line.code,
        zh=line.zh,
        en=line.en,
        required=line.required,
        is_part=bool(line.part_of),
        amount=cell(line.code),
        cost=cell(line.code + COST) if line.cost else None,
    )


def _cell(context: Context, cell: Cell, row: Row | None, outcome: Outcome | None) -> ReturnCellOut:
    one = row or {}
    at_us, source, reason = one.get("at_us"), one.get("source"), one.get("reason")
    return ReturnCellOut(
        code=cell.code,
        zh=cell.zh,
        en=cell.en,
        unit=cell.unit,
        digits=cell.digits,
        value=shown(cell, one.get("micro")),
        source=Source(source) if source else None,
        who=one.get("who"),
        at=None if at_us is None else iso(at_us, context.zone),
        measured=_measured(context, cell, one) if one.get("measured_micro") is not None else None,
        reason=Reason(reason) if reason else None,
        said=one.get("said"),
        outcome=outcome,
    )


def _measured(context: Context, cell: Cell, row: Row) -> CellMeasuredOut:
    basis = json.loads(row["basis"] or "{}")
    completeness = basis.get("completeness")
    measured, value = row["measured_micro"], row["micro"]
    is_beside = row["source"] == Source.PERSON and measured and value is not None
    return CellMeasuredOut(
        value=shown(cell, measured) or "",
        source=Source(row["measured_source"]),
        computed=iso(row["computed_us"], context.zone),
        completeness=None if completeness is None else completeness / PLACES,
        estimated=bool(basis.get("estimated")),
        points=basis.get("points", []),
        bills=basis.get("bills", []),
        returns=basis.get("returns", []),
        difference_percent=round(100 * (value - measured) / measured, 2) if is_beside else None,
    )


def _finding(one: Finding) -> ReturnFindingOut:
    check = forms.checks()[one.check]
    return ReturnFindingOut(
        check=check.id,
        title=check.zh,
        title_en=check.en,
        code=one.code,
        outcome=one.outcome,
        zh=one.zh,
        en=one.en,
        needs=one.needs,
        limit=one.limit,
        blocks=check.blocks,
        asks=check.asks,
    )


def _comments(context: Context, return_id: int) -> list[ReturnCommentOut]:
    query = select(ReturnComment).where(ReturnComment.return_id == return_id).order_by(ReturnComment.id)
    return [
        ReturnCommentOut(code=one.code, text=one.text, who=one.who, at=iso(one.at_us, context.zone))
        for one in context.session.scalars(query)
    ]
