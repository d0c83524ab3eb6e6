"""The databases that the settings name, opened for a command."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.stores.errors import NotOffered
from civicwatt_cloud.timeseries.stores.open import open_server, open_store
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_cloud.timeseries.stores.urls import EMBEDDED, parse

FORM = re.compile(r"[a-z_]{1,60}\.docx")
KEYS = ("audit.key", "identity.key", "label.key")  # in the data folder: made by the installation itself


def keys(folder: Path) -> list[Path]:
    """Those of its keys that a data folder has."""
    return [folder / name for name in KEYS if (folder / name).exists()]


def forms(folder: Path) -> list[Path]:
    """The forms in a folder that a record's document is made from; what else lies there is nobody's."""
    return [one for one in sorted(folder.glob("*.docx")) if FORM.fullmatch(one.name)]


def has_database(settings: Settings) -> bool:
    """Whether there is a database to look at: a file that is opened is made."""
    return settings.database_url is not None or settings.database_path.exists()


@contextmanager
def database(settings: Settings) -> Iterator[Database]:
    """The administration's database; closed again."""
    opened = Database.of(settings)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def readings(settings: Settings) -> Iterator[ReadingsStore]:
    """The readings store; closed again."""
    store = open_store(settings.store_url)
    try:
        yield store
    finally:
        store.close()


def database_kind(settings: Settings) -> str:
    """Which kind of database holds registry, ledger and accounts."""
    return "sqlite" if settings.database_url is None else "postgresql"


def is_embedded(settings: Settings) -> bool:
    """Whether the readings store lives in the server's process: nobody else can open it meanwhile."""
    return parse(settings.store_url).kind in EMBEDDED


def store_file(settings: Settings) -> Path | None:
    """The file of an embedded readings store; other files may lie beside it that begin with its stem."""
    address = parse(settings.store_url)
    return Path(address.path) if address.kind in EMBEDDED else None


def check_can_be_emptied(store: ReadingsStore) -> None:
    """InfluxDB 3 deletes nothing on request. Errors: NotOffered."""
    found = store.capabilities()
    if found.name == "influxdb" and not found.retains:
        raise NotOffered(store="InfluxDB 3", what="DROP MEASUREMENT")


def empty_server(settings: Settings) -> None:
    """Delete all readings of a store that is a server. Errors: StoreError."""
    store = open_server(parse(settings.store_url))
    try:
        store.drop()
    finally:
        store.close()


def workers(session: Session) -> int:
    """How many take readings in for this PostgreSQL, on whatever machine: by their connections' names."""
    names = "SELECT count(DISTINCT application_name) FROM pg_stat_activity WHERE datname = current_database()"
    return session.scalar(text(f"{names} AND application_name LIKE 'civicwatt worker %'")) or 0


def moved(settings: Settings, folder: Path) -> Settings:
    """The same settings with another data folder; the file of an embedded store moves into it too."""
    changes: dict[str, object] = {"data_dir": folder}
    if settings.readings_url is not None and (path := store_file(settings)) is not None:
        changes["readings_url"] = f"{parse(settings.readings_url).kind}:{folder / path.name}"
    return settings.model_copy(update=changes)
