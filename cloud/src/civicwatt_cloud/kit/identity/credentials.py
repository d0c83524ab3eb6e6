"""Passwords of accounts: chosen by invitation, changed by their holder; either ends all sessions."""

from collections.abc import Iterator

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit, passwords
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.errors import WeakPassword, WrongCredentials
from civicwatt_cloud.kit.identity.actors import Actor
from civicwatt_cloud.kit.identity.attempts import CODE_HOLDER, count_attempt, forget_attempts
from civicwatt_cloud.kit.identity.codes import digest, issue_code, normal_code
from civicwatt_cloud.kit.identity.models import Account, OneTimeCode, Purpose
from civicwatt_cloud.kit.identity.sessions import end_sessions
from civicwatt_cloud.kit.password_policy import Profile, Weakness, weakness

SAME = Weakness("与原密码相同", "it is the former one")


def check_password(session: Session, profile: Profile, username: str, password: str) -> None:
    """Errors: WeakPassword, for the first reason that is found."""
    words = [username, *_names_of_institutions(session)]
    if found := weakness(profile, password, words):
        raise WeakPassword(username=username, why_zh=found.zh, why=found.en)


def _names_of_institutions(session: Session) -> Iterator[str]:
    yield from session.scalars(select(Institution.name))


def change_password(
    database: Database, actor: Actor, said: tuple[str, str], profile: Profile, now_us: int
) -> None:
    """From the current to a new one; all sessions end, this one too. Errors: WrongCredentials, WeakPassword.

    Wrong ones count like failures to sign in: LockedOut.
    """
    current, new = said
    count_attempt(database, actor.username, actor.who, now_us)
    with database.reading() as session:
        stored = session.get_one(Account, actor.account_id).password_hash
        if not passwords.verify(current, stored):
            raise WrongCredentials()
        check_password(session, profile, actor.username, new)
    if passwords.verify(new, stored):
        raise WeakPassword(username=actor.username, why_zh=SAME.zh, why=SAME.en)
    hashed = passwords.hash_password(new)
    with database.session() as session:
        forget_attempts(session, actor.username, actor.who)
        _set(session, session.get_one(Account, actor.account_id), hashed, now_us)


def invite(session: Session, account: Account, now_us: int) -> str:
    """A code by which the account's holder chooses a password; a former one ends."""
    session.execute(delete(OneTimeCode).where(OneTimeCode.account_id == account.id))
    return issue_code(session, Purpose.INVITATION, now_us, account.id)


def accept_invitation(
    database: Database, said: tuple[str, str], address: str, profile: Profile, now_us: int
) -> None:
    """Choose a password with a code, which is spent. Errors: WrongCredentials, LockedOut, WeakPassword."""
    code, password = said
    count_attempt(database, CODE_HOLDER, address, now_us)
    with database.reading() as session:
        check_password(session, profile, _invited(session, code, now_us)[1].username, password)
    hashed = passwords.hash_password(password)
    with database.session() as session:
        row, account = _invited(session, code, now_us)
        session.delete(row)
        forget_attempts(session, CODE_HOLDER, address)
        _set(session, account, hashed, now_us)


def _invited(session: Session, code: str, now_us: int) -> tuple[OneTimeCode, Account]:
    row = session.get(OneTimeCode, digest(normal_code(code)))
    if row is None or row.account_id is None or row.expires_us <= now_us:
        raise WrongCredentials()
    account = session.get_one(Account, row.account_id)
    if account.disabled_us is not None:
        raise WrongCredentials()
    return row, account


def _set(session: Session, account: Account, hashed: str, now_us: int) -> None:
    account.password_hash, account.password_set_us = hashed, now_us
    end_sessions(session, account.id)
    subject = f"account/{account.username}"
    audit.note(session, subject, Deed("password_set", subject, None, None))
