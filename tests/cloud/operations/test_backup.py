"""S26: a backup is whole, encrypted, taken while the cloud runs; a restore proves first and loses nothing."""

import asyncio
import json
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from cloud.gateways.broker_site import until
from cloud.operations.conftest import FIRST_US, HOURS, KEY, add_counter
from sqlalchemy import func, select, text
from terminal import Terminal

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit import crypto
from civicwatt_cloud.kit.alone import alone
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.errors import DataBusy, SchemaNewer
from civicwatt_cloud.kit.files.store import Store
from civicwatt_cloud.kit.identity import OneTimeCode, OpenSession
from civicwatt_cloud.kit.labels import key_at
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.operations import archive, control, parts, rows
from civicwatt_cloud.operations.archive import Contents
from civicwatt_cloud.operations.backup import backup, prune
from civicwatt_cloud.operations.errors import (
    BackupDamaged,
    BackupExists,
    BackupTruncated,
    OtherDatabase,
    ServerSilent,
    TargetNotEmpty,
    WrongKey,
)
from civicwatt_cloud.operations.restore import restore
from civicwatt_cloud.operations.sealed import Secret
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.intake.presence import may_ask_rebirth
from civicwatt_cloud.timeseries.ledger.models import DirtyRange
from civicwatt_cloud.timeseries.points import Gateway
from civicwatt_cloud.timeseries.stores.readings import Batch

READINGS = 2 * HOURS


def quiet(step: str, done: float) -> None:
    assert 0 <= done <= 1, step


def everything(settings: Settings) -> dict[str, Any]:
    """All rows of the tables that matter, and all readings."""
    with parts.database(settings) as database, database.reading() as session:
        connection = session.connection()
        told = {
            table: connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all()  # noqa: S608
            for table in ("ledger_hour", "ledger_day", "ledger_month", "point", "received_range")
        }
    with parts.readings(settings) as store:
        found = store.scan(list(range(1, 100)), 0, 2**62)
        columns = (found.point.tolist(), found.ts_us.tolist(), found.value.tolist(), found.reason.tolist())
    return told | {"readings": [str(row) for row in zip(*columns, strict=True)]}


def test_s26_restored_into_an_empty_folder_is_what_was_there(cloud: Settings, tmp_path: Path) -> None:
    before = everything(cloud)
    written = backup(cloud, tmp_path, KEY, quiet)
    assert written.rows == READINGS
    assert written.path.stat().st_mode & 0o777 == 0o600
    fresh = parts.moved(cloud, tmp_path / "fresh")
    found = restore(fresh, written.path, KEY, quiet, force=False)
    assert (found.rows, found.told["database"]) == (READINGS, "sqlite")
    assert everything(fresh) == before
    kept = [path.read_bytes() for path in sorted(cloud.authority_path.glob("*.pem"))]
    assert [path.read_bytes() for path in sorted(fresh.authority_path.glob("*.pem"))] == kept
    assert fresh.authority_path.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_s26_files_forms_and_keys_come_back(cloud: Settings, tmp_path: Path) -> None:
    """What was sealed with the installation's secret opens again, and anchors are signed by the same key."""
    kept = [Store(cloud.files_path).put(data) for data in (b"one", b"two")]
    key = key_at(cloud.label_key_path)
    sealed = crypto.seal("gm", crypto.own_secret(cloud.identity_key_path), "totp", b"seed")
    signed = crypto.sign("gm", crypto.own_signing_key(cloud.audit_key_path), b"row 7")
    cloud.forms_path.mkdir()
    (cloud.forms_path / "vacate_task.docx").write_bytes(b"a form")
    (cloud.forms_path / "Draft of mine.docx").write_bytes(b"no form")
    written = backup(cloud, tmp_path, KEY, quiet)
    fresh = parts.moved(cloud, tmp_path / "fresh")
    restore(fresh, written.path, KEY, quiet, force=False)
    assert [Store(fresh.files_path).path(one).read_bytes() for one in kept] == [b"one", b"two"]
    keys = (fresh.label_key_path, fresh.identity_key_path, fresh.audit_key_path)
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}
    assert key_at(fresh.label_key_path) == key
    assert crypto.opened(crypto.own_secret(fresh.identity_key_path), "totp", sealed) == b"seed"
    public = crypto.own_signing_key(fresh.audit_key_path).public_key()
    assert crypto.is_signed(public, b"row 7", signed)
    assert [path.name for path in fresh.forms_path.iterdir()] == ["vacate_task.docx"]
    assert (fresh.forms_path / "vacate_task.docx").read_bytes() == b"a form"
    restore(fresh, written.path, KEY, quiet, force=True)
    (aside,) = fresh.data_dir.glob("before-restore-*")
    assert {"files", "forms", "label.key"} <= {path.name for path in aside.iterdir()}


