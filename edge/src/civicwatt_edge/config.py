"""The gateway's configuration: one TOML file, every key known, every value checked before the first poll."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from civicwatt_protocols import templates
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.toml import Table, decode, text_of

# A name that becomes one level of an MQTT topic: no level separator, no wildcard, no space.
TopicName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]+$", max_length=64)]


class Gateway(Table, frozen=True):
    """Who this gateway is; `data` is the outbox's directory, a relative one starts at this file."""

    id: TopicName
    division: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6,12}$")]
    data: str


class Tls(Table, frozen=True):
    """PEM files: whom to trust as the broker, who we are; relative paths start at this file."""

    ca: str
    cert: str
    key: str

    def beside(self, folder: Path) -> "Tls":
        """With paths that start at this folder."""
        return Tls(ca=str(folder / self.ca), cert=str(folder / self.cert), key=str(folder / self.key))


class Broker(Table, frozen=True):
    """The MQTT broker; where `primary_host` names a Sparkplug host, data leave only while that is online."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 1883
    primary_host: TopicName | None = None
    tls: Tls | None = None


class DeviceConfig(Table, frozen=True):
    """One meter on a bus; without `measures` all of its template are read."""

    id: TopicName
    template: str
    unit: Annotated[int, msgspec.Meta(ge=0, le=255)] = 1
    interval_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 60
    measures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Template and measures exist."""
        if self.template not in templates.names():
            raise ValueError(f"there is no template {self.template}; known: {', '.join(templates.names())}")
        known = {register.measure for register in templates.load(self.template).registers}
        if unknown := sorted(set(self.measures) - known):
            raise ValueError(f"template {self.template} has no measure {', '.join(unknown)}")


class BusConfig(Table, frozen=True):
    """One Modbus TCP endpoint; its devices are read one after the other."""

    name: str
    url: str
    timeout_ms: Annotated[int, msgspec.Meta(ge=10, le=60_000)] = 1000
    device: tuple[DeviceConfig, ...] = ()

    def __post_init__(self) -> None:
        """The url is tcp://host:port and no two devices share a unit."""
        parts = urlsplit(self.url)
        if parts.scheme != "tcp" or not parts.hostname or not parts.port:
            raise ValueError(f"url {self.url!r} is not tcp://host:port")
        _refuse_doubled(f"bus {self.name}: unit", [device.unit for device in self.device])

    @property
    def host(self) -> str:
        """Host of the url."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Port of the url."""
        return urlsplit(self.url).port or 0


class Config(Table, frozen=True):
    """The whole file."""

    gateway: Gateway
    broker: Broker = Broker()
    bus: tuple[BusConfig, ...] = ()

    def __post_init__(self) -> None:
        """Names of buses and devices are unique in the gateway; case alone tells no two devices apart."""
        _refuse_doubled("bus", [bus.name for bus in self.bus])
        _refuse_doubled("device", [device.id for bus in self.bus for device in bus.device])


def load(path: Path) -> Config:
    """Read and check a configuration file; raises BadToml, UnknownKey or BadValue naming file and line."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadValue(str(path), key="--config", detail=error) from error
    config = decode(text_of(data, str(path)), Config, str(path))
    gateway = msgspec.structs.replace(config.gateway, data=str(path.parent / config.gateway.data))
    tls = config.broker.tls and config.broker.tls.beside(path.parent)
    broker = msgspec.structs.replace(config.broker, tls=tls)
    return msgspec.structs.replace(config, gateway=gateway, broker=broker)


def _refuse_doubled(what: str, names: Sequence[object]) -> None:
    folded = [str(name).lower() for name in names]
    for name, key in zip(names, folded, strict=True):
        if folded.count(key) > 1:
            raise ValueError(f"{what} {name} appears twice")
