"""Going on after damage: what a set-aside outbox and the segments of earlier epochs still hold is delivered.

It comes again under the present epoch and new numbers; the cloud knows a reading by point and slot, so one
that it has already is no second one. `points.json` is a second copy of the catalogues, beside the database.
"""

import json
import mmap
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from civicwatt_edge import files
from civicwatt_edge.storage import sealed, segments
from civicwatt_protocols.uplink import Catalogue

if TYPE_CHECKING:
    from civicwatt_edge.storage.store import Store

log = structlog.get_logger()

CHUNK = 2_000  # records in one transaction [engineering default]


def keep(directory: Path, epoch: str, catalogues: Mapping[str, Catalogue]) -> None:
    """Write the second copy, durably and at once, where it is another than before."""
    if _kept(directory) == (epoch, catalogues):
        return
    content = {name: (one.device, one.template, one.points_text()) for name, one in catalogues.items()}
    told = json.dumps({"epoch": epoch, "catalogues": content})
    files.replace(directory / "points.json", told.encode())


def in_log(path: Path) -> dict[int, bytes]:
    """The records in a database's log, to be looked up before SQLite opens it.

    Behind a damaged place in its log SQLite believes nothing, and says nothing.
    """
    return dict(_scan(Path(f"{path}-wal")))


def recover(store: "Store", directory: Path, logged: Mapping[int, bytes]) -> None:
    """Take over what earlier epochs have left, and what SQLite did not see in the log."""
    epoch, catalogues = _kept(directory)
    store.learn(catalogues)
    aside = [
        path
        for path in sorted(directory.glob("outbox.corrupt-*.db"))
        if not path.with_suffix(".json").exists()
    ]
    if not aside and not any(one.state is not segments.State.HISTORY for one in store.shelf.earlier):
        _commit(store, [data for seq, data in sorted(logged.items()) if seq > store.last_seq()])
        return
    for one in store.shelf.earlier:
        with suppress(OSError, ValueError):
            catalogues = {**segments.definitions(one), **catalogues}
    store.learn(catalogues)
    behind = max((one.last for one in store.shelf.earlier if one.path.parent.name == epoch), default=0)
    store.adopt()
    for path in aside:
        found = {**dict(_scan(path)), **logged, **in_log(path)}  # the log is newer than the file
        found = {seq: data for seq, data in sorted(found.items()) if seq > behind}
        salvaged = _commit(store, list(found.values()))
        numbers = found.keys() | ({behind} if epoch else set())
        missing = max(numbers) - min(numbers) + 1 - len(numbers) if numbers else 0
        report = {"salvaged": salvaged, "missing": missing, "without_catalogue": len(found) - salvaged}
        path.with_suffix(".json").write_text(json.dumps(report))
        log.error("outbox_salvaged", path=str(path), **report)
        logged = {}


def _commit(store: "Store", contents: list[bytes]) -> int:
    """Accept records again, under the next numbers; returns of how many the catalogue is known."""
    records = [
        sealed.read(0, data, store.catalogues[name].device)
        for data in contents
        if (name := sealed.catalogue_of(data)) in store.catalogues
    ]
    for start in range(0, len(records), CHUNK):
        store.commit(records[start : start + CHUNK])
    if records:
        store.note_salvaged(len(records))
        log.warning("records_recovered", count=len(records))
    return len(records)


def _kept(directory: Path) -> tuple[str, dict[str, Catalogue]]:
    """The epoch and the catalogues of the second copy; each catalogue proves itself by its hash."""
    try:
        content = json.loads((directory / "points.json").read_bytes())
        stored = {name: Catalogue.stored(*one) for name, one in content["catalogues"].items()}
        return str(content["epoch"]), {name: one for name, one in stored.items() if one.hash == name}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "", {}


def _scan(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number, content) of the unhurt records in a file, wherever they lie in it."""
    with (
        suppress(FileNotFoundError, ValueError),  # ValueError: an empty file
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        yield from sealed.scan(data)
