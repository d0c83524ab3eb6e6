"""The engine on a SQLite file: WAL, writers one after another, a commit survives a power cut."""

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

BUSY_S = 30  # how long a writer waits for another one [engineering default]


def engine(url: str | URL) -> Engine:
    """The engine; its transactions may write."""
    made = create_engine(url, hide_parameters=True)  # of a failed statement: a log is no place for them
    event.listen(made, "connect", _set_pragmas)
    event.listen(made, "begin", _begin)
    return made


def reader(writer: Engine) -> Engine:
    """The same engine for transactions that only read."""
    return writer.execution_options(civicwatt_read_only=True)


def _set_pragmas(connection: Any, _record: object) -> None:
    """FULL, because an answer given after a commit must survive a power cut."""
    connection.isolation_level = None  # sqlite3 must not begin transactions by itself
    for pragma in (
        f"busy_timeout={BUSY_S * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A writer takes its lock at once: a lock taken in mid-transaction fails instead of waiting."""
    read_only = connection.get_execution_options().get("civicwatt_read_only", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
