"""S26 on PostgreSQL: the same promises, by pg_dump and pg_restore."""

from pathlib import Path

import pytest
from cloud.operations.conftest import FIRST_US, KEY, add_counter
from cloud.operations.test_backup import everything, quiet
from postgresql import PostgreSQL
from sqlalchemy import create_engine, func, make_url, select, text

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.errors import DataBusy
from civicwatt_cloud.kit.identity import OpenSession
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.operations import parts, snapshot
from civicwatt_cloud.operations.backup import backup
from civicwatt_cloud.operations.errors import OwnerNeeded, TargetNotEmpty, ToolFailed
from civicwatt_cloud.operations.restore import restore
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.stores.readings import Batch


@pytest.fixture
def site(tmp_path: Path, postgresql_url: str) -> Settings:
    """A cloud on PostgreSQL that has run."""
    settings = Settings(data_dir=tmp_path / "data", database_url=postgresql_url, mqtt_host=None)
    settings.data_dir.mkdir()
    with parts.database(settings) as database, parts.readings(settings) as store:
        point = add_counter(database, "M-1")
        load(database, store, Batch.of(point, [FIRST_US + n * HOUR_US for n in range(5)], [0, 1, 2, 4, 8]))
        Ledger(database, store, settings.zone).recompute_all()
        with database.session() as session:
            identity.open_session(session, None, identity.real_now_us())
    return settings


def test_s26_a_dump_comes_back_beside_what_was_there(site: Settings, tmp_path: Path) -> None:
    before = everything(site)
    assert before["ledger_hour"]
    written = backup(site, tmp_path, KEY, quiet)
    with parts.database(site) as database:
        add_counter(database, "since-then")
    since = everything(site)
    with pytest.raises(TargetNotEmpty, match="PostgreSQL"):
        restore(site, written.path, KEY, quiet, force=False)
    assert everything(site) == since
    restore(site, written.path, KEY, quiet, force=True)
    assert everything(site) == before
    with parts.database(site) as database:
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(OpenSession)) == 0
            schemas = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before_restore_%'"
            aside = session.scalars(text(schemas)).one()
            devices = session.scalars(text(f"SELECT device FROM {aside}.point")).all()  # noqa: S608
        assert "since-then" in devices
        add_counter(database, "goes-on")


def test_s26_into_an_empty_database_without_force(
    site: Settings, tmp_path: Path, postgresql: PostgreSQL
) -> None:
    written = backup(site, tmp_path, KEY, quiet)
    empty = postgresql.database()
    try:
        fresh = parts.moved(site, tmp_path / "fresh").model_copy(update={"database_url": empty})
        restore(fresh, written.path, KEY, quiet, force=False)
        assert everything(fresh) == everything(site)
    finally:
        postgresql.drop(empty)


def test_s26_a_restore_that_fails_leaves_what_was_there(
    site: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = backup(site, tmp_path, KEY, quiet)
    since = everything(site)
    real = snapshot._run

    def failing(url: object, tool: str, *arguments: str) -> None:
        real(url, tool, *arguments, "--no-such-option")  # type: ignore[arg-type]

    monkeypatch.setattr(snapshot, "_run", failing)
    with pytest.raises(ToolFailed, match="no-such-option"):
        restore(site, written.path, KEY, quiet, force=True)
    assert everything(site) == since


def test_s26_no_restore_under_a_worker_on_whatever_machine(site: Settings, tmp_path: Path) -> None:
    written = backup(site, tmp_path, KEY, quiet)
    url = make_url(site.database_url or "").set(drivername="postgresql+psycopg")
    engine = create_engine(url, connect_args={"application_name": "civicwatt worker 7"})
    with engine.connect(), pytest.raises(DataBusy, match="worker"):
        restore(site, written.path, KEY, quiet, force=True)
    engine.dispose()


def test_s26_the_role_that_runs_can_back_up_and_only_the_owner_can_restore(
    site: Settings, tmp_path: Path, postgresql: PostgreSQL
) -> None:
    url = make_url(site.database_url or "")
    engine = create_engine(url.set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS runs"))
        connection.execute(text("CREATE ROLE runs LOGIN"))
        connection.execute(text("GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO runs"))
        connection.execute(text("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO runs"))
    running = site.model_copy(update={"database_url": postgresql.url(url.database or "", "runs")})
    written = backup(running, tmp_path, KEY, quiet)
    before = everything(site)
    with pytest.raises(OwnerNeeded):
        restore(running, written.path, KEY, quiet, force=True)
    assert everything(site) == before
    with engine.begin() as connection:
        connection.execute(text("DROP OWNED BY runs"))
        connection.execute(text("DROP ROLE runs"))
    engine.dispose()
