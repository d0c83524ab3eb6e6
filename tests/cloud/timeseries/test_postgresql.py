"""PostgreSQL: several writers at once, one bookkeeper, months of the ledger, the rights of its roles."""

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from cloud.timeseries.intake.fake_gateway import NOW_HOUR, FakeGateway
from postgresql import PostgreSQL
from sqlalchemy import func, make_url, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import postgresql as kit_postgresql
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database, one_transaction, serving
from civicwatt_cloud.kit.errors import DatabaseAway, DataBusy, NotTheOwner
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.intake.ingest import Ingest
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.intake.sequences import add_received, duplicates, received
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.checks import violations
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.points import Gateway, Point, ensure_gateway, hold_gateways
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.stores.readings import Batch
from civicwatt_protocols.clock import Clock

GUIDE = Path(__file__).parents[3] / "docs" / "operations" / "postgresql.md"
WAIT_S = 60
Counter = Callable[[str], int]


@pytest.fixture
def db(postgresql_url: str) -> Iterator[Database]:
    database = Database(postgresql_url)
    yield database
    database.close()


def hourly(point: int, first: int, count: int) -> Batch:
    """A counter that rises by 1.5 an hour."""
    hours = first + np.arange(count)
    return Batch.of(point, hours * HOUR_US, (hours - 499_000) * 1.5)


def months(db: Database) -> list[str]:
    """The partitions of ledger_hour that hold rows, with how many."""
    query = "SELECT tableoid::regclass || ' ' || count(*) FROM ledger_hour GROUP BY tableoid ORDER BY 1"
    with db.reading() as session:
        return list(session.scalars(text(query)))


def partitions(db: Database) -> int:
    query = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'ledger_hour'::regclass"
    with db.reading() as session:
        return int(session.scalar(text(query)) or 0)


