"""The gateway's configuration: one TOML file, every key known, every value checked before the first poll."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from civicwatt_edge import bus_url
from civicwatt_edge.ratios import factor
from civicwatt_protocols import golden, templates
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.template import Order, parse
from civicwatt_protocols.toml import Table, decode, text_of

# A name that becomes one level of an MQTT topic: no level separator, no wildcard, no space.
TopicName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]+\Z", max_length=64)]


# Primary by secondary side of a current or voltage transformer: 200 A / 5 A is 40.
Ratio = Annotated[int, msgspec.Meta(ge=1, le=10_000)]

TEMPLATES = "templates"  # the folder of one's own, beside the configuration
MAIN = "main"  # the upstream that has no name of its own
LINE_UNITS = range(1, 248)  # Modbus over serial line V1.02, clause 2.2
ADDRESS_DIGITS = {"dlt645": 12, "cjt188": 14}


class Gateway(Table, frozen=True):
    """Who this gateway is; `data` is the outbox's directory, a relative one starts at this file."""

    id: TopicName
    division: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6,12}\Z")]
    data: str
    quota_mb: Annotated[int, msgspec.Meta(ge=32)] | None = None
    # How long after a start of the machine its clock is waited for; 0 where there is no time server.
    time_wait_s: Annotated[int, msgspec.Meta(ge=0, le=3_600)] = 120

    @property
    def quota_bytes(self) -> int | None:
        """What the data directory may take; without a quota the outbox takes its share of the disk."""
        return None if self.quota_mb is None else self.quota_mb << 20


class Tls(Table, frozen=True):
    """PEM files: whom to trust as the broker, who we are; relative paths start at this file."""

    ca: str
    cert: str
    key: str

    def beside(self, folder: Path) -> "Tls":
        """With paths that start at this folder."""
        return Tls(ca=str(folder / self.ca), cert=str(folder / self.cert), key=str(folder / self.key))


class Broker(Table, frozen=True):
    """An MQTT broker; where `primary_host` names a Sparkplug host, data leave only while that is online.

    `name` tells upstreams apart, in the log and in the outbox: what one has acked is kept under its name.
    """

    name: TopicName = MAIN
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 1883
    primary_host: TopicName | None = None
    tls: Tls | None = None

    def beside(self, folder: Path) -> "Broker":
        """With the paths of its TLS files starting at this folder."""
        return msgspec.structs.replace(self, tls=self.tls and self.tls.beside(folder))


class DeviceConfig(Table, frozen=True):
    """One meter on a bus; without `measures` all of its template are read.

    `unit` is its Modbus address, `address` the number on the plate of a DL/T 645 or CJ/T 188 meter; `order`
    overrides the template's order of registers of several words. A meter behind transformers that shows the
    secondary side has its ratios in `ct` and `pt`; changing them later is a change of meter (换表单). `name`
    and `bind` (单位编码/楼栋编码/分项) are for people and for the cloud's list of meters. Between two slots
    the measures `fast` are read every `fast_s` seconds: power follows the load, energy can wait.
    """

    id: TopicName
    template: str
    unit: Annotated[int, msgspec.Meta(ge=0, le=255)] = 1
    address: Annotated[str, msgspec.Meta(pattern=r"^[0-9]*\Z", max_length=14)] = ""
    order: Order | None = None
    ct: Ratio = 1
    pt: Ratio = 1
    name: str = ""
    bind: str = ""
    interval_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 60
    measures: tuple[str, ...] = ()
    fast_s: Annotated[int, msgspec.Meta(ge=1, le=3_600)] | None = None
    fast: tuple[str, ...] = ("active_power_total",)

    @property
    def place(self) -> str:
        """Where it is on its bus: its number without leading zeros, or its unit."""
        return self.address.lstrip("0") or "0" if self.address else str(self.unit)

    def __post_init__(self) -> None:
        """Template and measures exist, and the template's protocol knows the other keys."""
        if self.template not in templates.names():
            raise ValueError(f"there is no template {self.template}; known: {', '.join(templates.names())}")
        template = templates.load(self.template)
        if unknown := sorted(set(self.measures) - set(template.measures)):
            raise ValueError(f"template {self.template} has no measure {', '.join(unknown)}")
        if self.fast_s is not None:
            if self.fast_s >= self.interval_s or self.interval_s % self.fast_s:
                raise ValueError(f"fast_s must divide interval_s: {self.interval_s} by {self.fast_s}")
            if not self.fast:
                raise ValueError("fast names no measure: name one, or leave out fast_s")
            if unknown := sorted(set(self.fast) - set(self.measures or template.measures)):
                raise ValueError(f"fast: {self.id} does not read {', '.join(unknown) or 'anything'}")
        if template.bus_protocol == "modbus":
            if self.address:
                raise ValueError(f"address is not for template {self.template}: Modbus devices have a unit")
        elif not 0 < len(self.address) <= ADDRESS_DIGITS[template.protocol]:
            digits = ADDRESS_DIGITS[template.protocol]
            raise ValueError(f"template {self.template} needs address, 1 to {digits} digits")
        if self.order is not None and not any(one.count > 1 for one in template.registers):
            raise ValueError(
                f"order is not for template {self.template}: it has no register of several words"
            )
        if self.order == "AB":
            raise ValueError("order is ABCD, CDAB, BADC or DCBA")
        if (
            template.protocol == "sunspec"
            or all(factor(measure, self.ct, self.pt) == 1 for measure in template.measures)
        ) and self.ct * self.pt > 1:
            raise ValueError(f"ct and pt are not for template {self.template}: it needs no ratios")


