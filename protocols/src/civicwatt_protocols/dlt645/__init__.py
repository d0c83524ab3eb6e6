"""DL/T 645-2007, the protocol of China's electricity meters: frames, data identifiers, values. No I/O.

The meter does not apply transformer ratios (CT/PT): whoever reads multiplies energy and power by them.
"""

from .frames import (
    BROADCAST,
    BROADCAST_READ,
    Frame,
    answer_data,
    answered_address,
    find,
    frame,
    read_address_request,
    read_next_request,
    read_request,
)
from .identifiers import Identifier, items, measures, table
from .values import decode, encode

__all__ = [
    "BROADCAST",
    "BROADCAST_READ",
    "Frame",
    "Identifier",
    "answer_data",
    "answered_address",
    "decode",
    "encode",
    "find",
    "frame",
    "items",
    "measures",
    "read_address_request",
    "read_next_request",
    "read_request",
    "table",
]