def test_s26_sessions_and_codes_end_and_every_gateway_is_to_be_born_again(
    cloud: Settings, tmp_path: Path
) -> None:
    asked_us, pause_us = 1_000_000_000_000_000, 30_000_000
    with parts.database(cloud) as database, database.session() as session:
        assert may_ask_rebirth(session, "gw-01", asked_us, pause_us)
        assert not may_ask_rebirth(session, "gw-01", asked_us + 1, pause_us)
    written = backup(cloud, tmp_path, KEY, quiet)
    fresh = parts.moved(cloud, tmp_path / "fresh")
    restore(fresh, written.path, KEY, quiet, force=False)
    with parts.database(fresh) as database, database.session() as session:
        assert may_ask_rebirth(session, "gw-01", asked_us + 1, pause_us), "a restored cloud asks at once"
        for table in (OpenSession, OneTimeCode):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        gateway = session.get_one(Gateway, "gw-01")
        assert (gateway.online, gateway.bd_seq) == (False, None)
        assert session.scalar(select(func.count(DirtyRange.id))) == 2
    with parts.database(cloud) as database, database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OpenSession)) == 1


def test_s26_nothing_of_it_can_be_read_in_the_file(cloud: Settings, tmp_path: Path) -> None:
    data = backup(cloud, tmp_path, KEY, quiet).path.read_bytes()
    for secret in (b"SQLite format", b"PRIVATE KEY", b"import_active_energy", b"gw-01", b"NUMPY"):
        assert secret not in data


async def test_s26_a_running_cloud_gives_its_readings_and_goes_on(cloud: Settings, tmp_path: Path) -> None:
    app = create_app(cloud, modules=())
    with alone(cloud.data_dir):
        async with app.router.lifespan_context(app):
            socket = cloud.data_dir / "control.sock"
            await until(socket.exists)
            assert socket.stat().st_mode & 0o777 == 0o600
            written = await asyncio.to_thread(backup, cloud, tmp_path / "a.cwbackup", KEY, quiet)
            assert written.rows == READINGS
        assert not socket.exists()
    assert archive.read(written.path, KEY, Contents(), lambda done: None).rows == READINGS


async def test_s26_what_the_database_calls_received_is_among_the_readings(
    cloud: Settings, tmp_path: Path
) -> None:
    """Rows and points come while the backup is taken: none in the copy without its reading or its point."""
    app = create_app(cloud, modules=())
    stop = threading.Event()

    def ingest() -> None:
        device = 0
        while not stop.is_set():
            device += 1
            point = add_counter(app.state.database, f"late-{device}")
            ts_us = FIRST_US + HOUR_US * device
            load(app.state.database, app.state.store, Batch.of(point, [ts_us], [1.0]))

    with alone(cloud.data_dir):
        async with app.router.lifespan_context(app):
            writer = threading.Thread(target=ingest)
            writer.start()
            written = await asyncio.to_thread(backup, cloud, tmp_path / "a.cwbackup", KEY, quiet)
            stop.set()
            await asyncio.to_thread(writer.join)
    fresh = parts.moved(cloud, tmp_path / "fresh")
    restore(fresh, written.path, KEY, quiet, force=False)
    with closing(sqlite3.connect(fresh.database_path)) as copy:
        (last,) = copy.execute("SELECT max(id) FROM point").fetchone()
        dirty = {
            point for (point,) in copy.execute("SELECT point_id FROM dirty_range WHERE hour_to < 1000000")
        }
    with parts.readings(fresh) as store:
        stored = set(store.latest().point.tolist())
    assert max(stored) <= last
    assert dirty <= stored


def test_a_folder_that_is_held_without_a_socket_is_no_backup(
    cloud: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "START_S", 0.0)
    with alone(cloud.data_dir), pytest.raises(ServerSilent):
        backup(cloud, tmp_path / "a.cwbackup", KEY, quiet)
    assert [path for path in tmp_path.iterdir() if "cwbackup" in path.name] == []