class BusConfig(Table, frozen=True):
    """One endpoint; its devices are read one after the other. See bus_url for the forms of `url`."""

    name: str
    url: str
    timeout_ms: Annotated[int, msgspec.Meta(ge=10, le=60_000)] = 1000
    baud: Annotated[int, msgspec.Meta(ge=300, le=921_600)] | None = None
    parity: Literal["N", "E", "O"] | None = None
    stop_bits: Literal[1, 2] | None = None
    device: tuple[DeviceConfig, ...] = ()

    def __post_init__(self) -> None:
        """The url is one, serial keys go with a serial port, devices speak its protocol, none is double."""
        url = self.where
        given = [key for key in ("baud", "parity", "stop_bits") if getattr(self, key) is not None]
        if given and not url.is_serial:
            raise ValueError(
                f"{', '.join(given)}: only a serial port has that; {self.url} is set at the far end"
            )
        for device in self.device:
            spoken = templates.load(device.template).bus_protocol
            if spoken != url.protocol.of_templates:
                raise ValueError(
                    f"device {device.id}: template {device.template} speaks {spoken}, not {self.url}"
                )
            if url.protocol is bus_url.BusProtocol.MODBUS_RTU and device.unit not in LINE_UNITS:
                raise ValueError(f"device {device.id}: unit {device.unit}, on a line it is 1 to 247")
        _refuse_doubled(f"bus {self.name}: unit", [one.unit for one in self.device if not one.address])
        addresses = [one.place for one in self.device if one.address]
        _refuse_doubled(f"bus {self.name}: address", addresses)

    @property
    def where(self) -> bus_url.BusUrl:
        """The url, understood."""
        return bus_url.parse(self.url)

    @property
    def serial(self) -> tuple[int, str, int]:
        """Baud rate, parity and stop bits of a serial port."""
        baud, parity, stop_bits = bus_url.SERIAL_DEFAULTS[self.where.protocol]
        return self.baud or baud, self.parity or parity, self.stop_bits or stop_bits


class Config(Table, frozen=True):
    """The whole file."""

    gateway: Gateway
    broker: Broker = Broker()
    upstream: tuple[Broker, ...] = ()
    bus: tuple[BusConfig, ...] = ()

    def __post_init__(self) -> None:
        """Names of buses and devices are unique in the gateway; case alone tells no two devices apart."""
        if self.upstream and self.broker != Broker():
            raise ValueError("[broker] is the short form of one [[upstream]]: give one or the other")
        _refuse_doubled("upstream", [one.name for one in self.upstream])
        # On one broker two connections of one gateway would throw each other out.
        _refuse_doubled("upstream at", [f"{one.host}:{one.port}" for one in self.upstream])
        _refuse_doubled("bus", [bus.name for bus in self.bus])
        _refuse_doubled("device", [device.id for bus in self.bus for device in bus.device])

    @property
    def upstreams(self) -> tuple[Broker, ...]:
        """The centres that get every record, each through its own broker."""
        return self.upstream or (self.broker,)


def load(path: Path) -> Config:
    """Read and check a configuration file; raises BadToml, UnknownKey or BadValue naming file and line."""
    know_own_templates(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadValue(str(path), key="--config", detail=error) from error
    config = decode(text_of(data, str(path)), Config, str(path))
    gateway = msgspec.structs.replace(config.gateway, data=str(path.parent / config.gateway.data))
    broker, *upstream = (one.beside(path.parent) for one in (config.broker, *config.upstream))
    return msgspec.structs.replace(config, gateway=gateway, broker=broker, upstream=tuple(upstream))


def know_own_templates(config: Path) -> None:
    """Know the templates in `templates/` beside the configuration, golden frames checked.

    Raises what `templates lint` says of a faulty one.
    """
    for path in sorted((config.parent / TEMPLATES).rglob("*.toml")):
        template = parse(text_of(path.read_bytes(), str(path)), str(path))
        golden.check(template)
        templates.add(template, str(path))


def _refuse_doubled(what: str, names: Sequence[object]) -> None:
    folded = [str(name).lower() for name in names]
    for name, key in zip(names, folded, strict=True):
        if folded.count(key) > 1:
            raise ValueError(f"{what} {name} appears twice")
