"""The database: migrations agree with the models, transactions are whole, writers wait for each other."""

import pkgutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from postgresql import PostgreSQL
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

import civicwatt_cloud
from civicwatt_cloud.kit.db import Base, Database
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, LedgerHour
from civicwatt_cloud.timeseries.points import Gateway


def test_the_migrations_make_exactly_the_tables_of_all_models(db: Database) -> None:
    for module in pkgutil.walk_packages(civicwatt_cloud.__path__, "civicwatt_cloud."):
        if ".migrations" not in module.name:
            import_module(module.name)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_entry_knows_every_module_that_defines_tables() -> None:
    entry = Path(civicwatt_cloud.__file__).parent / "migrations" / "env.py"
    modules = {mapper.class_.__module__ for mapper in Base.registry.mappers}
    assert {name for name in modules if name not in entry.read_text()} == set()
    assert modules <= set(sys.modules)


def test_an_installation_of_before_keeps_its_rows(tmp_path: Path) -> None:
    """The schema as it was before points without a gateway."""
    db = Database.at(tmp_path / "civicwatt.sqlite")
    _upgrade(db, "0003")
    with db.session() as session:
        for row in BEFORE:
            session.execute(text(row))
    db.upgrade()
    with db.reading() as session:
        found = session.execute(select(LedgerHour.point_id, LedgerHour.hour, LedgerHour.micro)).all()
        assert [tuple(row) for row in found] == [(1, 500_000, 1_500_000)]
        assert session.scalar(text("SELECT count(*) FROM pragma_foreign_key_check")) == 0
        assert session.scalar(select(DirtyRange.hour_to)) == 500_001
    with pytest.raises(IntegrityError, match="only added to"), db.session() as session:
        session.execute(text("DELETE FROM audit"))
    db.close()


BEFORE = (
    "INSERT INTO gateway (id, online) VALUES ('gw-01', true)",
    "INSERT INTO point (id, gateway, device, measure, is_counter, is_consumption) "
    "VALUES (1, 'gw-01', 'M-1', 'import_active_energy', true, true)",
    "INSERT INTO ledger_hour (point_id, hour, day, micro, covered_s, quality) "
    "VALUES (1, 500000, 20270115, 1500000, 3600, 0)",
    "INSERT INTO dirty_range (point_id, hour_from, hour_to) VALUES (1, 500000, 500001)",
    "INSERT INTO received_range (gateway, epoch, lo, hi) VALUES ('gw-01', 'e', 1, 7)",
    "INSERT INTO audit (at_us, who, what, subject) VALUES (1, 'command', 'meter_bound', 'gw-01/M-1')",
)


def _upgrade(db: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(civicwatt_cloud.__file__).parent / "migrations"))
    with db.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_two_processes_may_upgrade_at_once(postgresql: PostgreSQL) -> None:
    url = postgresql.database()

    def upgrade() -> None:
        db = Database(url)
        db.upgrade()
        db.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(upgrade) for _ in range(2)]:
            done.result()
    postgresql.drop(url)


def test_upgrading_twice_changes_nothing_and_keeps_the_rows(db: Database) -> None:
    with db.session() as session:
        session.add(Gateway(id="gw-01"))
    db.upgrade()
    with db.reading() as session:
        assert session.get(Gateway, "gw-01") is not None


def test_a_session_is_one_transaction(db: Database) -> None:
    def half() -> None:
        with db.session() as session:
            session.add(Gateway(id="gw-01"))
            session.flush()
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        half()
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Gateway)) == 0


def test_a_commit_survives_a_power_cut(tmp_path: Path) -> None:
    db = Database.at(tmp_path / "civicwatt.sqlite")
    with db.reading() as session:
        pragmas = {name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")}
    db.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}


def test_keys_are_checked(db: Database) -> None:
    with pytest.raises(IntegrityError), db.session() as session:
        session.add(DirtyRange(point_id=4711, hour_from=0, hour_to=1))


def test_writers_wait_for_each_other_and_readers_for_nobody(db: Database) -> None:
    with db.session() as session:
        session.add(Gateway(id="gw-01", last_slot_us=0))

    def add_one() -> None:
        for _ in range(25):
            with db.session() as session:
                row = session.get_one(Gateway, "gw-01")
                row.last_slot_us = (row.last_slot_us or 0) + 1

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    with db.session() as writing:  # a writer at work: readers still read
        writing.get_one(Gateway, "gw-01")
        for thread in threads:
            thread.start()
        with db.reading() as session:
            assert session.get_one(Gateway, "gw-01").last_slot_us == 0
    for thread in threads:
        thread.join()
    with db.reading() as session:
        assert session.get_one(Gateway, "gw-01").last_slot_us == 100


def test_a_reading_session_cannot_write(db: Database) -> None:
    with db.reading() as session:
        session.add(Gateway(id="gw-01"))
        with pytest.raises(DBAPIError, match=r"read-?only"):
            session.flush()
    with db.session() as session:
        session.add(Gateway(id="gw-01"))
