"""Points of a device as ingest makes them, for tests that store readings themselves."""

from collections.abc import Iterable

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake.catalogues import Catalogues
from civicwatt_protocols.uplink import Catalogue, PointDefinition


def points_of(db: Database, gateway: str, device: str, template: str, measures: Iterable[str]) -> list[int]:
    """The points of these measures, in their order; new ones are bound to nothing."""
    named = tuple(PointDefinition(alias, measure) for alias, measure in enumerate(measures))
    (columns,) = Catalogues(db).columns([(gateway, Catalogue(device, template, named))])
    return columns.point.tolist()
