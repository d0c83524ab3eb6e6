"""The audit: who did what to what, and how it was before and after. Rows are only ever added."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit.db import ROW_ID, Base
from civicwatt_cloud.kit.identity import real_now_us

COMMAND = "command"  # who: somebody with a shell on the server


class Audit(Base):
    """One deed. Triggers of the database refuse to change or delete a row."""

    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    at_us: Mapped[int] = mapped_column(BigInteger)  # real time
    who: Mapped[str] = mapped_column(String(80))  # account/li, gateway/gw-01, command
    what: Mapped[str] = mapped_column(String(40))  # meter_bound, replacement_entered
    subject: Mapped[str] = mapped_column(String(160))
    before: Mapped[str | None]  # JSON object; None: it was not there
    after: Mapped[str | None]  # JSON object; None: it is gone


class Deed(NamedTuple):
    """What was done to what; None: it was not there before, it is gone after."""

    what: str
    subject: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None


def note(session: Session, who: str, deed: Deed) -> None:
    """Write it down, in the transaction of the deed itself."""
    texts = {"before": _text(deed.before), "after": _text(deed.after)}
    session.add(Audit(at_us=real_now_us(), who=who, what=deed.what, subject=deed.subject, **texts))


def _text(facts: Mapping[str, object] | None) -> str | None:
    return None if facts is None else json.dumps(facts, ensure_ascii=False, sort_keys=True)
