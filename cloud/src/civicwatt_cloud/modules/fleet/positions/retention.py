"""Fixes are kept for a while; trips, stops and events for ever."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.modules.fleet.positions.models import Position


def drop(database: Database, before_us: int) -> int:
    """Drop the fixes received before an instant, an hour of them in a transaction; how many went."""
    with database.reading() as session:
        oldest_us = session.scalar(select(func.min(Position.received_us)))
    gone = 0
    while oldest_us is not None and oldest_us < before_us:
        until_us = min(oldest_us + HOUR_US, before_us)

        def work(session: Session, until_us: int = until_us) -> int:
            old = delete(Position).where(Position.received_us < until_us)
            return session.connection().execute(old).rowcount

        gone += database.beside(work)
        with database.reading() as session:
            oldest_us = session.scalar(select(func.min(Position.received_us)))
    return gone
