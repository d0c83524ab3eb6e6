"""S01–S03, S05: no default account, one-time codes, lock-out, sessions that end."""

import re
import statistics
import time
from collections.abc import Iterator
from datetime import date

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import func, select

from civicwatt_cloud.kit import identity, passwords, signin
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import Conflict, LockedOut, SetupIncomplete, WeakPassword, WrongCredentials
from civicwatt_cloud.kit.identity import Account, OneTimeCode, OpenSession, Purpose
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.signin import NewAccount

NOW = 1_790_000_000_000_000
MINUTE = 60_000_000
HERE = "192.0.2.1"
STRONG = "Yu-Lan-2026"
FIRST = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.ENERGY_MANAGER)
FOUR = [NewAccount(f"person{i}", "", role, STRONG) for i, role in enumerate(FIRST)]


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that take no time: what they cost is another test's."""
    hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", PasswordHash((hasher,)))
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


@pytest.fixture
def db(db: Database, cheap_hashes: None) -> Database:
    return db


def setup_code(db: Database, now: int = NOW) -> str:
    with db.session() as session:
        code = identity.ensure_setup_code(session, now)
    assert code
    return code


def actor(db: Database, token: str, now: int = NOW) -> identity.Actor | None:
    with db.reading() as session:
        found = identity.actor_of(session, token, now, date(2026, 11, 21))
    return found[0] if found else None


def test_s01_a_fresh_installation_has_no_account_and_no_password_signs_in(db: Database) -> None:
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 0
    for number, (name, word) in enumerate([("admin", "admin"), ("root", "root"), ("demo", "demo")]):
        with pytest.raises(WrongCredentials):
            signin.by_password(db, name, word, f"192.0.2.{number}", NOW)


def test_s01_a_code_has_60_bits_is_stored_hashed_and_works_once(db: Database) -> None:
    code = setup_code(db)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)
    with db.reading() as session:
        assert code.replace("-", "") not in str(session.scalars(select(OneTimeCode.code_hash)).all())
    token = signin.by_code(db, code.lower().replace("-", " "), HERE, NOW)
    assert actor(db, token) == identity.Actor(None, "", "")
    with pytest.raises(WrongCredentials):
        signin.by_code(db, code, HERE, NOW)


def test_s01_a_code_expires_after_a_day(db: Database) -> None:
    code = setup_code(db)
    with pytest.raises(WrongCredentials):
        signin.by_code(db, code, HERE, NOW + 24 * 60 * MINUTE)


def test_s01_a_new_setup_code_ends_the_former_and_there_is_none_once_accounts_exist(db: Database) -> None:
    former, code = setup_code(db), setup_code(db)
    with pytest.raises(WrongCredentials):
        signin.by_code(db, former, HERE, NOW)
    signin.by_code(db, code, HERE, NOW)
    signin.set_up(db, FOUR, NOW)
    with db.session() as session:
        assert identity.ensure_setup_code(session, NOW) is None
    with pytest.raises(Conflict):
        signin.set_up(db, FOUR, NOW)


def test_s06_setup_names_each_role_once(db: Database) -> None:
    with pytest.raises(SetupIncomplete):
        signin.set_up(db, FOUR[:3], NOW)
    with pytest.raises(SetupIncomplete):
        signin.set_up(db, [*FOUR[:3], NewAccount("x", "", Role.SYSTEM_ADMIN, STRONG)], NOW)
    with pytest.raises(Conflict):
        signin.set_up(db, [*FOUR[:3], NewAccount("PERSON0", "", Role.ENERGY_MANAGER, STRONG)], NOW)


def test_s02_setup_refuses_a_weak_password(db: Database) -> None:
    weak = [*FOUR[:3], NewAccount("person3", "", FOUR[3].role, "12345678")]
    with pytest.raises(WeakPassword, match="person3"):
        signin.set_up(db, weak, NOW)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 0


