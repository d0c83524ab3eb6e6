"""Many rows at once, straight on the driver; the same statements on SQLite and on PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Base

_AT_ONCE = 500  # rows in one statement
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows: half a million in about a second on SQLite, by COPY on PostgreSQL."""
    if not rows:
        return
    names = ", ".join(columns)
    if connection.dialect.name != "postgresql":
        marks = ", ".join("?" * len(columns))
        run(connection, f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 - our own names
        return
    driver: Any = connection.connection
    statement, errors = f"COPY {table} ({names}) FROM STDIN", connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except errors as error:  # as any other statement's
        raise DBAPIError.instance(statement, None, error, errors, dialect=connection.dialect) from error


def run(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Execute a statement with a `?` for each value, once a row; it holds no other `?` and no `%`."""
    if rows:
        if connection.dialect.name == "postgresql":
            statement = statement.replace("?", "%s")
        connection.exec_driver_sql(statement, list(rows))


def values(rows: Sequence[tuple[int, ...]]) -> Iterator[str]:
    """Whole numbers as VALUES of a statement, some rows at a time: no limit of parameters counts them."""
    for n in range(0, len(rows), _AT_ONCE):
        yield ", ".join(f"({', '.join(map(str, row))})" for row in rows[n : n + _AT_ONCE])


def insert_new(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose keys are not there yet, and leave the others as they are.

    Beside other writers: in an order that all of them keep, or two wait for each other.
    """
    if rows:
        insert = _INSERTS[session.get_bind().dialect.name]
        session.execute(insert(table).on_conflict_do_nothing(), list(rows))
