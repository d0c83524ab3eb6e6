"""Attempts to sign in: counted by account and address, and by address alone: nobody can try on and on."""

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import LockedOut
from civicwatt_cloud.kit.identity.codes import digest
from civicwatt_cloud.kit.identity.models import SignInAttempt

MAX_FAILURES = 5  # 等保 登录失败处理 asks for a limit; 5 in 10 minutes is an engineering default
MAX_OF_ADDRESS = (
    100  # of whichever accounts, for an address may be that of a whole office [engineering default]
)
LOCK_MINUTES = 10
CODE_HOLDER = "one-time code"  # codes share one counter of failures for each address


def count_attempt(database: Database, name: str, address: str, now_us: int) -> None:
    """Every attempt counts before it is judged, so parallel tries cannot slip through. Errors: LockedOut."""
    since = now_us - LOCK_MINUTES * 60 * SECOND_US
    with database.reading() as session:  # who is locked out keeps no writer waiting
        _check(session, name, address, since)
    with database.session() as session:
        _check(session, name, address, since)
        session.add(SignInAttempt(who=digest(name), address=address, at_us=now_us))


def _check(session: Session, name: str, address: str, since: int) -> None:
    """Errors: LockedOut."""
    of_this = func.count(case((SignInAttempt.who == digest(name), 1)))
    recent = (SignInAttempt.address == address, SignInAttempt.at_us > since)
    of_account, of_address = session.execute(select(of_this, func.count()).where(*recent)).one()
    if of_account >= MAX_FAILURES or of_address >= MAX_OF_ADDRESS:
        raise LockedOut(minutes=LOCK_MINUTES)


def forget_attempts(session: Session, name: str, address: str) -> None:
    """A success ends the count."""
    session.execute(
        delete(SignInAttempt).where(SignInAttempt.who == digest(name), SignInAttempt.address == address)
    )
