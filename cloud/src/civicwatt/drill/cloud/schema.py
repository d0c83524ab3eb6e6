"""A database brought back to the schema of the release before."""

import asyncio
from contextlib import closing

from alembic import command
from alembic.config import Config

from civicwatt.drill.cloud.registry import migrating
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.schema import MIGRATIONS, schema_of
from civicwatt_cloud.kit.settings import Settings


async def to_former(settings: Settings) -> str | None:
    """One migration back, with its data; returns the revision it is at then. The cloud is stopped."""
    return await asyncio.to_thread(_to_former, settings)


def _to_former(settings: Settings) -> str | None:
    with migrating, closing(Database.of(settings)) as database:
        with database.engine.connect() as connection:
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            command.downgrade(config, "-1")
            connection.commit()
        with database.reading() as session:
            return schema_of(session.connection()).current
