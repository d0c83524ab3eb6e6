"""Accounts, sessions and one-time codes: tables and the rules of their life.

No account and no password exists in a fresh installation; the first sign-in is by a one-time code that opens
the set-up, where the three administrators (三员分立) and one energy manager are named.
Sessions and codes are stored as hashes and live in real time, whatever the business clock says.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.directory import Region

CODE_LIFE_US = 24 * 3600 * SECOND_US  # engineering default
IDLE_US = 30 * 60 * SECOND_US  # engineering default
LONGEST_US = 12 * 3600 * SECOND_US  # engineering default: a working day
SEEN_EVERY_US = 60 * SECOND_US  # how exactly the last use of a session is kept

CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: none that is read as another
CODE_GROUPS = 3  # of 4 letters of 5 bits: 60 bits


class Role(StrEnum):
    """Who may do what; nobody holds two of them."""

    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    ENERGY_MANAGER = "energy_manager"


class Purpose(StrEnum):
    """What a one-time code opens."""

    SETUP = "setup"
    DEMO = "demo"


class Account(Base):
    """A person who signs in. Without a password hash only a demo code opens it."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)  # case-folded
    display_name: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(32))
    password_hash: Mapped[str | None]
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    created_us: Mapped[int] = mapped_column(BigInteger)


class OpenSession(Base):
    """A session in use; without an account it is the set-up's."""

    __tablename__ = "open_session"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_us: Mapped[int] = mapped_column(BigInteger)
    seen_us: Mapped[int] = mapped_column(BigInteger)


class OneTimeCode(Base):
    """A code that works once; using it deletes the row."""

    __tablename__ = "one_time_code"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    expires_us: Mapped[int] = mapped_column(BigInteger)


class SignInAttempt(Base):
    """An attempt that has not succeeded, by account (hashed) and address."""

    __tablename__ = "sign_in_attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(String(64), index=True)
    address: Mapped[str] = mapped_column(String(64))
    at_us: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. `role` is None in the set-up session."""

    account_id: int | None
    username: str
    display_name: str
    role: Role | None
    region_code: str | None
    region_name: str | None


def real_now_us() -> int:
    """Real time, UTC µs: what sessions and codes are measured by."""
    return time.time_ns() // 1000


def digest(text: str) -> str:
    """What is stored of a token, code or name."""
    return hashlib.sha256(text.encode()).hexdigest()


def normal_code(text: str) -> str:
    """A code as it was meant: case, spaces and hyphens do not matter."""
    return "".join(letter for letter in text.upper() if letter in CODE_LETTERS)


def issue_code(session: Session, purpose: Purpose, now_us: int) -> str:
    """A fresh code such as 8F3K-7M2Q-XN4T; it is stored hashed, so this is the only time it can be read."""
    groups = ["".join(secrets.choice(CODE_LETTERS) for _ in range(4)) for _ in range(CODE_GROUPS)]
    code = "-".join(groups)
    session.add(
        OneTimeCode(code_hash=digest(normal_code(code)), purpose=purpose, expires_us=now_us + CODE_LIFE_US)
    )
    return code


def ensure_setup_code(session: Session, now_us: int | None = None) -> str | None:
    """A new set-up code while no account exists, else None; former codes and set-up sessions end."""
    if session.scalar(select(func.count()).select_from(Account)):
        return None
    session.execute(delete(OneTimeCode).where(OneTimeCode.purpose == Purpose.SETUP))
    session.execute(delete(OpenSession).where(OpenSession.account_id.is_(None)))
    return issue_code(session, Purpose.SETUP, now_us or real_now_us())


def open_session(session: Session, account_id: int | None, now_us: int) -> str:
    """A new session's token (256 bit)."""
    token = secrets.token_urlsafe(32)
    session.add(
        OpenSession(token_hash=digest(token), account_id=account_id, created_us=now_us, seen_us=now_us)
    )
    return token


def actor_of(session: Session, token: str, now_us: int) -> tuple[Actor, bool] | None:
    """Who holds the token, and whether its last use should be noted; None when the session has ended."""
    found = session.execute(
        select(OpenSession, Account, Region.name)
        .outerjoin(Account, Account.id == OpenSession.account_id)
        .outerjoin(Region, Region.code == Account.region_code)
        .where(OpenSession.token_hash == digest(token))
    ).one_or_none()
    if found is None or _ended(found[0], now_us):
        return None
    opened, account, region_name = found
    is_stale = now_us - opened.seen_us > SEEN_EVERY_US
    if account is None:
        return Actor(None, "", "", None, None, None), is_stale
    role = Role(account.role)
    return (
        Actor(account.id, account.username, account.display_name, role, account.region_code, region_name),
        is_stale,
    )


def note_use(session: Session, token: str, now_us: int) -> None:
    """Move the session's idle limit."""
    if row := session.get(OpenSession, digest(token)):
        row.seen_us = now_us


def close_session(session: Session, token: str) -> None:
    """End the session."""
    session.execute(delete(OpenSession).where(OpenSession.token_hash == digest(token)))


def purge(session: Session, now_us: int) -> int:
    """Delete ended sessions, expired codes and old attempts; returns how many rows."""
    idle = (OpenSession.seen_us <= now_us - IDLE_US) | (OpenSession.created_us <= now_us - LONGEST_US)
    statements = (
        delete(OpenSession).where(idle),
        delete(OneTimeCode).where(OneTimeCode.expires_us <= now_us),
        delete(SignInAttempt).where(SignInAttempt.at_us <= now_us - CODE_LIFE_US),
    )
    session.flush()
    return sum(session.connection().execute(statement).rowcount for statement in statements)


def _ended(row: OpenSession, now_us: int) -> bool:
    return now_us - row.seen_us >= IDLE_US or now_us - row.created_us >= LONGEST_US