def test_s03_five_failures_lock_account_and_address_for_ten_minutes(db: Database) -> None:
    signin.set_up(db, FOUR, NOW)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            signin.by_password(db, "person0", "wrong", HERE, NOW)
    with pytest.raises(LockedOut):
        signin.by_password(db, "person0", STRONG, HERE, NOW + 9 * MINUTE)
    assert signin.by_password(db, "person0", STRONG, "192.0.2.9", NOW)  # its owner, from elsewhere
    assert signin.by_password(db, "person1", STRONG, HERE, NOW)
    assert signin.by_password(db, "person0", STRONG, HERE, NOW + 11 * MINUTE)


def test_s03_an_unknown_account_is_answered_and_locked_like_a_known_one(db: Database) -> None:
    signin.set_up(db, FOUR, NOW)
    answers = {}
    for name in ("person0", "nobody"):
        errors = []
        for _ in range(7):
            with pytest.raises((WrongCredentials, LockedOut)) as caught:
                signin.by_password(db, name, "wrong", HERE, NOW)
            errors.append(str(caught.value))
        answers[name] = errors
    assert answers["person0"] == answers["nobody"]


def test_s03_an_unknown_account_takes_the_same_time() -> None:
    stored = passwords.hash_password(STRONG)
    passwords.verify("wrong", None)

    def median(against: str | None) -> float:
        times = []
        for _ in range(5):
            began = time.process_time()  # work done, whatever else the machine is doing
            passwords.verify("wrong", against)
            times.append(time.process_time() - began)
        return statistics.median(times)

    assert 0.4 < median(None) / median(stored) < 2.5


def test_s05_a_session_ends_idle_after_30_minutes_and_always_after_12_hours(db: Database) -> None:
    signin.set_up(db, FOUR, NOW)
    token = signin.by_password(db, "person0", STRONG, HERE, NOW)
    assert actor(db, token, NOW + 29 * MINUTE)
    assert actor(db, token, NOW + 30 * MINUTE) is None
    for minute in range(25, 12 * 60, 25):
        assert actor(db, token, NOW + minute * MINUTE)
        with db.session() as session:
            identity.note_use(session, token, NOW + minute * MINUTE)
    assert actor(db, token, NOW + 12 * 60 * MINUTE) is None


def test_s05_tokens_are_stored_hashed(db: Database) -> None:
    signin.set_up(db, FOUR, NOW)
    token = signin.by_password(db, "person0", STRONG, HERE, NOW)
    assert len(token) >= 43  # 256 bit
    with db.reading() as session:
        assert session.scalars(select(OpenSession.token_hash)).all() == [identity.digest(token)]


def test_a_demo_code_opens_the_energy_manager_and_every_start_may_issue_one(db: Database) -> None:
    with db.session() as session:
        codes = [identity.issue_code(session, Purpose.DEMO, NOW) for _ in range(2)]
    with pytest.raises(WrongCredentials):
        signin.by_code(db, codes[0], HERE, NOW)  # this installation is no demo
    tokens = [signin.by_code(db, code, HERE, NOW, is_demo=True) for code in codes]
    actors = [actor(db, token) for token in tokens]
    assert [one is not None and Role.ENERGY_MANAGER in one.roles for one in actors] == [True, True]
    with pytest.raises(WrongCredentials):
        signin.by_code(db, codes[0], HERE, NOW, is_demo=True)
    with pytest.raises(WrongCredentials):
        signin.by_password(db, "demo", "", "192.0.2.7", NOW)


def test_housekeeping_ends_what_is_over(db: Database) -> None:
    signin.set_up(db, FOUR, NOW)
    signin.by_password(db, "person0", STRONG, HERE, NOW)
    with db.session() as session:
        identity.issue_code(session, Purpose.DEMO, NOW)
        assert identity.purge(session, NOW) == 0
        assert identity.purge(session, NOW + 25 * 60 * MINUTE) == 2
