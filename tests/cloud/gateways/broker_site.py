"""A site: an authority, a Mosquitto with the shipped files, and whoever is let in."""

import asyncio
import contextlib
import itertools
import os
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import aiomqtt
from cryptography import x509

from civicwatt_cloud.modules.gateways import broker
from civicwatt_cloud.modules.gateways.authority import GATEWAY_LIFE, Authority
from civicwatt_cloud.timeseries.intake.mqtt import TlsFiles
from civicwatt_edge.config import Tls
from civicwatt_edge.delivery.mqtt import Client
from civicwatt_edge.identity import enrolment

numbers = itertools.count()


@dataclass
class Site:
    """An authority, a broker with our files, and whoever is let in."""

    folder: Path
    program: str
    port: int
    process: subprocess.Popen[bytes] | None = None
    revoked: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def broker_folder(self) -> Path:
        return self.folder / "broker"

    def write(self) -> None:
        listener = broker.Listener(["localhost", "127.0.0.1"], self.port, "127.0.0.1")
        broker.write(self.broker_folder, listener, Authority.all_in(self.folder / "authority"), self.revoked)

    def start(self) -> None:
        config = self.broker_folder / "mosquitto.conf"
        text = config.read_text()
        if os.geteuid() == 0 and "user root" not in text:  # else it becomes one who may not read this folder
            config.write_text(text + "user root\n")
        self.process = subprocess.Popen(
            [self.program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        with socket.socket() as probe:
            while probe.connect_ex(("127.0.0.1", self.port)):
                assert time.monotonic() < deadline, "mosquitto did not start"
                self.process.poll()
                assert self.process.returncode is None, "mosquitto refused its configuration"

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @property
    def authority(self) -> Authority:
        return Authority.present(self.folder / "authority")

    def identity(
        self, gateway: str, authority: Authority | None = None, life: timedelta = GATEWAY_LIFE
    ) -> TlsFiles:
        """A key and its certificate, and the authorities trusted at this time."""
        folder = self.folder / f"{gateway}-{next(numbers)}"
        folder.mkdir()
        (folder / "ca.pem").write_bytes((self.broker_folder / "ca.pem").read_bytes())
        (folder / "key.pem").write_bytes(enrolment.make_key_and_request(gateway)[0])
        files = TlsFiles(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
        self.certify(files, gateway, authority, life)
        return files

    def certify(
        self,
        files: TlsFiles,
        gateway: str,
        authority: Authority | None = None,
        life: timedelta = GATEWAY_LIFE,
    ) -> None:
        """The next certificate of the same key."""
        csr = x509.load_pem_x509_csr(enrolment.request_of(files.key.read_bytes(), gateway).encode())
        certificate = (authority or self.authority).for_gateway(csr, gateway, life)
        files.cert.write_bytes(broker.pem(certificate).encode())

    @staticmethod
    def config(files: TlsFiles) -> Tls:
        """The same as a gateway names them."""
        return Tls(ca=str(files.ca), cert=str(files.cert), key=str(files.key))

    def ingest_files(self) -> TlsFiles:
        folder = self.broker_folder / "ingest"
        return TlsFiles(self.broker_folder / "ca.pem", folder / "cert.pem", folder / "key.pem")

    def client(self, files: TlsFiles, name: str, **more: object) -> Client:
        return Client("127.0.0.1", self.port, identifier=name, tls_context=files.context(), **more)  # type: ignore[arg-type]

    @asynccontextmanager
    async def connected(
        self, name: str, *topics: str, files: TlsFiles | None = None
    ) -> AsyncIterator[tuple[Client, list[aiomqtt.Message]]]:
        """A client and what it is given."""
        heard: list[aiomqtt.Message] = []
        async with self.client(files or self.identity(name), name) as client:
            for one in topics:
                await client.subscribe(one, qos=1)

            async def listen() -> None:
                with contextlib.suppress(aiomqtt.MqttError):
                    async for message in client.messages:
                        heard.append(message)

            listening = asyncio.create_task(listen())
            try:
                yield client, heard
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    @asynccontextmanager
    async def ingest(self) -> AsyncIterator[tuple[Client, list[aiomqtt.Message]]]:
        async with self.connected("civicwatt-ingest", "spBv1.0/#", files=self.ingest_files()) as both:
            yield both


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for a condition; fail at the deadline."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for comes from another process
            await asyncio.sleep(0.01)
