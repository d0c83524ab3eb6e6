"""Catalogues by hash, and the points behind them: data are read with exactly the catalogue they name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.bulk import insert_new
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.points import KnownCatalogue, Point, counts, hold_gateways
from civicwatt_cloud.timeseries.stores.readings import Bools
from civicwatt_protocols.uplink import Catalogue


class Place(NamedTuple):
    """A catalogue on a gateway."""

    gateway: str
    digest: str


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The points of a catalogue on one gateway, in the order of its values."""

    point: NDArray[np.int32]
    is_counter: Bools


class Catalogues:
    """What the database knows, remembered: neither a catalogue nor a point's id ever changes."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[str, Catalogue] = {}
        self._columns: dict[Place, Columns] = {}

    def get(self, digest: str) -> Catalogue | None:
        """The catalogue with this hash, None when no birth has brought it yet."""
        known = self._known.get(digest)
        if known is None:
            with self._db.reading() as session:
                row = session.get(KnownCatalogue, digest)
            if row is None:
                return None
            known = self._known[digest] = Catalogue.stored(row.device, row.template, row.points)
        return known

    def put(self, catalogue: Catalogue) -> None:
        """Keep a catalogue for ever: data that name it may come after years."""
        if self.get(catalogue.hash) is not None:
            return
        row = {
            "hash": catalogue.hash,
            "device": catalogue.device,
            "template": catalogue.template,
            "points": catalogue.points_text(),
        }
        self._db.beside(lambda session: insert_new(session, KnownCatalogue, [row]))
        self._known[catalogue.hash] = catalogue

    def columns(self, wanted: Sequence[tuple[str, Catalogue]]) -> list[Columns]:
        """The points of catalogues on gateways; new ones are made, all at once, bound to no building."""
        places = [Place(gateway, catalogue.hash) for gateway, catalogue in wanted]
        missing = {
            place: catalogue
            for place, (_, catalogue) in zip(places, wanted, strict=True)
            if place not in self._columns
        }
        if missing:
            with self._db.reading() as session:
                self._columns |= _found(session, missing)
            new = {place: one for place, one in missing.items() if place not in self._columns}
            if new:
                self._db.beside(lambda session: _make(session, new))
                with self._db.reading() as session:
                    self._columns |= _found(session, new)
        return [self._columns[place] for place in places]


def _found(session: Session, wanted: dict[Place, Catalogue]) -> dict[Place, Columns]:
    """Those of which all points are there."""
    points: dict[tuple[str, str], dict[str, tuple[int, bool]]] = {}
    query = select(Point.device, Point.measure, Point.id, Point.is_counter)
    for gateway in {place.gateway for place in wanted}:
        for device, measure, point, is_counter in session.execute(query.where(Point.gateway == gateway)):
            points.setdefault((gateway, device), {})[measure] = (point, is_counter)
    found = {}
    for place, catalogue in wanted.items():
        keys = points.get((place.gateway, catalogue.device), {})
        if all(point.measure in keys for point in catalogue.points):
            ids, counters = zip(*(keys[point.measure] for point in catalogue.points), strict=True)
            found[place] = Columns(np.array(ids, np.int32), np.array(counters, np.bool_))
    return found


def _make(session: Session, wanted: dict[Place, Catalogue]) -> None:
    """New points, bound to nothing; a measure that we do not know is stored and shown, never booked."""
    hold_gateways(session, {place.gateway for place in wanted})
    rows = [
        {
            "gateway": place.gateway,
            "device": catalogue.device,
            "measure": point.measure,
            "template": catalogue.template,
            "is_counter": counts(point.measure),
        }
        for place, catalogue in wanted.items()
        for point in catalogue.points
    ]
    insert_new(session, Point, rows)
