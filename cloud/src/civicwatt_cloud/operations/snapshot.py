"""One consistent view of the administration's database as a file, while the cloud runs; and back again.

Sessions, one-time codes and attempts to sign in are no part of it: they are nobody's after a restore.
"""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from civicwatt_cloud.kit import postgresql
from civicwatt_cloud.kit.identity import LoginNonce, OneTimeCode, OpenSession, SignInAttempt
from civicwatt_cloud.operations.archive import Report
from civicwatt_cloud.operations.errors import OwnerNeeded, ToolFailed

PAGES = 4096  # copied between two looks at the progress
PASSING = tuple(table.__tablename__ for table in (OpenSession, OneTimeCode, SignInAttempt, LoginNonce))

# Statements that move what is in a schema, as PostgreSQL's catalogue has it.
_TABLES = """
SELECT format('ALTER TABLE %I.%I SET SCHEMA %I', n.nspname, c.relname, CAST(:target AS text))
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = :source AND c.relkind IN ('r', 'p')"""
_FUNCTIONS = """
SELECT format('ALTER FUNCTION %s SET SCHEMA %I', CAST(p.oid AS regprocedure), CAST(:target AS text))
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = :source
AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')"""


class Taken(NamedTuple):
    """What the snapshot holds: points up to this one, at this schema."""

    last_point: int
    schema: str | None


def of_sqlite(path: Path, target: Path, report: Report) -> Taken:
    """Copy a SQLite database by its backup API: writers go on meanwhile, and are not in the copy."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on one view
        source.backup(copy, pages=PAGES, progress=lambda _, left, total: report(1 - left / (total or 1)))
        source.rollback()
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("PRAGMA secure_delete=ON")
        for table in PASSING:
            copy.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        (last_point,) = copy.execute("SELECT coalesce(max(id), 0) FROM point").fetchone()
        (schema,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        copy.commit()
    return Taken(last_point, schema)


def of_postgresql(engine: Engine, target: Path) -> Taken:
    """Dump a PostgreSQL database with pg_dump, in one exported snapshot. Errors: ToolFailed."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # a dump may take long
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        last_point = connection.scalar(text("SELECT coalesce(max(id), 0) FROM point")) or 0
        schema = connection.scalar(text("SELECT version_num FROM alembic_version"))
        left_out = [f"--exclude-table-data={table}" for table in PASSING]
        options = ("--format=custom", "--schema=public", f"--snapshot={snapshot}", f"--file={target}")
        _run(engine.url, "pg_dump", *options, *left_out)
    return Taken(last_point, schema)


def to_postgresql(engine: Engine, source: Path, aside: str) -> None:
    """Restore a dump; what was there is kept in the schema `aside`, or comes back when this fails.

    Rights come with the dump: the roles it names must be there. Errors: OwnerNeeded, ToolFailed.
    """
    try:
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {aside}"))
            _move_all(connection, "public", aside)
    except ProgrammingError as error:
        if not postgresql.lacks_right(error):
            raise
        raise OwnerNeeded(_place(engine.url)) from error
    try:
        options = ("--single-transaction", "--exit-on-error", "--no-owner", "--schema=public")
        _run(engine.url, "pg_restore", *options, str(source))
    except ToolFailed:
        with engine.begin() as connection:
            _move_all(connection, aside, "public")
            connection.execute(text(f"DROP SCHEMA {aside}"))
        raise


def _move_all(connection: Connection, source: str, target: str) -> None:
    """Move tables, with what belongs to them, and functions; the schema itself keeps its rights."""
    for query in (_TABLES, _FUNCTIONS):
        found = connection.scalars(text(query), {"source": source, "target": target}).all()
        for statement in found:
            connection.exec_driver_sql(statement)


def _run(url: URL, tool: str, *arguments: str) -> None:
    """Run a client program of PostgreSQL; a password goes by the environment. Errors: ToolFailed."""
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    try:
        done = subprocess.run(
            [tool, "--no-password", f"--dbname={_place(url)}", *arguments],
            env=os.environ | secret,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise ToolFailed(tool=tool, detail=error.strerror) from error
    if done.returncode:
        lines = done.stderr.splitlines() or [str(done.returncode)]
        raise ToolFailed(tool=tool, detail=lines[0])


def _place(url: URL) -> str:
    """The database as its client programs take it, without a password."""
    return url.set(drivername="postgresql", password=None).render_as_string()
