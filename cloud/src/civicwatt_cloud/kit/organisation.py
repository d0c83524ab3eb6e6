"""How the organisation tree changes: institutions move and merge, each on a day, and the former tree stays.

`Institution.path` is the tree of today; memberships tell it for any day.
"""

from datetime import date

from sqlalchemy import ForeignKey, Index, Table, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.directory import (
    Denominator,
    DenominatorKind,
    Institution,
    below,
    end_at_successor,
    region_prefix,
)
from civicwatt_cloud.kit.errors import Conflict
from civicwatt_cloud.kit.identity import FOR_EVER
from civicwatt_cloud.kit.records.record import Record


class Membership(Base):
    """Where an institution stood from a day until the day before `valid_to`: below another, or its region."""

    __tablename__ = "membership"
    __table_args__ = (Index("membership_institution", "institution_id", "valid_from", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Succession(Base):
    """An institution was taken up by another from a day on."""

    __tablename__ = "succession"
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), unique=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    on_day: Mapped[date]
    document: Mapped[str]


class PassedOn(Base):
    """A record whose owner changed in a succession: before its day it was the source's."""

    __tablename__ = "passed_on"
    succession_id: Mapped[int] = mapped_column(ForeignKey("succession.id"), primary_key=True)
    table_name: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True)


def move(session: Session, institution: Institution, parent: Institution | None, on_day: date) -> None:
    """Put an institution, and all below it, below another or right below its region, from a day on.

    Errors: Conflict, when it would lie below itself.
    """
    node = parent.path if parent else region_prefix(institution.region_code)
    if parent is not None and parent.path.startswith(institution.path):
        raise Conflict(what="单位不能隶属于自己的下级 · an institution cannot lie below itself")
    _remember(session, institution, parent, on_day)
    old, new = institution.path, below(node, institution.code)
    rows = session.scalars(select(Institution).where(Institution.path.startswith(old, autoescape=True)))
    for row in rows.all():
        row.path = new + row.path.removeprefix(old)
    institution.parent_id = parent.id if parent else None
    session.flush()


def merge(
    session: Session, source: Institution, into: Institution, on_day: date, document: str
) -> Succession:
    """Let an institution take up another: its people count there, and its records are owned there.

    The former's own figures end the day before; its records' history names it. Errors: Conflict.
    """
    if source.id == into.id or into.path.startswith(source.path):
        raise Conflict(what="单位不能并入自己或自己的下级 · an institution cannot be merged into itself")
    if session.scalar(select(Succession).where(Succession.source_id == source.id)) is not None:
        raise Conflict(what="该单位已并入其他单位 · the institution was merged already")
    found = Succession(source_id=source.id, into_id=into.id, on_day=on_day, document=document)
    session.add(found)
    session.flush()
    _add_heads(session, found)
    for table in _record_tables():
        _pass_on(session, table, found)
    return found


def owner_on(session: Session, record: Record, day: date) -> int:
    """Whose a record was on a day."""
    query = (
        select(Succession.source_id)
        .join(PassedOn, PassedOn.succession_id == Succession.id)
        .where(PassedOn.table_name == record.__tablename__, PassedOn.record_id == record.id)
        .where(Succession.on_day > day)
        .order_by(Succession.on_day)
    )
    return session.scalars(query).first() or record.owner_id


def below_on(session: Session, institution_id: int, day: date) -> set[int]:
    """An institution and all that lay below it on a day."""
    rows = session.execute(
        select(Membership.institution_id, Membership.parent_id).where(
            Membership.valid_from <= day, (Membership.valid_to.is_(None)) | (Membership.valid_to > day)
        )
    )
    parents = dict(rows.all())
    unplaced = select(Institution.id, Institution.parent_id).where(
        Institution.id.not_in(select(Membership.institution_id))
    )
    parents |= dict(session.execute(unplaced).all())
    found, new = {institution_id}, {institution_id}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    return found


def _remember(session: Session, institution: Institution, parent: Institution | None, on_day: date) -> None:
    """End the present membership the day before; the first one reaches back for ever."""
    query = select(Membership).where(Membership.institution_id == institution.id)
    rows = session.scalars(query.order_by(Membership.valid_from)).all()
    if rows and rows[-1].valid_from >= on_day:
        raise Conflict(what="变更日期早于上一次变更 · the day lies before that of the last change")
    if rows:
        rows[-1].valid_to = on_day
    else:
        session.add(
            Membership(
                institution_id=institution.id,
                parent_id=institution.parent_id,
                region_code=institution.region_code,
                valid_from=FOR_EVER,
                valid_to=on_day,
            )
        )
    session.add(
        Membership(
            institution_id=institution.id,
            parent_id=parent.id if parent else None,
            region_code=institution.region_code,
            valid_from=on_day,
        )
    )


def _add_heads(session: Session, succession: Succession) -> None:
    """From the day on the heads of both count at the one; the other has none."""
    rows = _heads(session, succession.source_id)
    moving = next((row for row in reversed(rows) if row.valid_from < succession.on_day), None)
    if moving is None or (moving.valid_to is not None and moving.valid_to <= succession.on_day):
        return
    own = _heads(session, succession.into_id)
    starts = {row.valid_from for row in own if row.valid_from > succession.on_day} | {succession.on_day}
    for day in sorted(starts):
        before = next((row for row in reversed(own) if row.valid_from <= day), None)
        value = (before.value if before else 0) + moving.value
        if before is not None and before.valid_from == day:
            before.value = value
        else:
            session.add(_head_count(succession, day, value))
    session.add(Denominator(**(_as_dict(moving) | {"value": 0, "valid_from": succession.on_day})))
    session.flush()
    end_at_successor(_heads(session, succession.into_id))
    end_at_successor(_heads(session, succession.source_id))
    session.flush()


def _heads(session: Session, institution_id: int) -> list[Denominator]:
    query = select(Denominator).where(
        Denominator.kind == DenominatorKind.HEAD_COUNT, Denominator.subject_id == institution_id
    )
    return list(session.scalars(query.order_by(Denominator.valid_from)))


def _head_count(succession: Succession, day: date, value: int) -> Denominator:
    return Denominator(
        kind=DenominatorKind.HEAD_COUNT,
        subject_id=succession.into_id,
        value=value,
        valid_from=day,
        source=succession.document,
    )


def _as_dict(row: Denominator) -> dict[str, object]:
    return {"kind": row.kind, "subject_id": row.subject_id, "source": row.source}


def _record_tables() -> list[Table]:
    """The tables of all records that an institution owns, of whatever module."""
    tables = {mapper.local_table for mapper in Base.registry.mappers if issubclass(mapper.class_, Record)}
    return sorted((one for one in tables if isinstance(one, Table)), key=lambda one: one.name)


def _pass_on(session: Session, table: Table, succession: Succession) -> None:
    owned = table.c.owner_id == succession.source_id
    ids = session.scalars(select(table.c.id).where(owned)).all()
    session.add_all(
        PassedOn(succession_id=succession.id, table_name=table.name, record_id=one) for one in ids
    )
    session.execute(
        update(table).where(owned).values(owner_id=succession.into_id, rev=table.c.rev + 1),
        execution_options={"synchronize_session": False},
    )
