"""Signing in, and the set-up that names the first accounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import passwords
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import top_region
from civicwatt_cloud.kit.errors import Conflict, SetupIncomplete, WrongCredentials
from civicwatt_cloud.kit.identity import (
    FOR_EVER,
    Account,
    Grant,
    Method,
    OneTimeCode,
    OpenSession,
    Purpose,
    digest,
    normal_code,
    open_session,
    totp,
)
from civicwatt_cloud.kit.identity.attempts import CODE_HOLDER, count_attempt, forget_attempts
from civicwatt_cloud.kit.identity.credentials import check_password
from civicwatt_cloud.kit.identity.policy import profile_of
from civicwatt_cloud.kit.identity.totp import NO_SECOND, Second
from civicwatt_cloud.kit.password_policy import Name
from civicwatt_cloud.kit.roles import ADMINISTRATORS, BUSINESS, TEMPORARY, Role

DEMO_USERNAME = "demo"
FIRST_ROLES = ADMINISTRATORS | {Role.ENERGY_MANAGER}  # whom the set-up names


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as the set-up names it."""

    username: str
    display_name: str
    role: Role
    password: str


def by_password(
    database: Database, username: str, password: str, address: str, now_us: int, *, second: Second = NO_SECOND
) -> str:
    """A new session's token. Errors: WrongCredentials, LockedOut — alike for known and unknown accounts.

    Once the password is right: SecondFactorNeeded, SecondFactorWrong.
    """
    name = username.strip().casefold()
    count_attempt(database, name, address, now_us)
    with database.reading() as session:
        account = session.scalar(select(Account).where(Account.username == name))
    is_right = passwords.verify(password, account.password_hash if account else None)
    if account is None or not is_right or account.disabled_us is not None:
        raise WrongCredentials()
    with database.session() as session:
        if account.totp_step is not None:
            totp.take(session, account.id, second, now_us)
        forget_attempts(session, name, address)
        return open_session(session, account.id, now_us, Method.PASSWORD, address)


def by_code(database: Database, code: str, address: str, now_us: int, *, is_demo: bool = False) -> str:
    """A new session's token; the code is spent. A demo's code opens a demo only.

    Errors: WrongCredentials, LockedOut.
    """
    opening = {Purpose.SETUP, Purpose.DEMO} if is_demo else {Purpose.SETUP}
    count_attempt(database, CODE_HOLDER, address, now_us)
    with database.session() as session:
        row = session.get(OneTimeCode, digest(normal_code(code)))
        if row is None or row.expires_us <= now_us or row.purpose not in opening:
            raise WrongCredentials()
        session.delete(row)
        forget_attempts(session, CODE_HOLDER, address)
        account_id = _demo_account(session, now_us) if row.purpose == Purpose.DEMO else None
        return open_session(session, account_id, now_us, Method.CODE, address)


def set_up(
    database: Database, accounts: Sequence[NewAccount], now_us: int, profile: Name = "dengbao"
) -> None:
    """Name the first accounts, once. Errors: Conflict, SetupIncomplete, WeakPassword."""
    names = [account.username.strip().casefold() for account in accounts]
    if len(set(names)) < len(names):
        raise Conflict(what="同一账号不能兼任两个角色 · one account cannot hold two roles")
    if sorted(account.role for account in accounts) != sorted(FIRST_ROLES) or not all(names):
        raise SetupIncomplete()
    with database.reading() as session:
        for account in accounts:
            check_password(session, profile_of(session, profile), account.username.strip(), account.password)
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
                password_set_us=now_us,
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
