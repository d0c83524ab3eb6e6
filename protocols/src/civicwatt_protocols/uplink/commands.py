"""Commands of the cloud to a gateway (NCMD): ack, rebirth, resend, reload."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from civicwatt_protocols.errors import NotOurMessage
from civicwatt_protocols.sparkplug.payload import DataType, Metric, Payload, Value, decode, encode

from .vocabulary import EPOCH, REBIRTH, RELOAD

ACK, RESEND = "cw/ack", "cw/resend"


@dataclass(frozen=True, slots=True)
class Ack:
    """Records of this epoch that are committed in the cloud; ranges are inclusive (first, last)."""

    epoch: str
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Rebirth:
    """Publish NBIRTH and the catalogues again."""


@dataclass(frozen=True, slots=True)
class Reload:
    """Read the configuration file again."""


@dataclass(frozen=True, slots=True)
class Resend:
    """Send everything from from_seq on again: the cloud was restored from a backup."""

    epoch: str
    from_seq: int


def encode_ack(epoch: str, ranges: list[tuple[int, int]]) -> bytes:
    """An NCMD naming committed inclusive ranges, as text: "12-40,43-43"."""
    return _command((EPOCH, DataType.STRING, epoch), (ACK, DataType.STRING, write_ranges(ranges)))


def encode_rebirth() -> bytes:
    """An NCMD asking for a rebirth, with Sparkplug's own metric: any Sparkplug node understands it."""
    return _command((REBIRTH, DataType.BOOLEAN, True))


def encode_reload() -> bytes:
    """An NCMD asking a gateway to read its configuration file again."""
    return _command((RELOAD, DataType.BOOLEAN, True))


def encode_resend(epoch: str, from_seq: int) -> bytes:
    """An NCMD rewinding the gateway's history."""
    return _command((EPOCH, DataType.STRING, epoch), (RESEND, DataType.UINT64, from_seq))


def decode_command(payload: bytes) -> Ack | Rebirth | Reload | Resend:
    """The command of an NCMD. Raises NotSparkplug, NotOurMessage."""
    named = {metric.name: metric.value for metric in decode(payload).metrics}
    epoch = named.get(EPOCH)
    match named:
        case {"Node Control/Rebirth": True}:
            return Rebirth()
        case {"Node Control/Reload": True}:
            return Reload()
        case {"cw/ack": str(text)} if isinstance(epoch, str):
            return Ack(epoch, read_ranges(text))
        case {"cw/resend": int(from_seq)} if isinstance(epoch, str):
            return Resend(epoch, from_seq)
    raise NotOurMessage(detail="no known command")


def _command(*metrics: tuple[str, DataType, Value]) -> bytes:
    at = time.time_ns() // 1_000_000  # Sparkplug wants a time on commands; nobody decides by it
    return encode(Payload(at, [Metric(name, None, at, kind, value) for name, kind, value in metrics]))


def write_ranges(ranges: Sequence[tuple[int, int]]) -> str:
    """Inclusive ranges as text: "12-40,43-43"."""
    return ",".join(f"{first}-{last}" for first, last in ranges)


def read_ranges(text: str) -> tuple[tuple[int, int], ...]:
    """Inclusive ranges from their text: "12-40,43-43". Raises NotOurMessage."""
    try:
        pairs = [part.split("-") for part in text.split(",")] if text else []
        ranges = tuple((int(first), int(last)) for first, last in pairs)
    except ValueError as error:
        raise NotOurMessage(detail=f"no ranges: {text}") from error
    if any(first > last for first, last in ranges):
        raise NotOurMessage(detail=f"a range runs backwards: {text}")
    return ranges
