"""What each side of the path holds after a run, read from its own files, and how the sides compare."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from civicwatt_edge.storage.archive import Archive
from civicwatt_protocols.quantity import to_micro
from civicwatt_sim.truth import Served

Key = tuple[str, str, int]  # device, measure, slot [UTC µs]
Values = dict[Key, int]  # micro units


def accepted_values(outbox: Path) -> Values:
    """The values among the records a gateway has accepted, acknowledged or not; gaps are left out."""
    values: Values = {}
    for record, catalogue, _ in Archive(outbox.parent).records():
        for point, value in zip(catalogue.points, record.values, strict=True):
            if value is not None:
                values[record.device, point.measure, record.slot_us] = to_micro(value)
    return values


def unacked_until(outbox: Path, slot_us: int) -> int:
    """How many records with a slot up to this time the cloud has not acknowledged."""
    return sum(not one.acked for one in Archive(outbox.parent).records((0, slot_us + 1)))


@dataclass(frozen=True)
class StoredValues:
    """The readings store's values; `rows` counts them with repetitions."""

    rows: int
    values: Values


def stored_values(readings: Path, registry: Path) -> StoredValues:
    """Every value in the readings store under the name of its point."""
    with sqlite3.connect(f"file:{registry}?mode=ro", uri=True) as database:
        points = {row[0]: row[1:] for row in database.execute("SELECT id, device, measure FROM point")}
    with duckdb.connect(str(readings), read_only=True) as store:
        rows = store.execute("SELECT point, ts, value FROM reading WHERE value IS NOT NULL").fetchall()
    values = {(*points[point], slot): to_micro(value) for point, slot, value in rows}
    return StoredValues(len(rows), values)


def served(truth: Mapping[tuple[str, str], Served], values: Values, interval_us: int) -> Values:
    """What the truth ledger says of each value's slot: the meter's answer in it, or just after it when late.

    Where a slot saw several answers the one that equals the value is taken, so that only values which
    the meter never gave differ.
    """
    answers: dict[Key, list[int]] = {}
    for (device, measure), column in truth.items():
        for at, micro in zip(column.served_us, column.micro, strict=True):
            answers.setdefault((device, measure, at - at % interval_us), []).append(micro)
    found: Values = {}
    for key, micro in values.items():
        device, measure, slot = key
        given = answers.get(key, []) + answers.get((device, measure, slot + interval_us), [])
        if given:
            found[key] = micro if micro in given else given[0]
    return found
