"""F15, F30, S14: what a gateway says over TLS, and what becomes of it when TLS is not to be had.

A real gateway's outbox and uplink, a real Mosquitto with the shipped files, the real ingest over TLS too.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cloud.gateways.broker_site import Site, until
from cryptography import x509
from sqlalchemy import func, select
from structlog.testing import capture_logs

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.modules.gateways import broker
from civicwatt_cloud.modules.gateways.authority import Authority
from civicwatt_cloud.timeseries.intake import subscriber
from civicwatt_cloud.timeseries.intake.ingest import Command, Ingest
from civicwatt_cloud.timeseries.intake.models import Quarantined
from civicwatt_cloud.timeseries.intake.mqtt import TlsFiles
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_cloud.timeseries.intake.sequences import received
from civicwatt_cloud.timeseries.intake.subscriber import Subscriber
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_edge.config import Broker, Gateway
from civicwatt_edge.delivery import tls, uplink
from civicwatt_edge.delivery.uplink import Uplink
from civicwatt_edge.security_errors import (
    BrokerNotTrusted,
    CertificateExpired,
    CertificateNotYetValid,
    ClockNotSet,
    RefusedByBroker,
    TlsFilesUnusable,
)
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.uplink import Record

GATEWAY, DIVISION, MEASURES = "gw-01", "429900", ["water_volume", "water_flow"]
Sites = Callable[[], Site]


@dataclass
class World:
    """A gateway that keeps records, and a cloud that stores them."""

    folder: Path
    site: Site
    files: TlsFiles
    db: Database
    outbox: Outbox
    store: Store
    uplink: Uplink
    readings: DuckDBStore
    cloud: Subscriber

    async def accept(self, count: int) -> None:
        catalogue = self.store.catalogue("M-1", "simulated/water_counter", MEASURES)
        first, now_us = self.outbox.last_seq + 1, Clock.real().now_us() // 1_000_000 * 1_000_000
        for n in range(first, first + count):
            slot_us = now_us - 86_400_000_000 + n * 60_000_000
            await self.outbox.put(Record(0, slot_us, "M-1", catalogue.hash, (float(n), 0.5), {}))

    def stored(self) -> list[tuple[int, int]]:
        with self.db.reading() as session:
            return received(session, GATEWAY, self.outbox.epoch)

    async def acked(self, seq: int) -> None:
        """Until the gateway knows that all up to this number are stored."""
        async with asyncio.timeout(10):
            while (kept := await self.outbox.history()) is None or kept.last < seq:  # noqa: ASYNC110 - as until
                await asyncio.sleep(0.01)

    def everything(self) -> list[tuple[int, int, float]]:
        """All rows of the readings store."""
        with self.db.reading() as session:
            points = session.scalars(select(Point.id)).all()
        rows = self.readings.scan(points, 0, 2**62)
        return list(zip(rows.point.tolist(), rows.ts_us.tolist(), rows.value.tolist(), strict=True))

    def restart_broker(self) -> None:
        self.site.kill()
        self.site.start()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplink, "LONGEST_PAUSE_S", 0.3)
    monkeypatch.setattr(subscriber, "LONGEST_PAUSE_S", 0.3)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    db = Database.at(tmp_path / "civicwatt.sqlite")
    db.upgrade()
    yield db
    db.close()


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@asynccontextmanager
async def running(*work: Awaitable[None]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def world(
    folder: Path, site: Site, db: Database, files: TlsFiles, host: str = "127.0.0.1"
) -> AsyncIterator[World]:
    readings, store = DuckDBStore(folder / "readings.duckdb"), Store(folder / "data")
    cloud = Subscriber(Ingest(db, readings, Clock.real()), "127.0.0.1", site.port, site.ingest_files())
    try:
        async with Outbox(store) as outbox:
            way = Broker(host=host, port=site.port, tls=site.config(files))
            up = Uplink(Gateway(id=GATEWAY, division=DIVISION, data=""), way, outbox, Clock.real())
            async with running(cloud.run(), up.run()):
                yield World(folder, site, files, db, outbox, store, up, readings, cloud)
    finally:
        readings.close()


async def test_f30_expired_is_buffered_with_its_reason_and_renewed_is_drained(
    tmp_path: Path, sites: Sites, database: Database
) -> None:
    site = sites()
    files = site.identity(GATEWAY, life=timedelta(seconds=4))
    ends_s = tls.validity(files.cert).ends_s
    async with world(tmp_path, site, database, files) as here:
        await here.accept(10)
        await here.acked(10)
        await until(lambda: time.time() > ends_s)
        here.restart_broker()
        await here.accept(10)
        await until(lambda: isinstance(here.uplink.down, CertificateExpired))
        assert "证书已过期" in str(here.uplink.down)
        assert here.stored() == [(1, 10)]
        site.certify(files, GATEWAY)
        await until(lambda: here.stored() == [(1, 20)])
        assert here.uplink.down is None
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Quarantined)) == 0


async def test_f15_a_wrong_clock_is_named_and_a_set_one_connects(
    tmp_path: Path, sites: Sites, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = sites()
    real = time.time
    off_s = [datetime(2000, 1, 1, tzinfo=UTC).timestamp() - real()]
    monkeypatch.setattr(tls.time, "time", lambda: real() + off_s[0])
    async with world(tmp_path, site, database, site.identity(GATEWAY)) as here:
        await here.accept(5)
        await until(lambda: isinstance(here.uplink.down, ClockNotSet))
        assert "时钟未同步，等待校时" in str(here.uplink.down)
        assert here.stored() == []
        off_s[0] = 0.0
        await until(lambda: here.stored() == [(1, 5)])


async def test_f30_a_new_authority_takes_over_while_gateways_of_the_former_stay_connected(
    tmp_path: Path, sites: Sites, database: Database
) -> None:
    site = sites()
    former = site.identity(GATEWAY)
    async with world(tmp_path, site, database, former) as here:
        await here.accept(5)
        await here.acked(5)
        Authority.roll(site.folder / "authority")
        site.write()
        here.restart_broker()
        await here.accept(5)  # the gateway knows nothing of the new one yet
        await here.acked(10)
        renewed = site.identity(GATEWAY)  # the bundle of both, a certificate of the new one
        for name in ("ca", "cert", "key"):
            getattr(former, name).write_bytes(getattr(renewed, name).read_bytes())
        here.restart_broker()
        await here.accept(5)
        await until(lambda: here.stored() == [(1, 15)])
    assert len(x509.load_pem_x509_certificates(renewed.ca.read_bytes())) == 2
    issued = x509.load_pem_x509_certificate(renewed.cert.read_bytes())
    assert issued.issuer == site.authority.certificates[0].subject


async def test_f30_a_revoked_gateway_is_told_why_and_keeps_its_records(
    tmp_path: Path, sites: Sites, database: Database
) -> None:
    site = sites()
    files = site.identity(GATEWAY)
    serial = x509.load_pem_x509_certificate(files.cert.read_bytes()).serial_number
    site.revoked.append((f"{serial:x}", datetime.now(UTC) - timedelta(minutes=1)))
    site.write()
    site.kill()
    site.start()
    async with world(tmp_path, site, database, files) as here:
        await here.accept(5)
        await until(lambda: isinstance(here.uplink.down, RefusedByBroker))
        assert "revoked" in str(here.uplink.down)
        site.certify(files, GATEWAY)
        await until(lambda: here.stored() == [(1, 5)])


async def test_f30_a_broker_that_is_not_the_right_one_is_not_trusted(
    tmp_path: Path, sites: Sites, database: Database
) -> None:
    site = sites()
    files = site.identity(GATEWAY)
    for name, certify in {
        "expired": lambda key: site.authority.for_hosts(key, ["127.0.0.1"], timedelta(minutes=-1)),
        "another name": lambda key: site.authority.for_hosts(key, ["elsewhere.example"]),
        "another authority": lambda key: Authority.present(tmp_path / "other").for_hosts(key, ["127.0.0.1"]),
    }.items():
        key = broker.ec.generate_private_key(broker.ec.SECP256R1())
        (site.broker_folder / "server.key").write_bytes(broker.key_pem(key))
        (site.broker_folder / "server.pem").write_text(broker.pem(certify(key)))
        site.kill()
        site.start()
        async with world(made(tmp_path / name), site, database, files) as here:
            await until(lambda here=here: isinstance(here.uplink.down, BrokerNotTrusted))  # type: ignore[misc]


async def test_s14_yesterdays_capture_replayed_adds_no_row_and_leaves_an_event(
    tmp_path: Path, sites: Sites, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    captured: list[Message] = []
    process = Ingest.process

    def tapped(ingest: Ingest, messages: Iterable[Message]) -> list[Command]:
        captured.extend(messages)
        return process(ingest, messages)

    monkeypatch.setattr(Ingest, "process", tapped)
    site = sites()
    files = site.identity(GATEWAY)
    async with world(tmp_path, site, database, files) as here:
        await here.accept(30)
        await here.acked(30)
        before = here.everything()
        ours = [message for message in captured if f"/{GATEWAY}" in message.topic]
        with capture_logs() as events:
            here.site.kill()  # whoever has the capture and the gateway's place
            here.uplink._broker = Broker(port=1)
            await until(lambda: not here.cloud.connected)
            here.site.start()
            await until(lambda: here.cloud.connected)
            async with site.connected(GATEWAY, files=files) as (thief, _):
                for message in ours:
                    await thief.publish(message.topic, message.payload)
                await until(lambda: sum(event.get("records", 0) for event in events) >= 30, 20)
        assert here.everything() == before
        assert here.stored() == [(1, 30)]
    repeated = [event for event in events if event["event"] == "records_repeated"]
    assert {event["gateway"] for event in repeated} == {GATEWAY}
    assert len(before) == 60


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    """Files of a gateway, without a broker."""
    site = Site(tmp_path_factory.mktemp("pair"), "", 0)
    site.write()
    return site.identity(GATEWAY)


def test_f15_f30_each_state_of_clock_and_certificate_has_its_name(pair: TlsFiles) -> None:
    files = Site.config(pair)
    begins_s, ends_s = tls.validity(pair.cert)
    assert tls.context(files, begins_s + 1).check_hostname
    for now_s, reason in {
        0.0: ClockNotSet,
        datetime(2000, 1, 1, tzinfo=UTC).timestamp(): ClockNotSet,
        begins_s - 1: CertificateNotYetValid,
        ends_s: CertificateExpired,
        ends_s + 86_400 * 365: CertificateExpired,
        datetime(2099, 1, 1, tzinfo=UTC).timestamp(): ClockNotSet,
    }.items():
        with pytest.raises(reason):
            tls.context(files, now_s)


def test_f30_files_that_cannot_be_used_are_named_too(pair: TlsFiles, tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    other = tmp_path / "key.pem"
    other.write_bytes(broker.key_pem(broker.ec.generate_private_key(broker.ec.SECP256R1())))
    good = Site.config(pair)
    for wrong in ({"cert": garbage}, {"ca": garbage}, {"key": other}, {"key": tmp_path / "none"}):
        fields = {"ca": good.ca, "cert": good.cert, "key": good.key} | {k: str(v) for k, v in wrong.items()}
        with pytest.raises(TlsFilesUnusable):
            tls.context(tls.Tls(**fields))


def test_f30_a_warning_comes_30_7_and_1_days_before_the_end_and_each_once() -> None:
    warned, told = None, []
    for left_days in range(40, -3, -1):
        due = tls.warning_due(left_days * 86_400.0, warned)
        if due is not None:
            warned = due
            told.append((left_days, due))
    assert told == [(30, 30), (7, 7), (1, 1)]
    assert tls.warning_due(5 * 86_400.0, None) == 7  # a gateway that was off meanwhile


def test_s13_both_ends_ask_for_tls_1_2_or_newer_and_check_names(pair: TlsFiles) -> None:
    for made in (tls.context(Site.config(pair)), pair.context()):
        assert made.minimum_version is ssl.TLSVersion.TLSv1_2
        assert made.check_hostname
        assert made.verify_mode is ssl.CERT_REQUIRED
