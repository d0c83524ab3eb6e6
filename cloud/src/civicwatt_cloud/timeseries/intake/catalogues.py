"""Catalogues by hash, and the points behind them: data are read with exactly the catalogue they name."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.points import KnownCatalogue, resolve
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
        with self._db.session() as session:
            session.add(
                KnownCatalogue(
                    hash=catalogue.hash,
                    device=catalogue.device,
                    template=catalogue.template,
                    points=catalogue.points_text(),
                )
            )
        self._known[catalogue.hash] = catalogue

    def columns(self, gateway: str, catalogue: Catalogue) -> Columns:
        """The catalogue's points on this gateway; new ones are made, bound to no building."""
        key = (gateway, catalogue.hash)
        if key not in self._columns:
            with self._db.session() as session:
                self._columns[key] = _resolve(session, gateway, catalogue)
        return self._columns[key]


def _resolve(session: Session, gateway: str, catalogue: Catalogue) -> Columns:
    measures = [point.measure for point in catalogue.points]
    keys = resolve(session, gateway, catalogue.device, catalogue.template, measures)
    return Columns(
        np.array([key.id for key in keys], np.int32), np.array([key.is_counter for key in keys], np.bool_)
    )