def test_a_restore_refuses_a_running_cloud(cloud: Settings, tmp_path: Path) -> None:
    written = backup(cloud, tmp_path, KEY, quiet)
    with alone(cloud.data_dir), pytest.raises(DataBusy):
        restore(cloud, written.path, KEY, quiet, force=True)


def test_s26_a_restore_replaces_only_when_forced_and_moves_the_old_aside(
    cloud: Settings, tmp_path: Path
) -> None:
    before = everything(cloud)
    written = backup(cloud, tmp_path, KEY, quiet)
    with parts.database(cloud) as database:
        add_counter(database, "since-then")
    since = everything(cloud)
    with pytest.raises(TargetNotEmpty, match=r"civicwatt\.sqlite"):
        restore(cloud, written.path, KEY, quiet, force=False)
    assert everything(cloud) == since
    restore(cloud, written.path, KEY, quiet, force=True)
    assert everything(cloud) == before
    (aside,) = cloud.data_dir.glob("before-restore-*")
    assert everything(parts.moved(cloud, aside)) == since


def test_s26_readings_in_a_file_elsewhere_and_of_another_kind(cloud: Settings, tmp_path: Path) -> None:
    """A backup of one store goes into any other; the file that is there moves aside."""
    written = backup(cloud, tmp_path, KEY, quiet)
    before = everything(cloud)["readings"]
    (tmp_path / "far").mkdir()
    changes = {"data_dir": tmp_path / "fresh", "readings_url": f"sqlite:{tmp_path / 'far' / 'all.sqlite'}"}
    fresh = cloud.model_copy(update=changes)
    restore(fresh, written.path, KEY, quiet, force=False)
    assert everything(fresh)["readings"] == before
    with pytest.raises(TargetNotEmpty, match=r"all\.sqlite"):
        restore(fresh, written.path, KEY, quiet, force=False)
    restore(fresh, written.path, KEY, quiet, force=True)
    assert everything(fresh)["readings"] == before
    (aside,) = fresh.data_dir.glob("before-restore-*")
    assert (aside / "all.sqlite").exists()
    assert not list(fresh.data_dir.glob("all*"))


