"""Attempts to sign in: counted by account and address, and by address alone: nobody can try on and on."""

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import MINUTE_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import LockedOut
from civicwatt_cloud.kit.identity.codes import digest
from civicwatt_cloud.kit.identity.models import SignInAttempt
from civicwatt_cloud.kit.identity.policy import policy_of

CODE_HOLDER = "one-time code"  # codes share one counter of failures for each address


def count_attempt(database: Database, name: str, address: str, now_us: int) -> None:
    """Every attempt counts before it is judged, so parallel tries cannot slip through. Errors: LockedOut."""
    with database.reading() as session:  # who is locked out keeps no writer waiting
        _check(session, name, address, now_us)
    with database.session() as session:
        _check(session, name, address, now_us)
        session.add(SignInAttempt(who=digest(name), address=address, at_us=now_us))


def _check(session: Session, name: str, address: str, now_us: int) -> None:
    """Errors: LockedOut."""
    limits = policy_of(session)
    since = now_us - limits.lock_minutes * MINUTE_US
    of_this = func.count(case((SignInAttempt.who == digest(name), 1)))
    recent = (SignInAttempt.address == address, SignInAttempt.at_us > since)
    of_account, of_address = session.execute(select(of_this, func.count()).where(*recent)).one()
    if of_account >= limits.failures or of_address >= limits.failures_of_address:
        raise LockedOut(minutes=limits.lock_minutes)


def forget_attempts(session: Session, name: str, address: str) -> None:
    """A success ends the count."""
    session.execute(
        delete(SignInAttempt).where(SignInAttempt.who == digest(name), SignInAttempt.address == address)
    )
