"""A backup of database, files, forms, readings and certificate authority, while the cloud runs or not.

The database first, in one view; then the uploaded files, which are stored before the database names them;
then the readings of the points it knows. Readings are stored before they are marked as received, so whatever
this view calls received is among the readings that are read after it; what came later the gateways send
again. An embedded store belongs to the running server, which is asked.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from civicwatt_cloud.kit.alone import alone
from civicwatt_cloud.kit.errors import DatabaseAway, DataBusy
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.operations import archive, control, parts, snapshot
from civicwatt_cloud.operations.errors import BackupExists
from civicwatt_cloud.operations.rows import Slice, packed, slices
from civicwatt_cloud.operations.sealed import Secret
from civicwatt_cloud.operations.snapshot import Taken

SUFFIX = ".cwbackup"
STAMP = "last-backup.json"  # in the data folder: for the doctor and for metrics

Report = Callable[[str, float], None]  # which step, and how much of it is done


@dataclass(frozen=True, slots=True)
class Written:
    """A backup that is on the disk."""

    path: Path
    rows: int
    size: int


def backup(settings: Settings, target: Path, secret: Secret, report: Report) -> Written:
    """Write a backup, whole or not at all. Errors: BackupExists, ServerSilent, ToolFailed, DatabaseAway."""
    path = target / _name() if target.is_dir() else target
    if path.exists():
        raise BackupExists(str(path))
    part = path.with_name(f".{path.name}.part")
    with ExitStack() as stack:
        work = Path(stack.enter_context(TemporaryDirectory(prefix=".backup-", dir=settings.data_dir)))
        runs = stack.enter_context(_or_running(settings))
        file = stack.enter_context(
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        )
        stack.callback(part.unlink, missing_ok=True)
        taken = _snapshot(settings, work / "database", report)
        with archive.writing(file, secret, _manifest(settings, taken)) as writer:
            writer.add_file("database", work / "database")
            for one in sorted(settings.authority_path.glob("ca-*.pem")):
                writer.add(f"authority/{one.name}", one.read_bytes())
            for one in parts.keys(settings.data_dir):
                writer.add(f"keys/{one.name}", one.read_bytes())
            for one in sorted(settings.files_path.glob(f"??/{'[0-9a-f]' * 64}")):
                writer.add_file(f"files/{one.name}", one)
            for one in parts.forms(settings.forms_path):
                writer.add(f"forms/{one.name}", one.read_bytes())
            for done, rows in _readings(settings, taken.last_point, runs=runs):
                writer.add_rows(rows, packed(rows))
                report("readings", done)
        file.flush()
        os.fsync(file.fileno())
        part.replace(path)
    written = Written(path, writer.rows, path.stat().st_size)
    stamp = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "file": str(path), "bytes": written.size}
    (settings.data_dir / STAMP).write_text(json.dumps(stamp))
    return written


def prune(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest backups of a folder that named themselves; returns those deleted."""
    old = sorted(folder.glob(f"civicwatt-*{SUFFIX}"))[:-keep]
    for path in old:
        path.unlink()
    return old


@contextmanager
def _or_running(settings: Settings) -> Iterator[bool]:
    """Hold the data folder, or find that a server does: whether one runs."""
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(settings.data_dir))
        except DataBusy:
            yield True
        else:
            yield False


def _snapshot(settings: Settings, target: Path, report: Report) -> Taken:
    if not parts.has_database(settings):
        raise DatabaseAway(str(settings.database_path), detail="there is none")
    if settings.database_url is None:
        return snapshot.of_sqlite(settings.database_path, target, lambda done: report("database", done))
    with parts.database(settings) as database, database.explained():
        taken = snapshot.of_postgresql(database.engine, target)
    report("database", 1.0)
    return taken


def _readings(settings: Settings, last_point: int, *, runs: bool) -> Iterator[Slice]:
    if runs and parts.is_embedded(settings):
        yield from control.ask_readings(settings.data_dir, last_point)
        return
    with parts.readings(settings) as store:
        yield from slices(store, last_point)


def _manifest(settings: Settings, taken: Taken) -> dict[str, Any]:
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version("civicwatt"),
        "database": parts.database_kind(settings),
        "schema": taken.schema,
        "last_point": taken.last_point,
        "business_zone": settings.business_zone,
    }


def _name() -> str:
    return f"civicwatt-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"
