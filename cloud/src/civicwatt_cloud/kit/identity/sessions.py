"""Sessions: opened at sign-in, ended idle, by age, by their holder, or with the account."""

import secrets
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import MINUTE_US
from civicwatt_cloud.kit.identity.codes import CODE_LIFE_US, digest
from civicwatt_cloud.kit.identity.models import LoginNonce, Method, OneTimeCode, OpenSession, SignInAttempt
from civicwatt_cloud.kit.identity.policy import Policy, policy_of

SEEN_EVERY_US = MINUTE_US  # how exactly the last use of a session is kept


class Visit(NamedTuple):
    """From which address somebody signs in, and when: real time, UTC µs."""

    address: str
    now_us: int


def open_session(
    session: Session, account_id: int | None, now_us: int, method: Method = Method.CODE, address: str = ""
) -> str:
    """A new session's token (256 bit)."""
    token = secrets.token_urlsafe(32)
    session.add(
        OpenSession(
            token_hash=digest(token),
            account_id=account_id,
            created_us=now_us,
            seen_us=now_us,
            method=method,
            address=address,
        )
    )
    return token


def sessions_of(session: Session, account_id: int, now_us: int) -> Sequence[OpenSession]:
    """The open sessions of an account, the newest first."""
    query = select(OpenSession).where(OpenSession.account_id == account_id)
    rows = session.scalars(query.order_by(OpenSession.created_us.desc())).all()
    limits = policy_of(session)
    return [row for row in rows if not has_ended(row, now_us, limits)]


def end_sessions(session: Session, account_id: int) -> None:
    """End all sessions of an account."""
    session.execute(delete(OpenSession).where(OpenSession.account_id == account_id))


def note_use(session: Session, token: str, now_us: int) -> None:
    """Move the session's idle limit."""
    if row := session.get(OpenSession, digest(token)):
        row.seen_us = now_us


def close_session(session: Session, token: str) -> None:
    """End the session."""
    session.execute(delete(OpenSession).where(OpenSession.token_hash == digest(token)))


def purge(session: Session, now_us: int) -> int:
    """Delete ended sessions, expired codes and nonces, old attempts; returns how many rows."""
    limits = policy_of(session)
    idle = OpenSession.seen_us <= now_us - limits.idle_us
    idle |= OpenSession.created_us <= now_us - limits.longest_us
    statements = (
        delete(OpenSession).where(idle),
        delete(OneTimeCode).where(OneTimeCode.expires_us <= now_us),
        delete(SignInAttempt).where(SignInAttempt.at_us <= now_us - CODE_LIFE_US),
        delete(LoginNonce).where(LoginNonce.issued_us <= now_us - CODE_LIFE_US),
    )
    session.flush()
    return sum(session.connection().execute(statement).rowcount for statement in statements)


def has_ended(row: OpenSession, now_us: int, limits: Policy) -> bool:
    """Whether it was idle too long, or open too long."""
    return now_us - row.seen_us >= limits.idle_us or now_us - row.created_us >= limits.longest_us
