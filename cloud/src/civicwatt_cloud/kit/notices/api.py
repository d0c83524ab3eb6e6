"""One's own notices, and how one wants to hear of them."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, update

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.notices.errors import NoAddress
from civicwatt_cloud.kit.notices.mail import channel_key, newest_entry
from civicwatt_cloud.kit.notices.models import Entry, Kind, Mail, Notice, Preference
from civicwatt_cloud.kit.notices.notify import unread
from civicwatt_cloud.kit.notices.sending import begin
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import EVERYBODY

PROBLEMS = problems(401, 403, 422)
router = APIRouter(prefix="/api/v1/notices", tags=["通知"], responses=PROBLEMS)
PAGE = 50
LAST_ID = 2**63 - 1  # that a database counts up to
ADDRESS = re.compile(r"[^\s@<>(),;:\"\\\[\]\x00-\x1f]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,180}[A-Za-z0-9])?")

Anybody = Annotated[Actor, Depends(Requires(EVERYBODY))]
Looking = Annotated[Actor, Depends(Requires(EVERYBODY, is_activity=False))]
Hour = Annotated[int, Field(ge=0, le=23)]


class NoticeOut(BaseModel):
    """A notice in one's inbox."""

    id: int
    kind: Kind
    zh: str
    en: str
    subject: str
    owner: str
    is_urgent: bool
    at: str
    is_read: bool


class Notices(BaseModel):
    """Some of one's notices, the newest first."""

    unread: int
    has_more: bool
    rows: list[NoticeOut]


class NoticesRead(BaseModel):
    """Which notices have been read: one by its number, or all up to a number."""

    model_config = ConfigDict(extra="forbid")

    id: int | None = Field(default=None, ge=1, le=LAST_ID)
    upto: int | None = Field(default=None, ge=1, le=LAST_ID)


class NoticesLeft(BaseModel):
    """How many are left."""

    unread: int


class NoticesWanted(BaseModel):
    """How somebody wants to hear of notices; the same hour twice: no quiet hours."""

    model_config = ConfigDict(extra="forbid")

    email: str | None = Field(default=None, max_length=254, examples=["li@jgsw.example.cn"])
    mail: Mail = Mail.OFF
    daily_hour: Hour = 8
    quiet_from: Hour = 22
    quiet_to: Hour = 7
    rests: bool = True


class NoticePreferences(NoticesWanted):
    """As it stands, and whether this installation sends e-mail at all."""

    sends_mail: bool


@router.get("", operation_id="list_notices", summary="通知")
def list_notices(
    request: Request,
    actor: Looking,
    only_unread: Annotated[bool, Query()] = False,
    before: Annotated[int, Query(ge=1, le=LAST_ID)] = LAST_ID,
) -> Notices:
    """One's notices, the newest first."""
    state = request.app.state
    with state.database.reading() as session:
        rows = newest(
            Context(session, actor, state.zone, state.clock.now_us()), only_unread, before, PAGE + 1
        )
        count = unread(session, actor.account_id)
    return Notices(unread=count, has_more=len(rows) > PAGE, rows=rows[:PAGE])


@router.post("/read", operation_id="read_notices", summary="标为已读")
def read_notices(request: Request, actor: Anybody, said: NoticesRead) -> NoticesLeft:
    """Mark one notice, or all up to one, as read."""
    state = request.app.state
    mine = update(Entry).where(Entry.account_id == actor.account_id, Entry.read_us.is_(None))
    asked = Entry.id == said.id if said.id else Entry.id <= (said.upto or 0)
    with state.database.session() as session:
        session.execute(mine.where(asked).values(read_us=state.clock.now_us()))
        return NoticesLeft(unread=unread(session, actor.account_id))


@router.get("/preferences", operation_id="get_notice_preferences", summary="通知偏好")
def get_preferences(request: Request, actor: Looking) -> NoticePreferences:
    """How one wants to hear of notices."""
    with request.app.state.database.reading() as session:
        row = session.get(Preference, actor.account_id)
        said = NoticesWanted.model_validate(row, from_attributes=True) if row else NoticesWanted()
    return NoticePreferences(**said.model_dump(), sends_mail=request.app.state.channels.email is not None)


@router.put("/preferences", operation_id="set_notice_preferences", summary="修改通知偏好")
def set_preferences(request: Request, actor: Anybody, said: NoticesWanted) -> NoticePreferences:
    """Say how one wants to hear of notices. Errors: NoAddress."""
    email = (said.email or "").strip() or None
    if (email or said.mail is not Mail.OFF) and not ADDRESS.fullmatch(email or ""):
        raise NoAddress("email")
    account_id = actor.account_id or 0
    with request.app.state.database.session() as session:
        row = session.get(Preference, account_id)
        if said.mail is not Mail.OFF and (row is None or row.mail == Mail.OFF):
            begin(session, channel_key(account_id), newest_entry(session, account_id))
        row = row or Preference(account_id=account_id)
        for name, value in (said.model_dump() | {"email": email}).items():
            setattr(row, name, value)
        session.add(row)
        kept = said.model_dump(exclude={"email"}, mode="json")  # the address is nobody else's matter
        audit.note(session, actor.who, Deed("notices_preferred", f"account/{actor.username}", None, kept))
    return get_preferences(request, actor)


def newest(context: Context, only_unread: bool, before: int, most: int) -> list[NoticeOut]:
    """The actor's newest notices."""
    query = (
        select(Entry.id, Entry.read_us, Notice, Institution.name)
        .join(Notice, Notice.id == Entry.notice_id)
        .join(Institution, Institution.id == Notice.owner_id)
        .where(Entry.account_id == context.actor.account_id, Entry.id < before)
        .order_by(Entry.id.desc())
        .limit(most)
    )
    if only_unread:
        query = query.where(Entry.read_us.is_(None))
    return [
        NoticeOut(
            id=entry,
            kind=Kind(notice.kind),
            zh=notice.zh,
            en=notice.en,
            subject=notice.subject,
            owner=owner,
            is_urgent=notice.is_urgent,
            at=iso(notice.at_us, context.zone),
            is_read=read_us is not None,
        )
        for entry, read_us, notice, owner in context.session.execute(query)
    ]
