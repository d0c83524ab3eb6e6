"""What is tidied every night."""

from datetime import UTC, datetime
from pathlib import Path

import structlog
from cryptography.x509 import load_pem_x509_certificate

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.gateways.broker import RENEW
from civicwatt_cloud.timeseries.ledger.books import violations
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
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
    _warn_of_certificate(settings.mqtt_cert)
    log.info("housekeeping_done", purged=purged, violations=len(broken), readings_dropped=dropped)


def _warn_of_certificate(path: Path | None) -> None:
    """The ingest's and the broker's are made together, and nobody else looks at when they end."""
    if path is None:
        return
    try:
        ends = load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        log.warning("certificate_not_readable", path=str(path), error=str(error))
        return
    if (left := ends - datetime.now(UTC)) <= RENEW:
        log.warning(
            "certificate_expires", path=str(path), days_left=left.days, remedy="civicwatt cloud broker-config"
        )
