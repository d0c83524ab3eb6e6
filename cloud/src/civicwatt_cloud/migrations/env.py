"""Alembic's entry: runs on the connection that Database.upgrade() hands over."""

from alembic import context
from sqlalchemy import Connection

import civicwatt_cloud.kit.audit
import civicwatt_cloud.kit.calendar_notices
import civicwatt_cloud.kit.directory
import civicwatt_cloud.kit.events
import civicwatt_cloud.kit.files.models
import civicwatt_cloud.kit.identity.models
import civicwatt_cloud.kit.indicators.snapshots
import civicwatt_cloud.kit.notices.models
import civicwatt_cloud.kit.numbering
import civicwatt_cloud.kit.obligations
import civicwatt_cloud.kit.organisation
import civicwatt_cloud.kit.outbox.models
import civicwatt_cloud.kit.people
import civicwatt_cloud.kit.rules_local
import civicwatt_cloud.kit.workflow.models
import civicwatt_cloud.modules.anomalies.models
import civicwatt_cloud.modules.certification.models
import civicwatt_cloud.modules.energy.watch
import civicwatt_cloud.modules.fleet.models
import civicwatt_cloud.modules.fleet.positions.models
import civicwatt_cloud.modules.fleet.stock.models
import civicwatt_cloud.modules.fleet.use.models
import civicwatt_cloud.modules.fleet.use.rental_models
import civicwatt_cloud.modules.gateways.models
import civicwatt_cloud.modules.housing.case_models
import civicwatt_cloud.modules.housing.models
import civicwatt_cloud.modules.org.models
import civicwatt_cloud.modules.pv.models
import civicwatt_cloud.modules.retrofit.models
import civicwatt_cloud.modules.retrofit.rectification
import civicwatt_cloud.modules.retrofit.waste
import civicwatt_cloud.modules.returns.account_models
import civicwatt_cloud.modules.returns.models
import civicwatt_cloud.modules.targets.models
import civicwatt_cloud.modules.upkeep.equipment_models
import civicwatt_cloud.modules.upkeep.gate_models
import civicwatt_cloud.modules.upkeep.models
import civicwatt_cloud.timeseries.intake.models
import civicwatt_cloud.timeseries.ledger.bills.models
import civicwatt_cloud.timeseries.ledger.closing.models
import civicwatt_cloud.timeseries.ledger.facts.models
import civicwatt_cloud.timeseries.ledger.models
import civicwatt_cloud.timeseries.ledger.shares.models
import civicwatt_cloud.timeseries.ledger.tariffs.models
import civicwatt_cloud.timeseries.ledger.tree.models
import civicwatt_cloud.timeseries.ledger.virtual.models
import civicwatt_cloud.timeseries.points  # noqa: F401 - each module adds its tables to Base.metadata
from civicwatt_cloud.kit.db import Base

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
    transactional_ddl=True,  # a migration happens whole or not at all, also on SQLite
)
is_sqlite = connection.dialect.name == "sqlite"
if is_sqlite:  # a table made anew is away for a moment; the keys' check can rest outside a transaction only
    connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
try:
    with context.begin_transaction():
        context.run_migrations()
finally:
    if is_sqlite:
        connection.connection.cursor().execute("PRAGMA foreign_keys=ON")
