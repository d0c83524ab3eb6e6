"""Rule rows of an installation: imported from a file, beside those that ship, which they never change.

Rows are only ever added. One for the same rule, scope, level and first day as an earlier one takes its place;
with `valid_to` equal to `valid_from` it takes the earlier one out of effect.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import BigInteger, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit import audit, rules
from civicwatt_cloud.kit.boundaries import Word
from civicwatt_cloud.kit.calendar_errors import NoSource
from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.identity.codes import real_now_us
from civicwatt_cloud.kit.rules import RuleRow, Rules

RULES = "rules"  # in a session's info: what `of` has read


class LocalRule(Base):
    """An imported row. Triggers of the database refuse to change or delete it."""

    __tablename__ = "local_rule"
    __table_args__ = (Index("local_rule_rule", "rule", "valid_from"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(80))
    title: Mapped[str]
    title_en: Mapped[str]
    value: Mapped[str] = mapped_column(String(40))  # decimal
    unit: Mapped[str] = mapped_column(String(40))
    basis: Mapped[str]
    source: Mapped[str]
    clause: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(16))
    scope: Mapped[str] = mapped_column(String(80))
    level: Mapped[str | None] = mapped_column(String(16))
    word: Mapped[str | None] = mapped_column(String(8))
    note: Mapped[str]
    imported_us: Mapped[int] = mapped_column(BigInteger)  # real time


class Brought(NamedTuple):
    """How many rows a file had, and how many of them were not there yet."""

    rows: int
    added: int


def of(session: Session) -> Rules:
    """The rules of this installation, the rows that ship and its own: read once a transaction."""
    found: Rules | None = session.info.get(RULES)
    if found is None:
        own = local(session)
        found = session.info[RULES] = Rules((*rules.shipped(), *own)) if own else rules.load()
    return found


def local(session: Session) -> Sequence[RuleRow]:
    """The imported rows that hold, the last one of each rule, scope, level and first day."""
    rows = session.scalars(select(LocalRule).order_by(LocalRule.id)).all()
    last = {(one.rule, one.scope, one.level, one.valid_from): one for one in rows}
    return [_row(one) for one in last.values()]


def bring_in(session: Session, text: str, origin: str, who: str) -> Brought:
    """Add the rows of a file that are not there yet. Errors: NoSource, BadToml, UnknownKey, BadValue."""
    rows = rules.parse(text, origin)
    Rules(rows, origin)  # two of one file that hold on one day
    there = {_said(one) for one in local(session)}
    new = [one for one in rows if _said(one) not in there]
    session.info.pop(RULES, None)
    for row in new:
        if not (row.source.strip() and row.clause.strip()):
            raise NoSource(origin, rule=row.id)
        kept = LocalRule(
            rule=row.id,
            level=row.level.value if row.level else None,
            word=row.word.value if row.word else None,
            value=str(row.value),
            imported_us=real_now_us(),
            **{name: getattr(row, name) for name in _ALIKE},
        )
        session.add(kept)
        session.flush()
        deed = audit.Deed(
            "rule_imported", f"rule/{row.id}", None, {"ref": _row(kept).ref, "value": kept.value}
        )
        audit.note(session, who, deed)
    return Brought(len(rows), len(new))


_ALIKE = (
    "title",
    "title_en",
    "unit",
    "basis",
    "source",
    "clause",
    "valid_from",
    "valid_to",
    "status",
    "scope",
    "note",
)


def _row(kept: LocalRule) -> RuleRow:
    return RuleRow(
        id=kept.rule,
        value=Decimal(kept.value),
        level=Level(kept.level) if kept.level else None,
        word=Word(kept.word) if kept.word else None,
        local=kept.id,
        **{name: getattr(kept, name) for name in _ALIKE},
    )


def _said(row: RuleRow) -> tuple[object, ...]:
    """A row without its number."""
    return (row.id, row.value, row.level, row.word, *(getattr(row, name) for name in _ALIKE))
