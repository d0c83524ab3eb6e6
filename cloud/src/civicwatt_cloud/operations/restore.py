"""A backup comes back: proven first, built beside what is there, then put in its place.

Nothing is deleted of what is in files: it is moved aside into a folder. After it the gateways are asked for
what they have sent since the backup; they keep it for months.
"""

import os
import shutil
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.alone import alone
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import serving
from civicwatt_cloud.kit.errors import DataBusy
from civicwatt_cloud.kit.files.store import Store
from civicwatt_cloud.kit.schema import schema_at, schema_of
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.gateways.authority import write_private
from civicwatt_cloud.operations import archive, parts, snapshot
from civicwatt_cloud.operations.archive import Contents
from civicwatt_cloud.operations.backup import Report
from civicwatt_cloud.operations.errors import OtherDatabase, TargetNotEmpty
from civicwatt_cloud.operations.sealed import Secret
from civicwatt_cloud.timeseries.intake.presence import forget_births
from civicwatt_cloud.timeseries.ledger.marks import ALL_HOURS, mark_all_dirty
from civicwatt_cloud.timeseries.points import Gateway, Point
from civicwatt_cloud.timeseries.stores.readings import Batch, ReadingsStore

MARGIN_H = 24  # readings of the last day may be there without their marks: their hours are booked again


class _Builder:
    """Builds a data folder from a backup's members; databases that are servers are filled at once."""

    def __init__(self, settings: Settings, folder: Path, stack: ExitStack) -> None:
        self._settings, self._folder, self._stack = settings, folder, stack
        self._staged = parts.moved(settings, folder)
        self._store: ReadingsStore | None = None

    def manifest(self, told: dict[str, Any]) -> None:
        """Was looked at before."""

    def database(self, file: IO[bytes]) -> None:
        """The database, whole and ready: before the readings, since this is what most often fails."""
        path = self._staged.database_path
        with path.open("wb") as target:
            shutil.copyfileobj(file, target)
            target.flush()
            os.fsync(target.fileno())
        with parts.database(self._staged) as database:
            if database.is_postgresql:
                snapshot.to_postgresql(database.engine, path, f"before_restore_{_stamp().lower()}")
                path.unlink()
            database.upgrade()
            with database.session() as session:
                _begin_again(session)

    def authority(self, name: str, data: bytes) -> None:
        """Write the file, for its owner only."""
        folder = self._staged.authority_path
        folder.mkdir(mode=0o700, exist_ok=True)
        write_private(folder / name, data)

    def key(self, name: str, data: bytes) -> None:
        """Write it, for its owner only."""
        write_private(self._folder / name, data)

    def file(self, sha256: str, content: IO[bytes]) -> None:
        """Keep it, whole."""
        Store(self._staged.files_path).put(content.read())

    def form(self, name: str, data: bytes) -> None:
        """Keep it."""
        self._staged.forms_path.mkdir(exist_ok=True)
        (self._staged.forms_path / name).write_bytes(data)

    def readings(self, rows: Batch) -> None:
        """Store them."""
        self.store().write(rows)

    def store(self) -> ReadingsStore:
        """An empty store, to be filled."""
        if self._store is None:
            if not parts.is_embedded(self._settings):
                parts.empty_server(self._settings)
            self._store = self._stack.enter_context(parts.readings(self._staged))
        return self._store


def restore(settings: Settings, source: Path, secret: Secret, report: Report, *, force: bool) -> Contents:
    """Put a backup in the place of what is there.

    Errors: those of archive.read, OtherDatabase, SchemaNewer, TargetNotEmpty, DataBusy, all of them before
    anything is touched; ToolFailed.
    """
    only_look = Contents()
    found = archive.read(source, secret, only_look, lambda done: report("verify", done))
    kind = parts.database_kind(settings)
    if found.told["database"] != kind:
        raise OtherDatabase(str(source), backup=found.told["database"], here=kind)
    schema_at(found.told["schema"])
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(alone(settings.data_dir))
        stack.enter_context(serving(settings))
        occupied = _occupied(settings)
        if occupied and not force:
            raise TargetNotEmpty(what=", ".join(occupied))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix=".restore-", dir=settings.data_dir)))
        _build(settings, source, secret, folder, report)
        _exchange(settings, folder)
    report("restore", 1.0)
    return found


def _build(settings: Settings, source: Path, secret: Secret, folder: Path, report: Report) -> None:
    """Everything that may fail: in the new folder, and in databases that are not in files."""
    with ExitStack() as stack:
        builder = _Builder(settings, folder, stack)
        archive.read(source, secret, builder, lambda done: report("restore", done * 0.99))
        builder.store()  # where there were no readings, an empty one


def _begin_again(session: Session) -> None:
    """Nobody is known to be there, and the last hours are to be booked again."""
    # What was asked before the backup is no reason to wait now.
    session.execute(update(Gateway).values(online=False, rebirth_asked_us=None))
    forget_births(session)
    seen_us = session.scalar(select(Gateway.last_slot_us).order_by(Gateway.last_slot_us.desc()).limit(1)) or 0
    since = max(ALL_HOURS[0], seen_us // HOUR_US - MARGIN_H)
    mark_all_dirty(session, session.scalars(select(Point.id).where(Point.is_consumption)).all(), since)


def _occupied(settings: Settings) -> list[str]:
    """What a restore would replace."""
    found = [str(path) for path in _data_files(settings)]
    if settings.database_url is not None:
        with parts.database(settings) as database, database.reading() as session:
            if parts.workers(session):
                raise DataBusy("civicwatt cloud worker")
            if schema_of(session.connection()).current is not None:
                found.append("PostgreSQL")
    if not parts.is_embedded(settings):
        with parts.readings(settings) as store:
            if len(store.latest().point):
                found.append(store.capabilities().name)
                parts.check_can_be_emptied(store)
    return found


def _exchange(settings: Settings, fresh: Path) -> None:
    """Move what is there aside, and what is new into its place; an instant within one file system."""
    folder = settings.data_dir
    aside = folder / f"before-restore-{_stamp()}"
    for path in _data_files(settings):
        aside.mkdir(mode=0o700, exist_ok=True)
        shutil.move(path, aside / path.name)
    store = parts.store_file(settings)
    for path in _data_files(parts.moved(settings, fresh)):
        is_store = store is not None and path.name.startswith(store.stem)
        shutil.move(path, (store.parent if store is not None and is_store else folder) / path.name)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(handle)
    os.close(handle)


def _data_files(settings: Settings) -> list[Path]:
    """Ours: of the database, the authority, files, forms and keys, and of an embedded readings store."""
    folder, store = settings.data_dir, parts.store_file(settings)
    found = [*folder.glob("civicwatt.sqlite*"), *folder.glob("authority"), *folder.glob("files")]
    found += [*folder.glob("forms"), *parts.keys(folder)]
    if store is not None:
        found += store.parent.glob(f"{store.stem}.*")
    return sorted(found)


def _stamp() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
