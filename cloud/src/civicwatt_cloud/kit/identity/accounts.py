"""Accounts and grants under the separation of the three administrators (三员分立).

The system administrator makes and disables accounts; the security administrator grants roles and ends
grants; the audit administrator only reads what they did. An administrator's role excludes every other.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import credentials, totp
from civicwatt_cloud.kit.identity.actors import Actor
from civicwatt_cloud.kit.identity.errors import (
    AnothersTask,
    EndDateNeeded,
    GrantedAlready,
    LastAdministrator,
    NodeNeeded,
    OwnAccount,
    RolesExclude,
    UsernameTaken,
)
from civicwatt_cloud.kit.identity.models import Account, Grant
from civicwatt_cloud.kit.identity.sessions import end_sessions
from civicwatt_cloud.kit.roles import ADMINISTRATORS, TEMPORARY, Role, title

Change = tuple[dict[str, object] | None, dict[str, object] | None]


class Wanted(NamedTuple):
    """A grant that somebody is to have."""

    account_id: int
    role: Role
    region_code: str | None
    institution_id: int | None
    valid_from: date
    valid_to: date | None  # no longer that day


def nodes(session: Session, words: str, most: int) -> tuple[Sequence[Region], Sequence[Institution]]:
    """Where a role can be granted: regions and institutions found by name or code, the widest first."""
    regions = select(Region).where(_named(words, Region.name, Region.code)).order_by(Region.code)
    places = select(Institution).where(_named(words, Institution.name, Institution.code))
    return (
        session.scalars(regions.limit(most)).all(),
        session.scalars(places.order_by(Institution.path).limit(most)).all(),
    )


def _named(words: str, *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return or_(*(one.icontains(words, autoescape=True) for one in columns))


def account_of(session: Session, account_id: int) -> Account:
    """Errors: NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound()
    return account


def create(
    session: Session, actor: Actor, username: str, display_name: str, now_us: int
) -> tuple[Account, str]:
    """A new account without grants, and the code by which its holder chooses a password.

    Errors: UsernameTaken.
    """
    name = username.strip().casefold()
    if session.scalar(select(Account.id).where(Account.username == name)):
        raise UsernameTaken(username=name)
    account = Account(username=name, display_name=display_name.strip() or name, created_us=now_us)
    session.add(account)
    session.flush()
    _note(session, actor, "account_created", account, (None, {"display_name": account.display_name}))
    return account, credentials.invite(session, account, now_us)


def invite(session: Session, actor: Actor, account_id: int, now_us: int, today: date) -> str:
    """A new code for who has lost password or second factor; the second factor is set up anew.

    Errors: NotFound, OwnAccount, AnothersTask.
    """
    account = opened_by(session, actor, account_id, today)
    totp.forget(account)
    end_sessions(session, account.id)
    _note(session, actor, "account_invited", account)
    return credentials.invite(session, account, now_us)


def opened_by(session: Session, actor: Actor, account_id: int, today: date) -> Account:
    """The account, for one who may hand out what opens it: who makes accounts opens none that holds a role.

    Errors: NotFound, OwnAccount, AnothersTask.
    """
    account = account_of(session, account_id)
    _others(actor, account)
    held = {Role(one.role) for one in session.scalars(in_force(account.id, today, None))}
    wanted = Role.SECURITY_ADMIN if held else Role.SYSTEM_ADMIN
    if wanted not in actor.roles or Role.SECURITY_ADMIN in held:
        raise AnothersTask()
    return account


def disable(session: Session, actor: Actor, account_id: int, now_us: int, today: date) -> Account:
    """Nobody signs in to it any more, and its sessions end.

    Errors: NotFound, OwnAccount, LastAdministrator.
    """
    account = account_of(session, account_id)
    _others(actor, account)
    for one in session.scalars(in_force(account.id, today, None)):
        _not_the_last(session, Role(one.role), account.id, today)
    if account.disabled_us is None:
        account.disabled_us = now_us
        _note(session, actor, "account_disabled", account, ({"disabled": False}, {"disabled": True}))
    end_sessions(session, account.id)
    return account


def enable(session: Session, actor: Actor, account_id: int) -> Account:
    """It can be signed in to again. Errors: NotFound."""
    account = account_of(session, account_id)
    if account.disabled_us is not None:
        account.disabled_us = None
        _note(session, actor, "account_enabled", account, ({"disabled": True}, {"disabled": False}))
    return account


