"""What is tidied every night: what is older than it is to be kept goes, and it is said how much that was."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import structlog
from cryptography.x509 import load_pem_x509_certificate
from sqlalchemy import delete

from civicwatt_cloud.kit import audit_anchors, crypto, identity, metrics
from civicwatt_cloud.kit.business_time import DAY_US, date_of
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.fleet.positions import retention
from civicwatt_cloud.modules.gateways.broker import RENEW
from civicwatt_cloud.timeseries.intake.models import Quarantined
from civicwatt_cloud.timeseries.ledger.checks import violations
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore, SealsDays
from civicwatt_protocols.clock import Clock

log = structlog.get_logger()

SHOWN = 20  # violations named in the log; the count is complete


class Tidied(NamedTuple):
    """How many rows went, and how many days and months do not add up."""

    sessions: int  # and codes, and attempts to sign in
    quarantined: int
    readings: int
    violations: int
    sealed: int  # readings of closed days, moved into files
    positions: int = 0  # of vehicles


def housekeeping(database: Database, store: ReadingsStore, settings: Settings, clock: Clock) -> Tidied:
    """End old sessions, drop what is past its keeping time, anchor the audit,
    check that the books add up.

    The ledger, replacement forms and the audit are kept for ever.
    """
    with database.session() as session:
        day = date_of(identity.real_now_us(), settings.zone).isoformat()
        key = crypto.own_signing_key(settings.audit_key_path)
        audit_anchors.write(session, settings.anchors_path, key, settings.crypto, day)
        purged = identity.purge(session, identity.real_now_us())
        before_us = clock.now_us() - settings.keep_quarantine_days * DAY_US
        old = delete(Quarantined).where(Quarantined.received_us < before_us)
        quarantined = session.connection().execute(old).rowcount
    positions = retention.drop(database, clock.now_us() - settings.keep_positions_days * DAY_US)
    with database.reading() as session:
        broken = violations(session)
    if broken:
        log.error("ledger_does_not_add_up", count=len(broken), first=[str(one) for one in broken[:SHOWN]])
    today_us = clock.now_us() // DAY_US * DAY_US
    dropped = store.retain(today_us - settings.keep_readings_days * DAY_US)
    sealed = store.seal(today_us) if isinstance(store, SealsDays) else 0
    _warn_of_certificate(settings.mqtt_cert)
    done = Tidied(purged, quarantined, dropped, len(broken), sealed, positions)
    for what in ("sessions", "quarantined", "readings", "positions"):
        metrics.DROPPED.labels(what).inc(getattr(done, what))
    metrics.LEDGER_VIOLATIONS.set(done.violations)
    metrics.HOUSEKEEPING.set_to_current_time()
    log.info("housekeeping_done", **done._asdict())
    return done


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
