"""The months that PostgreSQL keeps the hours of the ledger in."""

from sqlalchemy import Connection, func, select

from civicwatt_cloud.timeseries.stores.readings import Ints


def make_months(connection: Connection, hours: Ints) -> None:
    """Make the partitions of these hours that are not there, in the transaction that writes the hours."""
    if len(hours) and connection.dialect.name == "postgresql":
        connection.execute(select(func.make_ledger_months(int(hours.min()), int(hours.max()))))
