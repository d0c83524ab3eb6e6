"""Sparkplug B topics: spBv1.0/<group>/<message type>/<edge node>[/<device>].

Source: Sparkplug 3.0.0, chapter 4 (topics). Our group is the division code, our edge node the gateway.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from civicwatt_protocols.errors import UnknownTopic

NAMESPACE = "spBv1.0"


class MessageKind(StrEnum):
    """The message types of edge nodes (N…) and their devices (D…)."""

    NBIRTH = "NBIRTH"
    NDEATH = "NDEATH"
    NDATA = "NDATA"
    NCMD = "NCMD"
    DBIRTH = "DBIRTH"
    DDEATH = "DDEATH"
    DDATA = "DDATA"
    DCMD = "DCMD"

    @property
    def of_device(self) -> bool:
        """Whether the topic names a device."""
        return self.value.startswith("D")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic; str() gives its text. Raises UnknownTopic for parts that no topic can have."""

    division: str
    kind: MessageKind
    gateway: str
    device: str | None = None

    def __post_init__(self) -> None:
        parts = [self.division, self.gateway, *([] if self.device is None else [self.device])]
        if any(not part or set(part) & set("/+#\0") for part in parts):
            raise UnknownTopic(topic=str(self))
        if self.kind.of_device != (self.device is not None):
            raise UnknownTopic(topic=str(self))

    def __str__(self) -> str:
        tail = "" if self.device is None else f"/{self.device}"
        return f"{NAMESPACE}/{self.division}/{self.kind}/{self.gateway}{tail}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a topic's text. Raises UnknownTopic."""
        parts = text.split("/")
        if len(parts) not in (4, 5) or parts[0] != NAMESPACE or parts[2] not in MessageKind.__members__:
            raise UnknownTopic(topic=text)
        return cls(parts[1], MessageKind(parts[2]), parts[3], parts[4] if len(parts) == 5 else None)


def state_topic(host: str) -> str:
    """The STATE topic of a host application."""
    return f"{NAMESPACE}/STATE/{host}"