def all_at_once(*works: Callable[[], object]) -> None:
    """Run the works side by side; the first failure is raised."""
    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(work) for work in works]:
            done.result(timeout=60)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def waiting(db: Database) -> int:
    """How many connections wait for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with db.reading() as session:
        return int(session.scalar(text(query)) or 0)


def test_the_books_make_the_months_that_they_write_into(
    db: Database, store: DuckDBStore, ledger: Ledger, counter: Counter
) -> None:
    assert partitions(db) == 0
    point = counter("M-1")
    load(db, store, hourly(point, 500_640, 100))  # from 2027-02-11
    ledger.recompute_all()
    assert months(db) == ["ledger_hour_202702 99"]
    load(db, store, hourly(point, 499_560, 24))  # from 2026-12-28: what lies between is interpolated
    ledger.recompute_all()
    assert months(db) == ["ledger_hour_202612 96", "ledger_hour_202701 744", "ledger_hour_202702 339"]
    with db.reading() as session:
        assert violations(session) == []
        whole = session.scalars(select(LedgerMonth.month).order_by(LedgerMonth.month)).all()
    assert whole == [202612, 202701, 202702]


def test_a_month_that_was_made_for_nothing_is_gone_with_its_transaction(
    db: Database, store: DuckDBStore, ledger: Ledger, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = counter("M-1")
    load(db, store, hourly(point, 500_640, 3))
    with monkeypatch.context() as patch:
        patch.setattr(Session, "commit", _fail)
        patch.setattr("sqlalchemy.orm.session.SessionTransaction.commit", _fail)
        with pytest.raises(OSError, match="power"):
            ledger.recompute()
    assert partitions(db) == 0
    ledger.recompute_all()
    assert months(db) == ["ledger_hour_202702 2"]


def _fail(*_: object, **__: object) -> None:
    raise OSError("power")


def test_a_month_is_made_while_somebody_reads_the_ledger(
    db: Database, store: DuckDBStore, ledger: Ledger, counter: Counter
) -> None:
    point = counter("M-1")
    load(db, store, hourly(point, 500_640, 3))
    ledger.recompute_all()
    with db.reading() as session:
        before = session.scalar(select(func.sum(LedgerHour.micro)))
        load(db, store, hourly(point, 499_700, 3))
        ledger.recompute_all()  # would wait for the reader, and fail, if it needed the table alone
        assert session.scalar(select(func.sum(LedgerHour.micro))) == before
    assert partitions(db) == 2


def test_hours_that_no_ledger_has_make_no_month(db: Database) -> None:
    for hours in ((-5, 10), (500_000, 2_000_000)):
        with pytest.raises(DBAPIError, match="no hours"), db.session() as session:
            session.execute(select(func.make_ledger_months(*hours)))
    assert partitions(db) == 0


def test_workers_that_take_in_one_gateway_at_once_lose_and_double_nothing(
    db: Database, store: DuckDBStore, ledger: Ledger, clock: Clock, bind: Callable[[FakeGateway], None]
) -> None:
    gateways = [FakeGateway(f"gw-{n}", f"M-{n}") for n in range(3)]
    bind(gateways[0])
    messages = [gateway.hours(range(1, 241)) for gateway in gateways]
    order = np.random.default_rng(7).permutation(240).tolist()
    stop = threading.Event()

    def work(number: int) -> None:
        worker = Ingest(db, store, clock)
        worker.process([gateway.birth() for gateway in gateways])
        for start in range(0, 240, 20):  # each worker a third of the numbers, and some that are another's
            mine = [n for n in order[start : start + 20] if n % 3 == number or n % 10 == 0]
            worker.process([messages[n % 3 if number else 0][i] for i in mine for n in range(3)])
            worker.process([of_one[i] for of_one in messages for i in mine])

    def keep_books() -> None:
        while not stop.is_set():
            ledger.recompute_all()

    with ThreadPoolExecutor(1) as pool:
        keeper = pool.submit(keep_books)
        try:
            all_at_once(*(lambda n=n: work(n) for n in range(3)))
        finally:
            stop.set()
        keeper.result(timeout=60)
    ledger.recompute_all()
    with db.reading() as session:
        assert [received(session, gateway.name, gateway.epoch) for gateway in gateways] == [[(1, 240)]] * 3
        assert session.scalar(select(func.count()).select_from(DirtyRange)) == 0
        assert session.scalar(select(func.sum(LedgerHour.micro))) == 239 * 1_500_000
        assert violations(session) == []
        newest = session.scalars(select(Gateway.last_slot_us)).all()
        assert newest == [(NOW_HOUR - 400) * HOUR_US + 240 * HOUR_US // 4] * 3
        assert session.scalar(select(func.count()).select_from(Point)) == 6


def test_ranges_that_grow_from_both_sides_at_once_become_one(db: Database) -> None:
    outbox = ("gw-01", "e")

    def note(numbers: range) -> None:
        for number in numbers:

            def work(session: Session, number: int = number) -> None:
                hold_gateways(session, ["gw-01"])
                add_received(session, {outbox: [number]})

            db.beside(work)

    all_at_once(*(lambda start=start: note(range(start, 121, 4)) for start in (1, 2, 3, 4, 3)))
    with db.reading() as session:
        assert received(session, *outbox) == [(1, 120)]
        assert duplicates(session, *outbox) == 30


def test_two_that_wait_for_each_other_both_end(db: Database) -> None:
    with db.session() as session:
        for name in ("gw-01", "gw-02"):
            ensure_gateway(session, name).last_slot_us = 0
    both_hold_one = threading.Barrier(2)
    tries: list[int] = []

    def add(first: str, second: str) -> None:
        mine: list[int] = []

        def work(session: Session) -> None:
            mine.append(1)
            session.execute(_more(first))
            if len(mine) == 1:
                both_hold_one.wait(WAIT_S)
            session.execute(_more(second))

        db.beside(work)
        tries.append(len(mine))

    all_at_once(lambda: add("gw-01", "gw-02"), lambda: add("gw-02", "gw-01"))
    assert sorted(tries) == [1, 2]
    with db.reading() as session:
        assert session.scalars(select(Gateway.last_slot_us)).all() == [2, 2]


def _more(gateway: str):
    return update(Gateway).where(Gateway.id == gateway).values(last_slot_us=Gateway.last_slot_us + 1)


def test_a_deadlock_without_end_is_told_after_some_tries(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("civicwatt_cloud.kit.db.PAUSE_S", 0.0)
    tries: list[int] = []

    def work(session: Session) -> None:
        tries.append(1)
        session.execute(
            text("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = 'deadlock_detected'; END $$")
        )

    with pytest.raises(OperationalError, match="again"):
        db.beside(work)
    assert len(tries) == 6


def test_a_session_writes_alone_and_the_others_wait_for_its_end(db: Database) -> None:
    done: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        with db.session() as session:
            beside = pool.submit(db.beside, lambda _session: done.append("beside"))
            alone = pool.submit(_alone, db, done)
            until(lambda: waiting(db) == 2)
            ensure_gateway(session, "gw-01")
            done.append("session")
        beside.result(WAIT_S)
        alone.result(WAIT_S)
    assert done[0] == "session"
    assert set(done) == {"session", "beside", "alone"}


def _alone(db: Database, done: list[str]) -> None:
    with db.session():
        done.append("alone")


def test_nobody_waits_for_ever(
    postgresql: PostgreSQL, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = kit_postgresql._CONNECT["options"].replace("lock_timeout=30s", "lock_timeout=50ms")
    monkeypatch.setitem(kit_postgresql._CONNECT, "options", options)
    db = Database(postgresql_url)
    with db.session(), pytest.raises(OperationalError, match="lock timeout"):
        db.beside(lambda session: None)
    db.close()


def test_one_view_stays_as_it_was_while_others_write(db: Database) -> None:
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Gateway)) == 0
        with db.session() as writing:
            ensure_gateway(writing, "gw-01")
        assert session.scalar(select(func.count()).select_from(Gateway)) == 0
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Gateway)) == 1


def test_a_database_is_served_by_one_process(postgresql_url: str, tmp_path: Path) -> None:
    settings = [Settings(data_dir=tmp_path / name, database_url=postgresql_url) for name in "ab"]
    with serving(settings[0]), pytest.raises(DataBusy), serving(settings[1]):
        pass
    until(lambda: _can_serve(settings[1]))


def _can_serve(settings: Settings) -> bool:
    try:
        with serving(settings):
            return True
    except DataBusy:
        return False


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url="postgresql://li:geheim@127.0.0.1:9/civicwatt")
    with pytest.raises(DatabaseAway, match=r"CW-K1001.*127\.0\.0\.1:9") as caught, one_transaction(settings):
        pass
    assert "geheim" not in str(caught.value)


def test_a_server_that_was_restarted_is_found_again(db: Database, postgresql: PostgreSQL) -> None:
    with db.session() as session:
        ensure_gateway(session, "gw-01")
    postgresql.stop(signal.SIGINT)
    with pytest.raises(OperationalError), db.reading() as session:
        session.scalar(select(Gateway.id))
    postgresql.start()
    with db.reading() as session:
        assert session.scalar(select(Gateway.id)) == "gw-01"
    with db.session() as session:
        ensure_gateway(session, "gw-02")


def test_the_roles_of_the_guide_can_do_what_they_need_and_no_more(
    postgresql: PostgreSQL, tmp_path: Path
) -> None:
    """The SQL of docs/operations/postgresql.md, word for word."""
    url = postgresql.database()
    name = make_url(url).database or ""
    blocks = re.findall(r"```sql\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    admin = Database(url)
    for block in blocks:
        said = block.replace("DATABASE civicwatt", f"DATABASE {name}")
        with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in filter(str.strip, said.split(";")):
                connection.exec_driver_sql(statement)
    admin.close()
    owner, app = (Database(postgresql.url(name, role)) for role in ("civicwatt_owner", "civicwatt"))
    with pytest.raises(NotTheOwner):
        app.upgrade()
    owner.upgrade()
    app.upgrade()  # nothing to do: it needs no right to it
    with app.session() as session:
        ensure_gateway(session, "gw-01")
        point = Point(gateway="gw-01", device="M-1", measure="import_active_energy", is_counter=True)
        point.is_consumption, point.bound_from_us = True, 0
        session.add(point)
        session.flush()
        number = point.id
    store = DuckDBStore(tmp_path / "readings.duckdb")
    load(app, store, hourly(number, 500_640, 3))
    assert Ledger(app, store, ZoneInfo("Asia/Shanghai")).recompute_all().hours == 2
    store.close()
    assert months(app) == ["ledger_hour_202702 2"]
    for forbidden in (
        "CREATE TABLE mine (id integer)",
        "DROP TABLE ledger_hour_202702",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "TRUNCATE audit",
        "DELETE FROM audit",
        "UPDATE audit SET who = ''",
    ):
        with (
            pytest.raises(DBAPIError, match=r"permission denied|must be owner|only added to"),
            app.session() as session,
        ):
            session.execute(text(forbidden))
    app.close()
    owner.close()
    postgresql.drop(url)
