"""The administration's database: SQLAlchemy 2 over SQLite (WAL) or PostgreSQL, one transaction a session."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import URL, BigInteger, Connection, Engine, Integer, MetaData
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Session

from civicwatt_cloud.kit import postgresql, sqlite
from civicwatt_cloud.kit.crypto import Family
from civicwatt_cloud.kit.errors import BadRequest, DatabaseAway, DataBusy, NotTheOwner
from civicwatt_cloud.kit.postgresql import Turn
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.kit.turns import Turns

log = structlog.get_logger()

T = TypeVar("T")
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")  # rows by the million a day; SQLite counts INTEGER up
TRIES = 6  # of a transaction that the database ends for another's sake [engineering default]
CRYPTO = "crypto"  # in a session's info: the family of algorithms that the settings name
PAUSE_S = 0.05  # before another try, at most: twice that, then doubled each time


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

    def __init__(self, url: str | URL, crypto: Family = "intl") -> None:
        self._info = {CRYPTO: crypto}
        # SQLite lets writers poll for its lock, some of them for long: those of a process queue here
        self._writer = Turns()
        if postgresql.is_named_by(url):
            self.engine: Engine = postgresql.engine(url)
            self._reader = postgresql.reader(self.engine)
        else:
            self.engine = sqlite.engine(url)
            self._reader = sqlite.reader(self.engine)

    @classmethod
    def at(cls, path: Path, crypto: Family = "intl") -> "Database":
        """The SQLite database in a file; its folder is made where it is missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return cls(f"sqlite:///{path}", crypto)

    @classmethod
    def of(cls, settings: Settings) -> "Database":
        """The database that the settings name: PostgreSQL, or SQLite in the data folder."""
        if settings.database_url:
            return cls(settings.database_url, settings.crypto)
        return cls.at(settings.database_path, settings.crypto)

    @property
    def is_postgresql(self) -> bool:
        """Whether it is a server that other processes and machines write to as well."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction that may write: committed at the end, rolled back when an exception leaves it.

        It writes alone, on PostgreSQL as on SQLite: what it has read stays true until it commits.
        """
        with self._in_turn(), self._opened() as session, session.begin():
            take_turn(session, Turn.WRITING)
            yield session

    def beside(self, work: Callable[[Session], T]) -> T:
        """Do a work in one transaction, beside others of its like but never beside a `session()`; its value.

        For ingest and the books, which lean on keys and row locks and take their rows in one order for all.
        A transaction that the database ends for another's sake begins anew: the work changes nothing else.
        """
        for tried in range(1, TRIES):
            try:
                return self._once(work)
            except Exception as error:
                if not postgresql.may_succeed_again(error):
                    raise
                log.info("transaction_repeated", tried=tried, cause=type(error).__name__)
            time.sleep(random.uniform(0, PAUSE_S * 2**tried))  # noqa: S311 - no secret
        return self._once(work)

    def _once(self, work: Callable[[Session], T]) -> T:
        with self._in_turn(), self._opened() as session, session.begin():
            take_turn(session, Turn.WRITING, shared=True)
            return work(session)

    def _opened(self) -> Session:
        return Session(self.engine, expire_on_commit=False, info=dict(self._info))

    def _in_turn(self) -> AbstractContextManager[object]:
        """A server has turns of its own."""
        return nullcontext() if self.is_postgresql else self._writer

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view for reading only: never waits for a writer and never makes one wait."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def held(self, turn: Turn) -> Iterator[None]:
        """Hold a turn for longer than a transaction. Errors: DataBusy, when another process holds it.

        SQLite has none: the data folder's lock says who works there.
        """
        if not self.is_postgresql:
            yield
            return
        with self._connected().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not postgresql.try_hold(connection, turn):
                raise DataBusy(self._place)
            try:
                yield
            finally:
                connection.invalidate()  # closed, not given back: its end is the turn's end

    def upgrade(self) -> None:
        """Bring the schema to the newest migration. Errors: DatabaseAway, NotTheOwner."""
        with self._connected() as connection:
            if not self.is_postgresql:
                _migrate(connection)
                return
            try:
                with connection.begin():
                    postgresql.prepare_migration(connection)
                    _migrate(connection)
            except ProgrammingError as error:
                if not postgresql.lacks_right(error):
                    raise
                raise NotTheOwner(self._place) from error

    @contextmanager
    def explained(self) -> Iterator[None]:
        """For commands: what the database refuses, in our words. Errors: DatabaseAway, BadRequest."""
        try:
            yield
        except DataError as error:  # PostgreSQL takes no NUL in a text, and none beyond its column
            raise BadRequest(self._place, what=_said(error)) from error
        except DatabaseError as error:
            if isinstance(error, OperationalError) or type(error) is DatabaseError:  # no file of SQLite's
                raise DatabaseAway(self._place, detail=_said(error)) from error
            raise

    def _connected(self) -> Connection:
        with self.explained():
            return self.engine.connect()

    @property
    def _place(self) -> str:
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


def take_turn(session: Session, turn: Turn, *, shared: bool = False) -> None:
    """Wait for a turn and keep it to the end of the transaction; on SQLite a writer is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        postgresql.take(session, turn, shared=shared)


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """Serve a database alone, from whatever machine. Errors: DataBusy."""
    database = Database.of(settings)
    try:
        with database.held(Turn.SERVING):
            yield
    finally:
        database.close()


@contextmanager
def one_transaction(settings: Settings) -> Iterator[Session]:
    """A command's one transaction on the database of the settings, at its newest schema; closed again.

    A new file is named in the log: what was meant for an installation may have gone beside it.
    """
    if not settings.database_url and not settings.database_path.exists():
        log.warning("database_created", path=str(settings.database_path.resolve()))
    database = Database.of(settings)
    try:
        with database.explained():
            database.upgrade()
            with database.session() as session:
                yield session
    finally:
        database.close()


def _said(error: DBAPIError) -> str:
    return (str(error.orig).splitlines() or [""])[0]


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - alembic is needed once, at start
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script.revision import RevisionError  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    from civicwatt_cloud.kit.schema import schema_of  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except (CommandError, RevisionError):
        schema_of(connection)  # says so where a newer version has been here
        raise
