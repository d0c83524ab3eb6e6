"""The engine on PostgreSQL: bounded connections and waits, and turns that processes take through it."""

import os
import sys
from decimal import Decimal
from enum import IntEnum
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.orm import Session

DRIVER = "postgresql+psycopg"
# Engineering defaults. A process holds at most POOL + OVERFLOW connections, and waits WAIT_S for one.
POOL, OVERFLOW = 5, 25
WAIT_S = 30  # for a connection, a lock, a turn
LONGEST_S = 300  # one statement, and a transaction in which nothing happens
_CONNECT = {
    "application_name": f"civicwatt {' '.join(sys.argv[2:3])} {os.getpid()}",  # as pg_stat_activity shows it
    "connect_timeout": 10,
    # a server that is gone without a word is noticed within a minute
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "options": f"-c lock_timeout={WAIT_S}s -c statement_timeout={LONGEST_S}s "
    f"-c idle_in_transaction_session_timeout={LONGEST_S}s -c timezone=UTC",
}
_AGAIN = {"40001", "40P01"}  # serialization_failure, deadlock_detected
_NAMESPACE = 0x43575754  # "CWWT": our advisory locks among those of others


class Turn(IntEnum):
    """What one process, or one transaction, does at a time."""

    WRITING = 1  # alone by sessions, shared by what works beside others
    SERVING = 2
    MIGRATING = 3


def is_named_by(url: str | URL) -> bool:
    """Whether a URL names a PostgreSQL database."""
    return make_url(url).get_backend_name() == "postgresql"


def engine(url: str | URL) -> Engine:
    """The engine; a transaction sees what others have committed before each statement."""
    made = create_engine(
        make_url(url).set(drivername=DRIVER),
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_timeout=WAIT_S,
        pool_pre_ping=True,
        hide_parameters=True,  # of a failed statement: a log is no place for them
        connect_args=_CONNECT,
    )
    event.listen(made, "connect", _give_whole_sums)
    return made


def reader(writer: Engine) -> Engine:
    """The same engine for transactions that only read: all of one sees one moment."""
    return writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def take(session: Session, turn: Turn, *, shared: bool) -> None:
    """Wait for a turn and keep it to the end of the transaction."""
    lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    session.execute(select(lock(_NAMESPACE, int(turn))))


def try_hold(connection: Connection, turn: Turn) -> bool:
    """Take a turn for as long as the connection lives; False: another one has it."""
    return bool(connection.scalar(select(func.pg_try_advisory_lock(_NAMESPACE, int(turn)))))


def prepare_migration(connection: Connection) -> None:
    """One process migrates at a time, for as long as it takes."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(select(func.pg_advisory_xact_lock(_NAMESPACE, int(Turn.MIGRATING))))
    connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_S}s'"))


def may_succeed_again(error: Exception) -> bool:
    """Whether the database ended a transaction for another's sake, so that the same may succeed now."""
    return _state(error) in _AGAIN


def lacks_right(error: Exception) -> bool:
    """Whether a statement failed because the role has no right to it."""
    return _state(error) == "42501"  # insufficient_privilege


def _state(error: Exception) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _give_whole_sums(connection: Any, _record: object) -> None:
    """The sum of bigint is numeric here; ours are whole numbers and come as such, as on SQLite."""
    from psycopg.adapt import Loader  # noqa: PLC0415 - an installation on SQLite does not load it

    class Whole(Loader):
        def load(self, data: Any) -> int | Decimal:
            written = bytes(data)
            return int(written) if b"." not in written else Decimal(written.decode())

    connection.adapters.register_loader("numeric", Whole)
