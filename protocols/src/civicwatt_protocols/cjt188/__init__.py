"""CJ/T 188-2004 and -2018, the protocol of China's water, heat and gas meters: frames, values. No I/O."""

from .dialects import Dialect, dialect, dialects
from .frames import (
    BROADCAST,
    METERS,
    Frame,
    answered_address,
    check_answer,
    find,
    frame,
    read_address_request,
    read_request,
)
from .layouts import measures
from .values import decode, encode

__all__ = [
    "BROADCAST",
    "METERS",
    "Dialect",
    "Frame",
    "answered_address",
    "check_answer",
    "decode",
    "dialect",
    "dialects",
    "encode",
    "find",
    "frame",
    "measures",
    "read_address_request",
    "read_request",
]
