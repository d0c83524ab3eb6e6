"""F30: certificates end, are revoked, and the authority behind them changes."""

import asyncio
import os
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from civicwatt.demo.broker import mosquitto
from civicwatt.demo.processes import Process
from civicwatt.drill.plant import GATEWAY, Shape
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage, until
from civicwatt.drill.world import World
from civicwatt_cloud.modules.gateways import broker
from civicwatt_cloud.modules.gateways.authority import Authority, pem
from civicwatt_edge.identity import enrolment
from civicwatt_edge.security_errors import CertificateExpired, RefusedByBroker

SHAPE = Shape(6, interval_s=10, rate=20.0)
SHORT = timedelta(seconds=12)
LONG = timedelta(days=90)
TLS = """
[broker.tls]
ca = "identity/ca.pem"
cert = "identity/cert.pem"
key = "identity/key.pem"
"""


@dataclass
class Site:
    """An authority, the files that a Mosquitto gets from it, and the gateway's identity."""

    folder: Path
    port: int
    revoked: list[tuple[str, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.identity.mkdir(parents=True)
        (self.identity / "key.pem").write_bytes(enrolment.make_key_and_request(GATEWAY)[0])
        self.write()
        (self.identity / "ca.pem").write_bytes((self.broker / "ca.pem").read_bytes())

    @property
    def broker(self) -> Path:
        """The broker's files."""
        return self.folder / "site"

    @property
    def identity(self) -> Path:
        """The gateway's files."""
        return self.folder / "identity"

    def write(self) -> None:
        """Write or renew the broker's files."""
        listener = broker.Listener(["127.0.0.1"], self.port, "127.0.0.1")
        broker.write(self.broker, listener, Authority.all_in(self.folder / "authority"), self.revoked)
        if os.geteuid() == 0:  # else Mosquitto becomes one who may not read this folder
            with (self.broker / "mosquitto.conf").open("a") as conf:
                conf.write("user root\n")

    def certify(self, life: timedelta) -> None:
        """The gateway's next certificate."""
        key = (self.identity / "key.pem").read_bytes()
        request = x509.load_pem_x509_csr(enrolment.request_of(key, GATEWAY).encode())
        certificate = Authority.present(self.folder / "authority").for_gateway(request, GATEWAY, life)
        (self.identity / "cert.pem").write_text(pem(certificate))

    def revoke(self) -> None:
        """Have the broker turn the present certificate away."""
        certificate = x509.load_pem_x509_certificate((self.identity / "cert.pem").read_bytes())
        self.revoked.append((f"{certificate.serial_number:x}", datetime.now(UTC)))
        self.write()

    def of_ingest(self) -> ssl.SSLContext:
        """What the consumer connects with."""
        made = ssl.create_default_context(cafile=self.broker / "ca.pem")
        made.load_cert_chain(self.broker / "ingest" / "cert.pem", self.broker / "ingest" / "key.pem")
        return made


async def run(stage: Stage) -> Row:
    """It waits with a named reason, keeps what it reads, and goes on with the next certificate."""
    rounds = stage.count(1, 4)
    world = World(stage.folder, SHAPE, stage.seed)
    site = Site(stage.folder, world.broker_port)
    command = [mosquitto() or "", "-c", str(site.broker / "mosquitto.conf")]
    world.broker = Process("broker", command, stage.folder / "broker.log")
    world.broker_lines, world.consumer.secure = TLS, site.of_ingest
    back_s = []
    async with world:
        site.certify(SHORT)
        world.start_gateway()
        await world.flows()
        for _ in range(rounds):
            await asyncio.sleep(SHORT.total_seconds())
            await _anew(world)
            await _waits(world, CertificateExpired.code)
            site.certify(LONG)
            back_s.append(await world.flows())
            site.revoke()
            await _anew(world)
            await _waits(world, RefusedByBroker.code)
            site.certify(SHORT)
            back_s.append(await world.flows())
            await asyncio.to_thread(Authority.roll, site.folder / "authority")
            site.write()
            await _anew(world)
            back_s.append(await world.flows())  # with the authority that it knows
            (site.identity / "ca.pem").write_bytes((site.broker / "ca.pem").read_bytes())
            site.certify(SHORT)
        site.certify(LONG)
        verdict = await world.verdict()
    return row(
        verdict,
        len(back_s),
        stage.seed,
        waited_with=[CertificateExpired.code, RefusedByBroker.code],
        back_s_at_most=round(max(back_s), 2),
    )


async def _anew(world: World) -> None:
    """End all connections: the broker starts again with its files as they are now."""
    await asyncio.to_thread(world.broker.kill)
    (world.folder / "gateway.log").write_text("")
    await world.start_broker()


async def _waits(world: World, code: str) -> None:
    """Wait until the gateway says that it waits, and why."""
    log = world.folder / "gateway.log"
    await until(lambda: code in log.read_text(), code, 30)
