"""Going on after damage: what a set-aside outbox and the segments of earlier epochs still hold is delivered.

It comes again under the present epoch and new numbers; the cloud knows a reading by point and slot, so one
that it has already is no second one. `points.json` is a second copy of the catalogues, beside the database.
What another gateway has left is not delivered: its readings would be taken for this one's.
"""

import json
import mmap
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import structlog

from civicwatt_edge import files
from civicwatt_edge.storage import schema, sealed, segments
from civicwatt_protocols.uplink import Catalogue

if TYPE_CHECKING:
    from civicwatt_edge.storage.store import Store

log = structlog.get_logger()

CHUNK = 2_000  # records in one transaction [engineering default]


def put_away(directory: Path, gateway: str) -> None:
    """Set aside the whole outbox of another gateway, as on a copied card, in a folder `outbox.other-<n>`.

    Interrupted, it goes on at the next start: the second copy, which tells whose it was, is moved last.
    """
    owner = schema.owner_of(directory / "outbox.db") or _owner(directory)
    if not gateway or owner in ("", gateway):
        return
    number = 1
    while (aside := directory / f"outbox.other-{number}").joinpath("points.json").exists():
        number += 1
    aside.mkdir(exist_ok=True)
    names = [*directory.glob("outbox.db*"), *directory.glob("outbox.corrupt-*"), directory / "segments"]
    for path in (*names, directory / "points.json"):
        with suppress(FileNotFoundError):
            path.rename(aside / path.name)
        files.sync(aside)
        files.sync(directory)
    log.error("outbox_of_another_gateway", owner=owner, gateway=gateway, aside=str(aside))


def keep(directory: Path, gateway: str, epoch: str, catalogues: Mapping[str, Catalogue]) -> None:
    """Write the second copy, durably and at once, where it is another than before."""
    if _kept(directory) == (epoch, catalogues) and _owner(directory) == gateway:
        return
    content = {name: (one.device, one.template, one.points_text()) for name, one in catalogues.items()}
    whose = {"gateway": gateway, "gateway_checksum": crc32(gateway.encode())}
    told = json.dumps({**whose, "epoch": epoch, "catalogues": content})
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
        if path.is_file() and not path.with_suffix(".json").exists()
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


def _owner(directory: Path) -> str:
    """The gateway that the second copy names, proven by its checksum; "" for none."""
    try:
        content = json.loads((directory / "points.json").read_bytes())
        name = str(content["gateway"])
        return name if content["gateway_checksum"] == crc32(name.encode()) else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _scan(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number, content) of the unhurt records in a file, wherever they lie in it."""
    with (
        suppress(FileNotFoundError, ValueError),  # ValueError: an empty file
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        yield from sealed.scan(data)
