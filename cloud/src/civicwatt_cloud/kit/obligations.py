"""Obligations: who must have done what by when, and how those who must are reminded.

A module says `oblige` when something falls due and `fulfil` when it is done. A job writes a reminder once for
each stage, as the event `obligation.reminded`; one that stays undone is told to the superior node as
`obligation.escalated`. Whom that reaches and how is the matter of those who deliver notices.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import BigInteger, ForeignKey, String, and_, or_, select, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit import calendar, events
from civicwatt_cloud.kit.bulk import insert_rows
from civicwatt_cloud.kit.business_time import DAY_US, date_of, iso
from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Job
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import scope_of

REMINDED, ESCALATED = "obligation.reminded", "obligation.escalated"
ESCALATE_AFTER = "obligation.escalate_after"  # [working days]
LAST_US = 2**63 - 1
AHEAD_US = 31 * DAY_US  # the first stage, and a day


class Stage(StrEnum):
    """How near the last day is: T-30 and T-7 in days, T-3 and T-1 in working days."""

    T30 = "T-30"
    T7 = "T-7"
    T3 = "T-3"
    T1 = "T-1"
    T = "T"
    OVERDUE = "overdue"
    ESCALATED = "escalated"


class Obligation(Base):
    """Something that people of a node must have done by an instant."""

    __tablename__ = "obligation"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(
        String(160), unique=True
    )  # upkeep/ticket/17, oversight/report/2026-10/U1
    owner_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    roles: Mapped[str] = mapped_column(String(300))  # " liaison approver "
    superiors: Mapped[str] = mapped_column(String(300))  # roles at the superior node
    zh: Mapped[str] = mapped_column(String(200))
    en: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(160))  # upkeep/tickets/17
    due_us: Mapped[int] = mapped_column(BigInteger, index=True)
    since: Mapped[date | None]  # the business day on which the reminders first saw it
    is_done: Mapped[bool] = mapped_column(default=False)


class Reminder(Base):
    """A stage of an obligation that was told; another due day begins anew. Rows are only ever added."""

    __tablename__ = "obligation_reminder"

    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"), primary_key=True)
    due_us: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    stage: Mapped[str] = mapped_column(String(16), primary_key=True)
    told_us: Mapped[int] = mapped_column(BigInteger)  # business time


def oblige(
    session: Session,
    *,
    key: str,
    owner_id: int,
    roles: Collection[Role],
    zh: str,
    en: str,
    due_us: int,
    subject: str,
    superiors: Collection[Role] = (Role.SUPERVISOR,),
) -> Obligation:
    """What falls due at an institution.

    The same key again changes it: what has another due day than before is open, and reminded of, anew.
    """
    row = session.scalar(select(Obligation).where(Obligation.key == key))
    if row is None:
        row = Obligation(key=key)
        session.add(row)
    row.owner_id, row.subject, row.zh, row.en = owner_id, subject, zh, en
    row.roles, row.superiors = _joined(roles), _joined(superiors)
    row.due_us, row.is_done = due_us, bool(row.is_done and row.due_us == due_us)
    session.flush()
    return row


class Duty(NamedTuple):
    """What falls due at an institution; as the arguments of `oblige`."""

    key: str
    owner_id: int
    roles: Collection[Role]
    zh: str
    en: str
    due_us: int
    subject: str
    superiors: Collection[Role]


def oblige_all(session: Session, duties: Collection[Duty]) -> None:
    """What falls due at many institutions at once; the keys are new."""
    names = ("key", "owner_id", "roles", "zh", "en", "due_us", "subject", "superiors", "is_done")
    rows = [(*one[:2], _joined(one.roles), *one[3:7], _joined(one.superiors), False) for one in duties]
    insert_rows(session.connection(), Obligation.__tablename__, names, rows)


def fulfil(session: Session, key: str) -> None:
    """It is done, or need not be done any more: nobody is reminded. An unknown key is no matter."""
    session.execute(update(Obligation).where(Obligation.key == key).values(is_done=True))


def waiting(session: Session, actor: Actor, until_us: int = LAST_US) -> Sequence[Obligation]:
    """What the actor's roles must do by an instant, the most urgent first."""
    asked = (
        and_(
            Obligation.owner_id.in_(scope_of(actor, {role}).institution_ids()),
            Obligation.roles.contains(f" {role} ", autoescape=True),
        )
        for role in sorted(actor.roles)
    )
    query = select(Obligation).where(Obligation.is_done.is_(False), Obligation.due_us <= until_us)
    query = query.where(or_(~true(), *asked))
    return session.scalars(query.order_by(Obligation.due_us, Obligation.id)).all()


