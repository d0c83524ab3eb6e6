"""What our gateways and our cloud say to each other inside Sparkplug B.

Births carry the point catalogue of a device, data carry one outbox record each, commands carry acks.
Every DDATA names `cw/epoch`, `cw/seq` (one per outbox record) and `cw/birth` (hash of its catalogue).
"""

from .births import (
    ClockQuality,
    History,
    NodeBirth,
    decode_birth,
    decode_node_birth,
    decode_node_death,
    encode_birth,
    encode_node_birth,
    encode_node_death,
)
from .commands import (
    Ack,
    Rebirth,
    Reload,
    Resend,
    decode_command,
    encode_ack,
    encode_rebirth,
    encode_reload,
    encode_resend,
)
from .data import Data, Values
from .records import as_historical, decode_record, encode_record, peek, published, with_sequence
from .vocabulary import Catalogue, GapReason, PointDefinition, Record

__all__ = [
    "Ack",
    "Catalogue",
    "ClockQuality",
    "Data",
    "GapReason",
    "History",
    "NodeBirth",
    "PointDefinition",
    "Rebirth",
    "Record",
    "Reload",
    "Resend",
    "Values",
    "as_historical",
    "decode_birth",
    "decode_command",
    "decode_node_birth",
    "decode_node_death",
    "decode_record",
    "encode_ack",
    "encode_birth",
    "encode_node_birth",
    "encode_node_death",
    "encode_rebirth",
    "encode_record",
    "encode_reload",
    "encode_resend",
    "peek",
    "published",
    "with_sequence",
]
