"""`/metrics`: what the process has counted, and what the databases say at this moment.

Refused as if it were not there, unless the token of `metrics_token_file` is given; without such a
file and without a proxy, this machine may read it.
"""

import hmac
import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography.x509 import load_pem_x509_certificate
from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import metrics
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.operations.backup import STAMP
from civicwatt_cloud.timeseries.intake.models import Quarantined
from civicwatt_cloud.timeseries.intake.subscriber import Subscriber
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, HeldStep
from civicwatt_cloud.timeseries.points import Gateway
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore

FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")


def metrics_reader(request: Request) -> None:
    """Declares who may read metrics. Errors: NotFound, for everybody else."""
    settings: Settings = request.app.state.settings
    if settings.metrics_token_file is not None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        token = settings.metrics_token_file.read_bytes().strip()
        if scheme.lower() == "bearer" and token and hmac.compare_digest(given.strip().encode(), token):
            return
    elif not settings.behind_proxy and _is_near(request):
        return
    raise NotFound()


def _is_near(request: Request) -> bool:
    """Whether a program on this machine asks, not a proxy on this machine for somebody else."""
    try:
        near = request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
    return near and not any(name in request.headers for name in FORWARDED)


router = APIRouter(include_in_schema=False, dependencies=[Depends(metrics_reader)])


@router.get("/metrics")
def all_metrics(request: Request) -> Response:
    """The text that Prometheus reads."""
    state = request.app.state
    now = CollectorRegistry()
    ProcessCollector(registry=now)
    now.register(Moment(state.database, state.store, state.settings))
    if state.subscriber is not None:
        now.register(Waiting(state.subscriber))
    return Response(generate_latest(metrics.REGISTRY) + generate_latest(now), media_type=CONTENT_TYPE_LATEST)


class Moment(Collector):
    """What is asked for when metrics are read."""

    def __init__(self, database: Database, store: ReadingsStore, settings: Settings) -> None:
        self._database, self._store, self._settings = database, store, settings

    def collect(self) -> Iterator[Metric]:
        """The families."""
        with self._database.reading() as session:
            yield from _of_database(session)
        store = self._store.capabilities()
        yield _info("store", "The readings store", {"name": store.name, "version": store.version})
        kind = self._database.engine.dialect.name
        yield _info("build", "This version", {"version": version("civicwatt"), "database": kind})
        free = shutil.disk_usage(self._settings.data_dir).free
        yield _gauge("disk_free_bytes", "Room on the data folder's disk", free)
        if (at := last_backup(self._settings.data_dir)) is not None:
            yield _gauge("backup_timestamp_seconds", "When a backup was written, last", at.timestamp())
        if (path := self._settings.mqtt_cert) is not None and (ends := _ends(path)) is not None:
            yield _gauge("ingest_certificate_end_timestamp_seconds", "When it ends", ends.timestamp())


class Waiting(Collector):
    """What waits in a process that takes messages in."""

    def __init__(self, subscriber: Subscriber) -> None:
        self._subscriber = subscriber

    def collect(self) -> Iterator[Metric]:
        """The families."""
        mine = self._subscriber
        yield _gauge("ingest_connected", "1 while the broker is connected", mine.connected)
        yield _gauge("ingest_queue_messages", "Messages received and not yet committed", len(mine.inbox))
        yield _gauge("ingest_parked_messages", "Messages that wait for their catalogue", mine.parked)
        dropped = "Messages dropped for want of room; the gateways send them again"
        yield CounterMetricFamily("civicwatt_ingest_dropped_messages", dropped, value=mine.inbox.dropped)


def listen(port: int, subscriber: Subscriber) -> None:
    """Serve the metrics of a process that has no pages, on this machine only."""
    metrics.REGISTRY.register(Waiting(subscriber))
    start_http_server(port, "127.0.0.1", metrics.REGISTRY)


def last_backup(folder: Path) -> datetime | None:
    """When the last backup of this data folder was written."""
    try:
        return datetime.fromisoformat(json.loads((folder / STAMP).read_bytes())["at"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _of_database(session: Session) -> Iterator[Metric]:
    counts: dict[str, tuple[str, Any]] = {
        "ledger_dirty_ranges": ("Ranges of hours that wait to be booked", select(func.count(DirtyRange.id))),
        "ledger_held_steps": ("Steps of counters that wait for a person", _count(HeldStep)),
        "quarantine_messages": ("Messages and readings in quarantine", select(func.count(Quarantined.id))),
        "gateways": ("Gateways known", select(func.count(Gateway.id))),
        "gateways_online": ("Gateways online", select(func.count(Gateway.id)).where(Gateway.online)),
    }
    for name, (text, query) in counts.items():
        yield _gauge(name, text, session.scalar(query) or 0)


def _count(table: type[HeldStep]) -> Any:
    return select(func.count()).select_from(table)


def _ends(path: Path) -> datetime | None:
    try:
        return load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return None


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"civicwatt_{name}", text, value=value)


def _info(name: str, text: str, labels: dict[str, str]) -> Metric:
    family = GaugeMetricFamily(f"civicwatt_{name}_info", text, labels=list(labels))
    family.add_metric(list(labels.values()), 1)
    return family
