"""The administration's database: SQLAlchemy 2 over SQLite (WAL), one transaction a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session

BUSY_S = 30  # how long a writer waits for another one [engineering default]


class Base(DeclarativeBase):
    """Base of all tables; the naming convention gives every constraint a stable name for migrations."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """One database; sessions may be opened from any thread."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _set_pragmas)
            event.listen(self.engine, "begin", _begin)
        self._reader = self.engine.execution_options(civicwatt_read_only=True)

    @classmethod
    def at(cls, path: Path) -> "Database":
        """The SQLite database in a file; its folder is made where it is missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return cls(f"sqlite:///{path}")

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction that may write: committed at the end, rolled back when an exception leaves it."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view for reading only: never waits for a writer and never makes one wait."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    def upgrade(self) -> None:
        """Bring the schema to the newest migration."""
        from alembic import command  # noqa: PLC0415 - alembic is needed once, at start
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
        with self.engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


@contextmanager
def one_transaction(path: Path) -> Iterator[Session]:
    """A command's one transaction on the database in a file, at its newest schema; it is closed again."""
    database = Database.at(path)
    database.upgrade()
    try:
        with database.session() as session:
            yield session
    finally:
        database.close()


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