def grant(session: Session, actor: Actor, wanted: Wanted) -> Grant:
    """Errors: NotFound, OwnAccount, NodeNeeded, EndDateNeeded, RolesExclude, GrantedAlready."""
    account = account_of(session, wanted.account_id)
    _others(actor, account)
    _check_node(session, wanted)
    check_days(wanted)
    check_exclusion(session, wanted)
    row = Grant(**wanted._asdict())
    session.add(row)
    session.flush()
    _note(session, actor, "role_granted", account, (None, told(row)))
    return row


def end_grant(session: Session, actor: Actor, grant_id: int, today: date) -> None:
    """It holds no longer, from today on. Errors: NotFound, OwnAccount, LastAdministrator."""
    row = session.get(Grant, grant_id)
    if row is None or (row.valid_to is not None and row.valid_to <= today):
        raise NotFound()
    account = account_of(session, row.account_id)
    _others(actor, account)
    _not_the_last(session, Role(row.role), account.id, today)
    before = told(row)
    row.valid_to = today
    _note(session, actor, "grant_ended", account, (before, told(row)))


def in_force(account_id: int, first: date, end: date | None) -> Select[Grant]:
    """The grants of an account that hold on some day from `first` to before `end`, or any day after."""
    query = select(Grant).where(
        Grant.account_id == account_id, or_(Grant.valid_to.is_(None), Grant.valid_to > first)
    )
    query = query.where(or_(Grant.valid_to.is_(None), Grant.valid_to > Grant.valid_from))
    return query if end is None else query.where(Grant.valid_from < end)


def grants_of(session: Session, account_ids: Sequence[int]) -> Sequence[tuple[Grant, str | None, str | None]]:
    """All grants of accounts, also those that ended, with the names of region and institution."""
    query = (
        select(Grant, Region.name, Institution.name)
        .outerjoin(Region, Region.code == Grant.region_code)
        .outerjoin(Institution, Institution.id == Grant.institution_id)
        .where(Grant.account_id.in_(account_ids))
        .order_by(Grant.id)
    )
    return [(row, region, institution) for row, region, institution in session.execute(query)]


def told(row: Grant) -> dict[str, object]:
    """A grant as the audit tells it."""
    return {
        "grant": row.id,
        "role": row.role,
        "region": row.region_code,
        "institution": row.institution_id,
        "from": row.valid_from.isoformat(),
        "to": row.valid_to and row.valid_to.isoformat(),
    }


def check_days(wanted: Wanted) -> None:
    """Errors: EndDateNeeded."""
    has_end = wanted.valid_to is not None
    if (wanted.role in TEMPORARY and not has_end) or (has_end and wanted.valid_to <= wanted.valid_from):  # type: ignore[operator]
        raise EndDateNeeded(role_zh=title(wanted.role, "zh"), role=title(wanted.role, "en"))


def check_exclusion(session: Session, wanted: Wanted) -> None:
    """Errors: RolesExclude, GrantedAlready."""
    for one in session.scalars(in_force(wanted.account_id, wanted.valid_from, wanted.valid_to)):
        held = Role(one.role)
        is_same = (held, one.region_code, one.institution_id) == (
            wanted.role,
            wanted.region_code,
            wanted.institution_id,
        )
        if is_same:
            raise GrantedAlready()
        if wanted.role in ADMINISTRATORS or held in ADMINISTRATORS:
            raise RolesExclude(held_zh=title(held, "zh"), held=title(held, "en"))


def _check_node(session: Session, wanted: Wanted) -> None:
    nodes = [one for one in (wanted.region_code, wanted.institution_id) if one is not None]
    if len(nodes) != (0 if wanted.role in ADMINISTRATORS else 1):
        raise NodeNeeded()
    if wanted.region_code is not None and session.get(Region, wanted.region_code) is None:
        raise NotFound()
    if wanted.institution_id is not None and session.get(Institution, wanted.institution_id) is None:
        raise NotFound()


def _not_the_last(session: Session, role: Role, account_id: int, today: date) -> None:
    """Errors: LastAdministrator."""
    if role not in ADMINISTRATORS:
        return
    others = (
        select(func.count())
        .select_from(Grant)
        .join(Account, Account.id == Grant.account_id)
        .where(Grant.role == role, Grant.account_id != account_id, Account.disabled_us.is_(None))
        .where(Grant.valid_from <= today, or_(Grant.valid_to.is_(None), Grant.valid_to > today))
    )
    if not session.scalar(others):
        raise LastAdministrator(role_zh=title(role, "zh"), role=title(role, "en"))


def _others(actor: Actor, account: Account) -> None:
    if actor.account_id == account.id:
        raise OwnAccount()


def _note(session: Session, actor: Actor, what: str, account: Account, change: Change = (None, None)) -> None:
    """The change: before, after."""
    audit.note(session, actor.who, Deed(what, f"account/{account.username}", *change))
