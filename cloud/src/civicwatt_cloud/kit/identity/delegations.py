"""Delegation: who is away lends a role on its node to another, for dated days.

A lent role holds while its owner holds it; it is not lent on; administrators' and temporary roles are not
lent at all. What the owner may not approve as its own applicant, his delegate may not either.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import accounts
from civicwatt_cloud.kit.identity.accounts import Wanted
from civicwatt_cloud.kit.identity.actors import Actor
from civicwatt_cloud.kit.identity.errors import NotLent, OwnAccount
from civicwatt_cloud.kit.identity.models import Account, Grant
from civicwatt_cloud.kit.roles import BUSINESS, TEMPORARY, Role

LENT = BUSINESS - TEMPORARY
LONGEST = timedelta(days=90)  # engineering default


class Lending(NamedTuple):
    """Which grant to lend to whom, from a day until the day before another."""

    grant_id: int
    username: str
    valid_from: date
    valid_to: date


class Lent(NamedTuple):
    """A lent grant, who lends it and who holds it."""

    grant: Grant
    owner: Account
    holder: Account


def delegate(session: Session, actor: Actor, wanted: Lending, today: date) -> Grant:
    """Lend one's own grant. Errors: NotFound, NotLent, OwnAccount, RolesExclude, GrantedAlready."""
    own = session.get(Grant, wanted.grant_id)
    if own is None or own.account_id != actor.account_id:
        raise NotFound()
    is_dated = today <= wanted.valid_from < wanted.valid_to <= wanted.valid_from + LONGEST
    holds = own.valid_from <= wanted.valid_from and (own.valid_to is None or wanted.valid_to <= own.valid_to)
    if not (is_dated and holds) or Role(own.role) not in LENT or own.delegated_id is not None:
        raise NotLent(days=LONGEST.days)
    name = wanted.username.strip().casefold()
    holder = session.scalar(select(Account).where(Account.username == name, Account.disabled_us.is_(None)))
    if holder is None:
        raise NotFound()
    if holder.id == actor.account_id:
        raise OwnAccount()
    days = wanted.valid_from, wanted.valid_to
    granted = Wanted(holder.id, Role(own.role), own.region_code, own.institution_id, *days)
    accounts.check_exclusion(session, granted)
    row = Grant(**granted._asdict(), delegated_id=own.id)
    session.add(row)
    session.flush()
    told = accounts.told(row)
    audit.note(session, actor.who, Deed("role_delegated", f"account/{holder.username}", None, told))
    return row


def take_back(session: Session, actor: Actor, grant_id: int, today: date) -> None:
    """It is lent no longer, from today on. Errors: NotFound."""
    found = [one for one in of(session, actor, today) if one.grant.id == grant_id]
    if not found or found[0].owner.id != actor.account_id:
        raise NotFound()
    row, _, holder = found[0]
    before = accounts.told(row)
    row.valid_to = max(today, row.valid_from)
    told = accounts.told(row)
    audit.note(session, actor.who, Deed("delegation_ended", f"account/{holder.username}", before, told))


def of(session: Session, actor: Actor, today: date) -> Sequence[Lent]:
    """What one lends or has been lent, now or later."""
    lent, own = Grant.__table__.alias("lent"), Grant.__table__.alias("own")
    pairs = session.execute(
        select(lent.c.id, own.c.account_id)
        .join(own, own.c.id == lent.c.delegated_id)
        .where(lent.c.valid_to > today, lent.c.valid_to > lent.c.valid_from)
        .where(or_(lent.c.account_id == actor.account_id, own.c.account_id == actor.account_id))
        .order_by(lent.c.id)
    ).all()
    found = []
    for grant_id, owner_id in pairs:
        grant = session.get_one(Grant, grant_id)
        owner, holder = session.get_one(Account, owner_id), session.get_one(Account, grant.account_id)
        found.append(Lent(grant, owner, holder))
    return found
