"""The audit: who did what to what, and how it was before and after. Rows are only ever added.

Each row carries a hash over its content and the hash of the row before it, and the head says which row is
the last: a row that is changed, swapped, or gone is found (`civicwatt audit verify`), the last one too.
Who writes the whole chain anew is found by the anchors (audit_anchors.py). A hash names its algorithm: the
one of the setting `crypto` when the row was written.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit.crypto import PROVIDERS, redigest
from civicwatt_cloud.kit.db import CRYPTO, ROW_ID, Base
from civicwatt_cloud.kit.identity.codes import real_now_us

COMMAND = "command"  # who: somebody with a shell on the server
BEGINNING = "sha256:" + "0" * 64  # what the first row follows
HEAD = 1  # the one row of its table
NOTHING: Mapping[int, str] = MappingProxyType({})


class Audit(Base):
    """One deed. Triggers of the database refuse to change or delete a row."""

    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)  # without gaps
    at_us: Mapped[int] = mapped_column(BigInteger)  # real time
    who: Mapped[str] = mapped_column(String(80))  # account/li, gateway/gw-01, command
    what: Mapped[str] = mapped_column(String(60))  # meter_bound, replacement_entered
    subject: Mapped[str] = mapped_column(String(160), index=True)  # a record's history is asked for
    before: Mapped[str | None]  # JSON object; None: it was not there
    after: Mapped[str | None]  # JSON object; None: it is gone
    hash: Mapped[str] = mapped_column(String(80))


class AuditHead(Base):
    """Which row is the last, and its hash."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(80))


class Deed(NamedTuple):
    """What was done to what; None: it was not there before, it is gone after."""

    what: str
    subject: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None


class Broken(NamedTuple):
    """The first row that does not follow from those before it."""

    row: int
    reason: str  # changed, missing, head, anchor


def note(session: Session, who: str, deed: Deed) -> None:
    """Write it down, in the transaction of the deed itself."""
    head = _head(session)
    row = Audit(
        id=head.last + 1,
        at_us=real_now_us(),
        who=who,
        what=deed.what,
        subject=deed.subject,
        before=_text(deed.before),
        after=_text(deed.after),
    )
    provider = PROVIDERS[session.info.get(CRYPTO, "intl")]
    head.last, head.hash = row.id, provider.named_digest(content(head.hash, row))
    row.hash = head.hash
    session.add(row)


def content(before: str, row: Audit) -> bytes:
    """What the hash of a row that follows one with the hash `before` is taken of."""
    told = [before, row.id, row.at_us, row.who, row.what, row.subject, row.before, row.after]
    return json.dumps(told, ensure_ascii=False).encode()


def verify(session: Session, anchored: Mapping[int, str] = NOTHING) -> Broken | None:
    """The first broken place of the chain; None: it is whole, and each anchored row has its hash."""
    head = session.get(AuditHead, HEAD)
    last, before = 0, BEGINNING
    query = select(Audit).order_by(Audit.id).execution_options(yield_per=1000)
    with session.execute(query) as rows:
        for row in rows.scalars():
            if row.id != last + 1:
                return Broken(last + 1, "missing")
            if row.hash != redigest(row.hash, content(before, row)):
                return Broken(row.id, "changed")
            if anchored.get(row.id, row.hash) != row.hash:
                return Broken(row.id, "anchor")
            last, before = row.id, row.hash
            session.expunge(row)
    if head is None or max(head.last, *anchored, 0) > last:
        return Broken(last + 1, "missing")
    return None if (head.last, head.hash) == (last, before) else Broken(last, "head")


def _head(session: Session) -> AuditHead:
    """Locked once for the transaction: rows follow each other in the order in which they commit."""
    head: AuditHead | None = session.info.get("audit_head")
    if head is None or head not in session:
        head = session.get(AuditHead, HEAD, with_for_update=True)
        if head is None:
            head = AuditHead(id=HEAD, last=0, hash=BEGINNING)
            session.add(head)
        session.info["audit_head"] = head
    return head


def _text(facts: Mapping[str, object] | None) -> str | None:
    return None if facts is None else json.dumps(facts, ensure_ascii=False, sort_keys=True)