def stage_days(due_day: date) -> dict[Stage, date]:
    """The day of each stage up to the last day itself."""
    return {
        Stage.T30: due_day - timedelta(days=30),
        Stage.T7: due_day - timedelta(days=7),
        Stage.T3: calendar.workday_before(due_day, 3),
        Stage.T1: calendar.workday_before(due_day, 1),
        Stage.T: due_day,
    }


def stage_on(due_day: date, today: date, since: date) -> Stage | None:
    """The latest stage that has come by a day; one that lay before the obligation is none."""
    days = {stage: day for stage, day in stage_days(due_day).items() if since <= day <= today}
    return max(days, key=lambda stage: (days[stage], list(Stage).index(stage))) if days else None


def remind(context: Context) -> None:
    """Tell what has come near, what is overdue, and to the superior what stays overdue."""
    session, rules = context.session, rules_of(context.session)
    today = context.today
    is_near = and_(Obligation.is_done.is_(False), Obligation.due_us <= context.now_us + AHEAD_US)
    query = select(Obligation, Institution).join(Institution, Institution.id == Obligation.owner_id)
    told = select(Reminder).join(Obligation, Obligation.id == Reminder.obligation_id).where(is_near)
    done = {(one.obligation_id, one.due_us, one.stage) for one in session.scalars(told)}
    for row, owner in session.execute(query.where(is_near).order_by(Obligation.id)).all():
        row.since = row.since or today
        wait = int(rules.value(ESCALATE_AFTER, today, place_of(owner)).value)
        for stage in _stages(context, row, wait):
            if (row.id, row.due_us, stage.value) not in done:
                _tell(context, row, owner, stage)
    session.flush()


def superior(path: str) -> str:
    """The node above an institution: `4299/U1/U7/` → `4299/U1/` → `4299`."""
    above = path.removesuffix("/").rpartition("/")[0]
    return f"{above}/" if "/" in above else above


def _stages(context: Context, row: Obligation, wait: int) -> Iterable[Stage]:
    """What is to be told by now."""
    today, due_day = context.today, date_of(row.due_us, context.zone)
    if context.now_us <= row.due_us:
        stage = stage_on(due_day, today, row.since or today)
        return (stage,) if stage else ()
    is_late = calendar.workdays_between(due_day, today) >= wait
    return (Stage.OVERDUE, Stage.ESCALATED) if is_late else (Stage.OVERDUE,)


def _tell(context: Context, row: Obligation, owner: Institution, stage: Stage) -> None:
    told = Reminder(obligation_id=row.id, due_us=row.due_us, stage=stage.value, told_us=context.now_us)
    context.session.add(told)
    is_up = stage is Stage.ESCALATED
    facts = {
        "key": row.key,
        "owner_id": row.owner_id,
        "node": superior(owner.path) if is_up else owner.path,
        "roles": (row.superiors if is_up else row.roles).split(),
        "stage": stage.value,
        "zh": row.zh,
        "en": row.en,
        "subject": row.subject,
        "due": iso(row.due_us, context.zone),
    }
    events.tell(context, ESCALATED if is_up else REMINDED, facts)


def _joined(roles: Collection[Role]) -> str:
    return f" {' '.join(sorted(roles))} "


JOB = Job("remind", 300, remind)  # [s; engineering default]
