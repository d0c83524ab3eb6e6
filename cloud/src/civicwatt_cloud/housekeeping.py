"""What is tidied every night."""

import structlog

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.ledger import violations
from civicwatt_cloud.timeseries.readings import ReadingsStore
from civicwatt_protocols.clock import Clock

log = structlog.get_logger()

DAY_US = 24 * 3600 * SECOND_US
SHOWN = 20  # violations named in the log; the count is complete


def housekeeping(database: Database, store: ReadingsStore, settings: Settings, clock: Clock) -> None:
    """End old sessions and codes, check that the books add up, drop readings past their keeping time."""
    with database.session() as session:
        purged = identity.purge(session, identity.real_now_us())
    with database.reading() as session:
        broken = violations(session)
    if broken:
        log.error("ledger_does_not_add_up", count=len(broken), first=[str(one) for one in broken[:SHOWN]])
    dropped = store.retain(clock.now_us() - settings.keep_readings_days * DAY_US)
    log.info("housekeeping_done", purged=purged, violations=len(broken), readings_dropped=dropped)
