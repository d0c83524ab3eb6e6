"""Attempts to sign in: counted by account and address, so that nobody can try on and on."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import LockedOut
from civicwatt_cloud.kit.identity.codes import digest
from civicwatt_cloud.kit.identity.models import SignInAttempt

MAX_FAILURES = 5  # 等保 登录失败处理 asks for a limit; 5 in 10 minutes is an engineering default
LOCK_MINUTES = 10
CODE_HOLDER = "one-time code"  # codes share one counter of failures for each address


def count_attempt(database: Database, name: str, address: str, now_us: int) -> None:
    """Every attempt counts before it is judged, so parallel tries cannot slip through. Errors: LockedOut."""
    since = now_us - LOCK_MINUTES * 60 * SECOND_US
    with database.session() as session:
        of_this = (SignInAttempt.who == digest(name), SignInAttempt.address == address)
        recent = select(func.count()).select_from(SignInAttempt).where(*of_this, SignInAttempt.at_us > since)
        if (session.scalar(recent) or 0) >= MAX_FAILURES:
            raise LockedOut(minutes=LOCK_MINUTES)
        session.add(SignInAttempt(who=digest(name), address=address, at_us=now_us))


def forget_attempts(session: Session, name: str, address: str) -> None:
    """A success ends the count."""
    session.execute(
        delete(SignInAttempt).where(SignInAttempt.who == digest(name), SignInAttempt.address == address)
    )
