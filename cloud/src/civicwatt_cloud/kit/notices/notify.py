"""Saying something to people: one notice, and an entry in the inbox of each."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.notices.models import Entry, Kind, Notice
from civicwatt_cloud.kit.records.context import Context

LONGEST = 300  # letters of a notice


class Matter(NamedTuple):
    """What is to be known; the same key again is the same matter and said once."""

    key: str
    kind: Kind
    owner_id: int
    zh: str
    en: str
    subject: str  # the page: upkeep/tickets/17, institutions/3
    is_urgent: bool = False


def notify(context: Context, matter: Matter, accounts: Iterable[int]) -> Notice | None:
    """The notice; None, when it was said before. In a `Database.session()`: numbers follow each other."""
    session = context.session
    if session.scalar(select(Notice.id).where(Notice.key == matter.key)) is not None:
        return None
    texts = {"zh": matter.zh[:LONGEST], "en": matter.en[:LONGEST]}
    notice = Notice(**(matter._asdict() | texts), at_us=context.now_us)
    session.add(notice)
    session.flush()
    session.add_all(Entry(notice_id=notice.id, account_id=one) for one in sorted(set(accounts)))
    session.flush()
    return notice


def settle(context: Context, subject: str, kind: Kind, but: str = "") -> None:
    """What was said of a subject is over, `but` for the notice of that key: it is unread by nobody."""
    about = select(Notice.id).where(Notice.subject == subject, Notice.kind == kind, Notice.key != but)
    unread = update(Entry).where(Entry.notice_id.in_(about), Entry.read_us.is_(None))
    context.session.execute(unread.values(read_us=context.now_us))


def unread(session: Session, account_id: int | None) -> int:
    """How many notices somebody has not read."""
    mine = select(func.count(Entry.id)).where(Entry.account_id == account_id, Entry.read_us.is_(None))
    return session.scalar(mine) or 0
