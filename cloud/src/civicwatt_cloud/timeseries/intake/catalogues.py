"""Catalogues by hash, and the points behind them: data are read with exactly the catalogue they name."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.kit.bulk import insert_new
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.points import KnownCatalogue, known, resolve
from civicwatt_cloud.timeseries.stores.readings import Bools
from civicwatt_protocols.uplink import Catalogue


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
        self._columns: dict[tuple[str, str], Columns] = {}

    def get(self, digest: str) -> Catalogue | None:
        """The catalogue with this hash, None when no birth has brought it yet."""
        if digest not in self._known:
            with self._db.reading() as session:
                row = session.get(KnownCatalogue, digest)
            if row is None:
                return None
            self._known[digest] = Catalogue.stored(row.device, row.template, row.points)
        return self._known[digest]

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

    def columns(self, gateway: str, catalogue: Catalogue) -> Columns:
        """The catalogue's points on this gateway; new ones are made, bound to no building."""
        key = (gateway, catalogue.hash)
        if key not in self._columns:
            measures = [point.measure for point in catalogue.points]
            with self._db.reading() as session:
                keys = known(session, gateway, catalogue.device, measures)
            if keys is None:
                names = (gateway, catalogue.device, catalogue.template, measures)
                keys = self._db.beside(lambda session: resolve(session, *names))
            self._columns[key] = Columns(
                np.array([key.id for key in keys], np.int32),
                np.array([key.is_counter for key in keys], np.bool_),
            )
        return self._columns[key]
