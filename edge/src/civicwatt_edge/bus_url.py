"""The url of a bus: what is spoken on it, and the way there.

tcp://host:port is Modbus TCP; rtu, dlt645 and cjt188 stand for a serial line (rtu:///dev/ttyS1) or for one
behind a serial server (rtu+tcp://host:port).
"""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class BusProtocol(StrEnum):
    """What is spoken on a bus."""

    MODBUS_TCP = "tcp"
    MODBUS_RTU = "rtu"
    DLT645 = "dlt645"
    CJT188 = "cjt188"

    @property
    def of_templates(self) -> str:
        """The `protocol` of the templates that can be read there."""
        return "modbus" if self in (BusProtocol.MODBUS_TCP, BusProtocol.MODBUS_RTU) else self.value


@dataclass(frozen=True, slots=True)
class BusUrl:
    """A bus's url, understood: host and port, or the path of a serial port."""

    protocol: BusProtocol
    host: str = ""
    port: int = 0
    path: str = ""

    @property
    def is_serial(self) -> bool:
        """Whether it names a serial port."""
        return bool(self.path)


SERIAL_DEFAULTS = {
    BusProtocol.MODBUS_RTU: (9600, "N", 1),  # engineering default: what most meters come with
    BusProtocol.DLT645: (2400, "E", 1),  # DL/T 645-2007's own default (from memory, 0.85)
    BusProtocol.CJT188: (2400, "E", 1),  # CJ/T 188's (from memory, 0.8)
}
FORMS = "tcp://host:port, rtu+tcp://host:port, rtu:///dev/ttyS1, dlt645+tcp://, dlt645:///, cjt188+tcp://, cjt188:///"


def parse(url: str) -> BusUrl:
    """Understand a bus's url; raises ValueError."""
    parts = urlsplit(url)
    name, _, carrier = parts.scheme.partition("+")
    wrong = ValueError(f"url {url!r} is none of {FORMS}")
    if name not in list(BusProtocol) or carrier not in ("", "tcp") or parts.scheme == "tcp+tcp":
        raise wrong
    protocol = BusProtocol(name)
    if carrier or protocol is BusProtocol.MODBUS_TCP:
        if not parts.hostname or not parts.port or parts.path not in ("", "/"):
            raise wrong
        return BusUrl(protocol, parts.hostname, parts.port)
    if parts.netloc or len(parts.path) < 2:
        raise wrong
    return BusUrl(protocol, path=parts.path)
