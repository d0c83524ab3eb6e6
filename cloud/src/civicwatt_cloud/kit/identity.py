"""Accounts, grants, sessions and one-time codes: tables and the rules of their life.

No account and no password exists in a fresh installation; the first sign-in is by a one-time code that opens
the set-up, where the three administrators (三员分立) and one energy manager are named.
Sessions and codes are stored as hashes and live in real time, whatever the business clock says.
"""

import hashlib
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import BigInteger, ForeignKey, String, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.directory import Institution, Level, Region, level_of, region_of, region_prefix
from civicwatt_cloud.kit.roles import Role

CODE_LIFE_US = 24 * 3600 * SECOND_US  # engineering default
IDLE_US = 30 * 60 * SECOND_US  # engineering default
LONGEST_US = 12 * 3600 * SECOND_US  # engineering default: a working day
SEEN_EVERY_US = 60 * SECOND_US  # how exactly the last use of a session is kept

FOR_EVER = date(1949, 10, 1)  # the first day of a grant without one

CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: none that is read as another
CODE_GROUPS = 3  # of 4 letters of 5 bits: 60 bits


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
    password_hash: Mapped[str | None]
    created_us: Mapped[int] = mapped_column(BigInteger)


class Grant(Base):
    """A role on a node of the organisation tree: a region, an institution, or neither for an administrator.

    It holds from a business day until the day before `valid_to` (open when None).
    """

    __tablename__ = "role_grant"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


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


class Granted(NamedTuple):
    """A role, and the node it reaches from: all whose path begins so; an administrator's has none."""

    role: Role
    node: str | None
    level: Level
    name: str  # of the node


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and what is granted today. In the set-up session there is no account yet."""

    account_id: int | None
    username: str
    display_name: str
    grants: tuple[Granted, ...] = ()

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere."""
        return frozenset(one.role for one in self.grants)

    @property
    def who(self) -> str:
        """As the audit names the actor."""
        return f"account/{self.username}"

    def nodes(self, roles: Iterable[Role], level: Level | None = None) -> tuple[str, ...]:
        """Where one of these roles is held, at this level of the administration or above."""
        wanted = frozenset(roles)
        return tuple(
            one.node
            for one in self.grants
            if one.role in wanted and one.node is not None and (level is None or one.level.rank <= level.rank)
        )

    def region(self) -> tuple[str, str] | None:
        """Code and name of the widest node of the business; None for an administrator."""
        placed = [(one.node, one.name) for one in self.grants if one.node is not None]
        if not placed:
            return None
        node, name = min(placed, key=lambda one: len(one[0]))
        return region_of(node), name


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


def actor_of(session: Session, token: str, now_us: int, today: date) -> tuple[Actor, bool] | None:
    """Who holds the token, and whether its last use should be noted; None when the session has ended.

    `now_us` is real time, which sessions live in; `today` the business day, by which grants hold.
    """
    found = session.execute(
        select(OpenSession, Account)
        .outerjoin(Account, Account.id == OpenSession.account_id)
        .where(OpenSession.token_hash == digest(token))
    ).one_or_none()
    if found is None or _ended(found[0], now_us):
        return None
    opened, account = found
    is_stale = now_us - opened.seen_us > SEEN_EVERY_US
    if account is None:
        return Actor(None, "", ""), is_stale
    return actor_named(session, account, today), is_stale


def actor_named(session: Session, account: Account, today: date) -> Actor:
    """The account with what is granted to it on a day."""
    rows = session.execute(
        select(Grant.role, Region, Institution)
        .outerjoin(Region, Region.code == Grant.region_code)
        .outerjoin(Institution, Institution.id == Grant.institution_id)
        .where(Grant.account_id == account.id, Grant.valid_from <= today)
        .where(or_(Grant.valid_to.is_(None), Grant.valid_to > today))
        .order_by(Grant.id)
    )
    grants = tuple(_granted(Role(role), region, institution) for role, region, institution in rows)
    return Actor(account.id, account.username, account.display_name, grants)


def _granted(role: Role, region: Region | None, institution: Institution | None) -> Granted:
    if institution is not None:
        return Granted(role, institution.path, Level(institution.level), institution.name)
    if region is not None:
        return Granted(role, region_prefix(region.code), level_of(region.code), region.name)
    return Granted(role, None, Level.NATION, "")


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
