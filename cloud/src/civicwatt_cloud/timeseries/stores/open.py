"""The one place where an engine is chosen."""

from pathlib import Path
from typing import TYPE_CHECKING

from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_cloud.timeseries.stores.urls import EMBEDDED, Address, parse

if TYPE_CHECKING:
    from civicwatt_cloud.timeseries.stores.influx_store import InfluxStore
    from civicwatt_cloud.timeseries.stores.victoria_store import VictoriaStore


def open_store(url: str) -> ReadingsStore:
    """The store at this address (see urls.py), made if it is not there. Errors: StoreError."""
    address = parse(url)
    return open_file(address) if address.kind in EMBEDDED else open_server(address)


def open_file(address: Address) -> ReadingsStore:
    """An embedded store. Loads only the engine that is asked for, as open_server() does."""
    path = Path(address.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if address.kind == "sqlite":
        from civicwatt_cloud.timeseries.stores.sqlite_store import SQLiteStore  # noqa: PLC0415

        return SQLiteStore(path)
    from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore  # noqa: PLC0415

    return DuckDBStore(path)


def open_server(address: Address) -> "InfluxStore | VictoriaStore":
    """A store that other processes use too."""
    if address.kind.startswith("victoria"):
        from civicwatt_cloud.timeseries.stores.victoria_store import VictoriaStore  # noqa: PLC0415

        return VictoriaStore(address)
    from civicwatt_cloud.timeseries.stores.influx_store import InfluxStore  # noqa: PLC0415

    return InfluxStore(address)
