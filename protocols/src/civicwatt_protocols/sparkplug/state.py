"""STATE: whether a host application is there.

Source: Sparkplug 3.0.0, chapters 4 (topics) and 6 (payloads).
"""

from typing import Annotated

import msgspec

from civicwatt_protocols.errors import NotSparkplug


class HostState(msgspec.Struct, frozen=True):
    """What a host says of itself; the timestamp (UTC ms) tells which of two is the later one."""

    online: bool
    timestamp: Annotated[int, msgspec.Meta(ge=0)]


def decode_state(payload: bytes) -> HostState:
    """The state in a STATE message. Raises NotSparkplug, also for the "ONLINE" of Sparkplug 2."""
    try:
        return msgspec.json.decode(payload, type=HostState)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotSparkplug(detail=f"no STATE: {error}") from error


def encode_state(state: HostState) -> bytes:
    """The payload of a STATE message."""
    return msgspec.json.encode(state)
