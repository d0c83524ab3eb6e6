"""Tokens of machines: shown as `Authorization: Bearer …`, stored hashed, ending on a day.

A token opens an account that no person signs in to; the grants of the account say what it may do and where.
What administrators may do, no token can. Only the security administrator issues one, once the account holds a
role: a token that whoever made the account kept would open later what others granted to it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import accounts
from civicwatt_cloud.kit.identity.actors import Actor, actor_named
from civicwatt_cloud.kit.identity.codes import digest
from civicwatt_cloud.kit.identity.errors import AnothersTask, PersonsAccount
from civicwatt_cloud.kit.identity.models import Account, Method, ServiceToken
from civicwatt_cloud.kit.identity.sessions import SEEN_EVERY_US
from civicwatt_cloud.kit.roles import ADMINISTRATORS, Role

LONGEST_DAYS = 365  # engineering default


def issue(
    session: Session, actor: Actor, wanted: tuple[int, str, int], now_us: int, today: date
) -> tuple[ServiceToken, str]:
    """A new token (256 bit) for an account, under a name, for some days; it can be read this once.

    Errors: NotFound, OwnAccount, AnothersTask, PersonsAccount.
    """
    account_id, name, days = wanted
    account = accounts.opened_by(session, actor, account_id, today)
    if Role.SECURITY_ADMIN not in actor.roles:
        raise AnothersTask()
    if account.password_hash is not None:
        raise PersonsAccount()
    token = secrets.token_urlsafe(32)
    row = ServiceToken(
        account_id=account.id,
        name=name.strip(),
        token_hash=digest(token),
        created_us=now_us,
        expires_us=now_us + days * DAY_US,
    )
    session.add(row)
    session.flush()
    told: dict[str, object] = {"token": row.id, "name": row.name, "days": days}
    audit.note(session, actor.who, Deed("token_issued", f"account/{account.username}", None, told))
    return row, token


def end(session: Session, actor: Actor, token_id: int, today: date) -> None:
    """It opens nothing any more. Errors: NotFound, OwnAccount, AnothersTask."""
    row = session.get(ServiceToken, token_id)
    if row is None:
        raise NotFound()
    account = accounts.opened_by(session, actor, row.account_id, today)
    told: dict[str, object] = {"token": row.id, "name": row.name}
    session.delete(row)
    audit.note(session, actor.who, Deed("token_ended", f"account/{account.username}", told, None))


def tokens_of(session: Session, account_id: int) -> Sequence[ServiceToken]:
    """The tokens of an account, also expired ones."""
    query = select(ServiceToken).where(ServiceToken.account_id == account_id)
    return session.scalars(query.order_by(ServiceToken.id)).all()


def actor_by_token(session: Session, token: str, now_us: int, today: date) -> tuple[Actor, bool] | None:
    """Whose token it is, and whether its use should be noted; None: unknown, expired or disabled."""
    found = session.execute(
        select(ServiceToken, Account)
        .join(Account, Account.id == ServiceToken.account_id)
        .where(ServiceToken.token_hash == digest(token), ServiceToken.expires_us > now_us)
        .where(Account.disabled_us.is_(None), Account.password_hash.is_(None))
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    actor = actor_named(session, account, today)
    grants = tuple(one for one in actor.grants if one.role not in ADMINISTRATORS)
    is_stale = now_us - (row.used_us or 0) > SEEN_EVERY_US
    return replace(actor, grants=grants, method=Method.TOKEN), is_stale


def note_use(session: Session, token: str, now_us: int) -> None:
    """When it was last used."""
    if row := session.scalar(select(ServiceToken).where(ServiceToken.token_hash == digest(token))):
        row.used_us = now_us
