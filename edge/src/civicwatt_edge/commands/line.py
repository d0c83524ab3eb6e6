"""The bus that a command was told of, and the connection to it."""

from dataclasses import dataclass
from typing import Self

import msgspec

from civicwatt_edge.config import BusConfig
from civicwatt_protocols.errors import BadValue


@dataclass(frozen=True)
class Line:
    """A bus, as its configuration writes it."""

    bus: BusConfig

    @classmethod
    def of(
        cls,
        text: str,
        *,
        rtu_over_tcp: bool = False,
        baud: int | None = None,
        parity: str | None = None,
        timeout_ms: int = 1000,
    ) -> Self:
        """From what a person types: a url, host:port, or a serial device. Raises BadValue."""
        url = text
        if "://" not in text:
            url = f"rtu://{text}" if text.startswith("/") else f"tcp://{text}"
        if rtu_over_tcp:
            url = "rtu+tcp://" + url.removeprefix("tcp://").removeprefix("rtu+tcp://")
        keys = {"url": url, "timeout_ms": timeout_ms, "baud": baud, "parity": parity}
        told = {key: value for key, value in keys.items() if value is not None}
        try:
            return cls(msgspec.convert({"name": "line", **told}, BusConfig))
        except msgspec.ValidationError as error:
            raise BadValue(text, key="url", detail=str(error)) from error

    @property
    def url(self) -> str:
        """Scheme and place."""
        return self.bus.url

    @property
    def keys(self) -> dict[str, object]:
        """The keys that this bus needs in the configuration."""
        keys = ("url", "baud", "parity", "stop_bits")
        return {key: value for key in keys if (value := getattr(self.bus, key)) is not None}
