"""Signing in, and the set-up that names the first accounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import passwords
from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import top_region
from civicwatt_cloud.kit.errors import Conflict, LockedOut, SetupIncomplete, WeakPassword, WrongCredentials
from civicwatt_cloud.kit.identity import (
    FOR_EVER,
    Account,
    Grant,
    OneTimeCode,
    OpenSession,
    Purpose,
    SignInAttempt,
    digest,
    normal_code,
    open_session,
)
from civicwatt_cloud.kit.roles import ADMINISTRATORS, BUSINESS, TEMPORARY, Role

MAX_FAILURES = 5  # 等保 登录失败处理 asks for a limit; 5 in 10 minutes is an engineering default
LOCK_MINUTES = 10
CODE_HOLDER = "one-time code"  # codes share one counter of failures for each address
DEMO_USERNAME = "demo"
FIRST_ROLES = ADMINISTRATORS | {Role.ENERGY_MANAGER}  # whom the set-up names


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as the set-up names it."""

    username: str
    display_name: str
    role: Role
    password: str


def by_password(database: Database, username: str, password: str, address: str, now_us: int) -> str:
    """A new session's token. Errors: WrongCredentials, LockedOut — alike for known and unknown accounts."""
    name = username.strip().casefold()
    count_attempt(database, name, address, now_us)
    with database.reading() as session:
        account = session.scalar(select(Account).where(Account.username == name))
    if not passwords.verify(password, account.password_hash if account else None) or account is None:
        raise WrongCredentials()
    with database.session() as session:
        forget_attempts(session, name, address)
        return open_session(session, account.id, now_us)


def by_code(database: Database, code: str, address: str, now_us: int, *, is_demo: bool = False) -> str:
    """A new session's token; the code is spent. A demo's code opens a demo only.

    Errors: WrongCredentials, LockedOut.
    """
    count_attempt(database, CODE_HOLDER, address, now_us)
    with database.session() as session:
        row = session.get(OneTimeCode, digest(normal_code(code)))
        if row is None or row.expires_us <= now_us or (row.purpose == Purpose.DEMO and not is_demo):
            raise WrongCredentials()
        session.delete(row)
        forget_attempts(session, CODE_HOLDER, address)
        account_id = _demo_account(session, now_us) if row.purpose == Purpose.DEMO else None
        return open_session(session, account_id, now_us)


def set_up(database: Database, accounts: Sequence[NewAccount], now_us: int) -> None:
    """Name the first accounts, once. Errors: Conflict, SetupIncomplete, WeakPassword."""
    names = [account.username.strip().casefold() for account in accounts]
    if len(set(names)) < len(names):
        raise Conflict(what="同一账号不能兼任两个角色 · one account cannot hold two roles")
    if sorted(account.role for account in accounts) != sorted(FIRST_ROLES) or not all(names):
        raise SetupIncomplete()
    for account in accounts:
        if not passwords.is_strong(account.password, account.username.strip()):
            raise WeakPassword(username=account.username)
    hashes = [passwords.hash_password(account.password) for account in accounts]
    with database.session() as session:
        if session.scalar(select(func.count()).select_from(Account)):
            raise Conflict(what="初始设置已完成 · the set-up is done already")
        region = top_region(session).code
        for account, name, hashed in zip(accounts, names, hashes, strict=True):
            row = Account(
                username=name,
                display_name=account.display_name.strip() or name,
                password_hash=hashed,
                created_us=now_us,
            )
            session.add(row)
            session.flush()
            where = None if account.role in ADMINISTRATORS else region
            session.add(Grant(account_id=row.id, role=account.role, region_code=where, valid_from=FOR_EVER))
        session.execute(delete(OpenSession).where(OpenSession.account_id.is_(None)))


def _demo_account(session: Session, now_us: int) -> int:
    account = session.scalar(select(Account).where(Account.username == DEMO_USERNAME))
    if account is None:
        account = Account(
            username=DEMO_USERNAME,
            display_name="演示用户",
            password_hash=None,
            created_us=now_us,
        )
        session.add(account)
        session.flush()
    region = top_region(session).code
    session.execute(delete(Grant).where(Grant.account_id == account.id))
    for role in sorted(BUSINESS - TEMPORARY):
        session.add(Grant(account_id=account.id, role=role, region_code=region, valid_from=FOR_EVER))
    session.flush()
    return account.id


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