@pytest.mark.parametrize("fault", ["cut", "changed", "key"])
def test_s26_a_bad_file_or_key_touches_nothing_even_when_forced(
    cloud: Settings, tmp_path: Path, fault: str
) -> None:
    path, secret = backup(cloud, tmp_path, KEY, quiet).path, KEY
    data = bytearray(path.read_bytes())
    match fault:
        case "cut":
            wanted: type[Exception] = BackupTruncated
            path.write_bytes(data[: len(data) // 2])
        case "changed":
            wanted = BackupDamaged
            data[len(data) // 2] ^= 1
            path.write_bytes(data)
        case _:
            wanted, secret = WrongKey, Secret("key file", b"another key of thirty-two bytes!")
    before = everything(cloud)
    with pytest.raises(wanted):
        restore(cloud, path, secret, quiet, force=True)
    assert everything(cloud) == before
    assert list(cloud.data_dir.glob("before-restore-*")) == []


def test_a_backup_of_a_newer_version_or_another_database_is_refused(
    cloud: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(cloud.database_path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    newer = backup(cloud, tmp_path / "newer.cwbackup", KEY, quiet)
    with pytest.raises(SchemaNewer, match="9999"):
        restore(parts.moved(cloud, tmp_path / "fresh"), newer.path, KEY, quiet, force=False)
    monkeypatch.setattr(parts, "database_kind", lambda settings: "postgresql")
    with pytest.raises(OtherDatabase, match="postgresql"):
        restore(parts.moved(cloud, tmp_path / "fresh"), newer.path, KEY, quiet, force=False)


def test_readings_without_any_value_are_kept_too(settings: Settings, tmp_path: Path) -> None:
    """A meter that never answered has gaps only, before and after everybody else's values."""
    settings.data_dir.mkdir()
    gap = float("nan")
    with parts.database(settings) as database, parts.readings(settings) as store:
        database.upgrade()
        silent, other = add_counter(database, "silent"), add_counter(database, "other")
        days = [FIRST_US + day * 24 * HOUR_US for day in range(-3, 4)]
        load(database, store, Batch.of(silent, days, [gap] * 7, 1))
        load(database, store, Batch.of(other, days[3:5], [1.0, 2.0]))
        parts_of_it = list(rows.slices(store, other))
        assert sum(len(one.rows) for one in parts_of_it) == 9
        assert parts_of_it[-1].done == 1.0
        assert sum(len(one.rows) for one in rows.slices(store, silent)) == 7
    assert backup(settings, tmp_path, KEY, quiet).rows == 9


def test_what_was_imported_from_years_before_is_kept_too(settings: Settings) -> None:
    settings.data_dir.mkdir()
    with parts.database(settings) as database, parts.readings(settings) as store:
        database.upgrade()
        point = add_counter(database, "old")
        years = [FIRST_US - year * 365 * 24 * HOUR_US for year in (0, 1, 10, 11)]
        load(database, store, Batch.of(point, years, [4.0, 3.0, 2.0, 1.0]))
        found = Batch.join([one.rows for one in rows.slices(store, point)])
    assert found.ts_us.tolist() == sorted(years)


def test_the_newest_backups_of_a_folder_stay(tmp_path: Path) -> None:
    names = [f"civicwatt-202611{day:02}T013000Z.cwbackup" for day in range(1, 6)]
    for name in (*names, "by-hand.cwbackup"):
        (tmp_path / name).touch()
    assert [path.name for path in prune(tmp_path, 2)] == names[:3]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["by-hand.cwbackup", *names[3:]]


class TestCommands:
    """As a person types them."""

    def test_backup_verify_and_restore(
        self, cloud: Settings, config: Path, key_file: Path, tmp_path: Path, civicwatt: Callable[..., Result]
    ) -> None:
        folder = tmp_path / "backups"
        folder.mkdir()
        common = ("--config", config, "--key-file", key_file, "--json")
        done = civicwatt("backup", folder, "--keep", 1, *common)
        told = json.loads(done.stdout)
        assert (done.exit_code, told["rows"], told["removed"]) == (0, READINGS, [])
        assert "读数" in done.stderr
        looked = civicwatt("backup", "--verify", told["file"], *common)
        assert (looked.exit_code, json.loads(looked.stdout)["rows"]) == (0, READINGS)
        back = civicwatt("restore", told["file"], "--force", *common)
        assert (back.exit_code, json.loads(back.stdout)["rows"]) == (0, READINGS)

    def test_an_existing_file_is_not_overwritten(
        self, cloud: Settings, config: Path, key_file: Path, tmp_path: Path, civicwatt: Callable[..., Result]
    ) -> None:
        (tmp_path / "a").write_text("mine")
        done = civicwatt("backup", tmp_path / "a", "--config", config, "--key-file", key_file)
        assert isinstance(done.exception, BackupExists)
        assert (tmp_path / "a").read_text() == "mine"

    def test_a_key_that_others_may_read_is_refused(
        self, cloud: Settings, config: Path, key_file: Path, tmp_path: Path, civicwatt: Callable[..., Result]
    ) -> None:
        key_file.chmod(0o640)
        done = civicwatt("backup", tmp_path / "a", "--config", config, "--key-file", key_file)
        assert "CW-O1011" in str(done.exception)
        assert "0600" in str(done.exception)

    def test_without_a_key_and_a_terminal_there_is_no_backup(
        self, cloud: Settings, config: Path, tmp_path: Path, civicwatt: Callable[..., Result]
    ) -> None:
        done = civicwatt("backup", tmp_path / "a", "--config", config)
        assert "CW-O1011" in str(done.exception)
        assert not (tmp_path / "a").exists()

    def test_a_passphrase_is_typed_twice_and_never_shown(
        self, cloud: Settings, config: Path, tmp_path: Path
    ) -> None:
        terminal = Terminal(tmp_path, {**os.environ, "NO_COLOR": "1"})
        typed = {"passphrase: ": "correct horse battery", "confirmation: ": "correct horse battery"}
        command = (sys.executable, "-m", "civicwatt", "cloud")
        screen = terminal.type("backup", [*command, "backup", "a.cwbackup", "--config", config], typed)
        assert "correct" not in screen
        written, right = tmp_path / "a.cwbackup", Secret("passphrase", b"correct horse battery")
        assert archive.read(written, right, Contents(), lambda done: None).rows == READINGS
        with pytest.raises(WrongKey, match="口令"):
            archive.read(written, Secret("passphrase", b"incorrect horse"), Contents(), lambda done: None)
