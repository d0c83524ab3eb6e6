"""Routes of the audit, for the audit administrator: what was done, and whether the chain is whole."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from starlette.datastructures import State

from civicwatt_cloud.kit import audit, audit_anchors, audit_grants
from civicwatt_cloud.kit.access import Requires, today
from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.audit_words import entity_of, field_words, words
from civicwatt_cloud.kit.business_time import day_start_us, iso
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.table_files import Format, write_table
from civicwatt_cloud.kit.workbooks.api import TABLE, table_file

router = APIRouter(prefix="/api/v1", tags=["审计"], responses=problems(401, 403, 422))
AuditAdmin = Annotated[Actor, Depends(Requires(frozenset({Role.AUDIT_ADMIN})))]
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


class AuditAsked(BaseModel):
    """How what is asked for begins, from which day to which, and which page of it."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field("", max_length=80)
    what: str = Field("", max_length=60)
    subject: str = Field("", max_length=160)
    since: date | None = Field(None, ge=EARLIEST, le=LATEST)
    until: date | None = Field(None, ge=EARLIEST, le=LATEST)
    offset: int = Field(0, ge=0, le=2**31 - 1)
    limit: int = Field(50, ge=1, le=500)


class FieldName(BaseModel):
    """What a field is called."""

    zh: str
    en: str


class DeedOut(BaseModel):
    """Who did what to what, and how it was before and after."""

    id: int
    at: str
    who: str
    what: str
    zh: str
    en: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    fields: dict[str, FieldName]  # of those that are known by another name
    hash: str


class DeedsOut(BaseModel):
    """One page of the audit, the newest deed first."""

    total: int
    rows: list[DeedOut]


class VerdictOut(BaseModel):
    """Whether every row follows from those before it and has the hash it is anchored with."""

    is_whole: bool
    rows: int
    anchors: int
    first_bad_row: int | None
    reason: str | None


@router.get("/audit", operation_id="list_audit", summary="审计记录")
def list_audit(request: Request, asked: Annotated[AuditAsked, Query()], _actor: AuditAdmin) -> DeedsOut:
    """The deeds of these days whose doer, kind and subject begin so."""
    state = request.app.state
    said = ((Audit.who, asked.who), (Audit.what, asked.what), (Audit.subject, asked.subject))
    where = [column.startswith(text, autoescape=True) for column, text in said if text]
    if asked.since:
        where.append(Audit.at_us >= day_start_us(asked.since, state.zone))
    if asked.until:
        where.append(Audit.at_us < day_start_us(asked.until + timedelta(days=1), state.zone))
    with state.database.reading() as session:
        total = session.scalar(select(func.count()).select_from(Audit).where(*where)) or 0
        query = select(Audit).where(*where).order_by(Audit.id.desc()).offset(asked.offset).limit(asked.limit)
        rows = [_told(row, state) for row in session.scalars(query)]
        return DeedsOut(total=total, rows=rows)


@router.get("/audit/verdict", operation_id="verify_audit", summary="审计链校验")
def verify_audit(request: Request, _actor: AuditAdmin) -> VerdictOut:
    """Walk the whole chain, and hold it against the anchors that this machine can read."""
    folder: Path = request.app.state.settings.anchors_path
    anchored = audit_anchors.read(folder)
    with request.app.state.database.reading() as session:
        broken = audit.verify(session, anchored)
        count = session.scalar(select(func.count()).select_from(Audit)) or 0
    return VerdictOut(
        is_whole=broken is None,
        rows=count,
        anchors=len(anchored),
        first_bad_row=broken and broken.row,
        reason=broken and broken.reason,
    )


@router.get("/audit/grants/export", operation_id="export_audit_grants", summary="授权清单：导出", **TABLE)
def export_grants(request: Request, _actor: AuditAdmin, format: Format = "xlsx") -> StreamingResponse:
    """Every role that was ever granted: to whom, where, from which day until which, and whose it was."""

    def write(path: Path) -> None:
        with request.app.state.database.reading() as session:
            write_table(path, audit_grants.TITLES, audit_grants.rows(session, today(request)))

    return table_file(f"授权清单.{format}", write)


def _told(row: Audit, state: State) -> DeedOut:
    entity = entity_of(state.modules, row.subject)
    called, names = words(entity, row.what), field_words(entity)
    before = json.loads(row.before) if row.before else None
    after = json.loads(row.after) if row.after else None
    return DeedOut(
        id=row.id,
        at=iso(row.at_us, state.zone),
        who=row.who,
        what=row.what,
        zh=called.zh,
        en=called.en,
        subject=row.subject,
        before=before,
        after=after,
        fields={
            name: FieldName(zh=names[name].zh, en=names[name].en)
            for name in {**(before or {}), **(after or {})}
            if name in names
        },
        hash=row.hash,
    )
