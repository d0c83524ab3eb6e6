"""Going on after damage: what a set-aside outbox and the segments of earlier epochs still hold is delivered.

It comes again under the present epoch and new numbers; the cloud knows a reading by point and slot, so one
that it has already is no second one. `points.json` is a second copy of the catalogues, beside the database.
"""

import json
import mmap
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from civicwatt_edge import sealed, segments
from civicwatt_edge.segments import sync
from civicwatt_protocols.uplink import Catalogue, Record

if TYPE_CHECKING:
    from civicwatt_edge.store import Store

log = structlog.get_logger()

CHUNK = 2_000  # records in one transaction [engineering default]


def keep(directory: Path, epoch: str, catalogues: Mapping[str, Catalogue]) -> None:
    """Write the second copy, durably and at once."""
    content = {name: (one.device, one.template, one.points_text()) for name, one in catalogues.items()}
    draft = directory / "points.draft"
    with draft.open("w", encoding="utf-8") as file:
        json.dump({"epoch": epoch, "catalogues": content}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(directory / "points.json")
    sync(directory)


def recover(store: "Store", directory: Path) -> None:
    """Take over what earlier epochs have left; a second run finds nothing to do."""
    epoch, catalogues = _kept(directory)
    aside = [
        path
        for path in sorted(directory.glob("outbox.corrupt-*.db"))
        if not path.with_suffix(".json").exists()
    ]
    if not aside and not any(one.state is not segments.State.HISTORY for one in store.shelf.earlier):
        return
    for one in store.shelf.earlier:
        with suppress(OSError, ValueError):
            catalogues = {**segments.definitions(one), **catalogues}
    store.learn(catalogues)
    behind = max((one.last for one in store.shelf.earlier if one.path.parent.name == epoch), default=0)
    store.adopt()
    for path in aside:
        found = sorted(set(_found(path, behind)))
        known = [data for _, data in found if sealed.catalogue_of(data) in store.catalogues]
        for start in range(0, len(known), CHUNK):
            store.commit([_record(store, data) for data in known[start : start + CHUNK]])
        numbers = {seq for seq, _ in found} | ({behind} if epoch else set())
        holes = max(numbers) - min(numbers) + 1 - len(numbers) if numbers else 0
        report = {"salvaged": len(known), "missing": holes, "without_catalogue": len(found) - len(known)}
        store.note_salvaged(len(known))
        path.with_suffix(".json").write_text(json.dumps(report))
        log.error("outbox_salvaged", path=str(path), **report)


def _record(store: "Store", data: bytes) -> Record:
    return sealed.read(0, data, store.catalogues[sealed.catalogue_of(data)].device)


def _kept(directory: Path) -> tuple[str, dict[str, Catalogue]]:
    """The epoch and the catalogues of the second copy; each catalogue proves itself by its hash."""
    try:
        content = json.loads((directory / "points.json").read_bytes())
        stored = {name: Catalogue.stored(*one) for name, one in content["catalogues"].items()}
        return str(content["epoch"]), {name: one for name, one in stored.items() if one.hash == name}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "", {}


def _found(path: Path, behind: int) -> Iterator[tuple[int, bytes]]:
    """(number, content) of the unhurt records in a damaged database and its log, above a number."""
    for suffix in ("", "-wal"):
        with (
            suppress(FileNotFoundError, ValueError),  # ValueError: an empty file
            Path(f"{path}{suffix}").open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            yield from ((seq, content) for seq, content in sealed.scan(data) if seq > behind)
