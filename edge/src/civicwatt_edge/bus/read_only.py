"""Nothing but questions leaves the gateway: every request passes here just before the wire (S15)."""

from civicwatt_edge.errors import WriteRefused
from civicwatt_protocols import cjt188, dlt645
from civicwatt_protocols.cjt188 import frames as cjt188_frames
from civicwatt_protocols.dlt645 import frames as dlt645_frames
from civicwatt_protocols.modbus.frames import HEADER_SIZE

# Modbus application protocol V1.1b3, clauses 6.3 and 6.4: the functions that read registers.
MODBUS_READS = frozenset((3, 4))
DLT645_READS = frozenset((dlt645_frames.READ, dlt645_frames.READ_NEXT, dlt645_frames.READ_ADDRESS))
CJT188_READS = frozenset((cjt188_frames.READ, cjt188_frames.READ_ADDRESS))


def check_modbus_tcp(request: bytes) -> None:
    """Raises WriteRefused for a Modbus TCP frame of any other function."""
    if request[HEADER_SIZE] not in MODBUS_READS:
        raise WriteRefused(protocol="Modbus TCP", function=f"{request[HEADER_SIZE]:02X}")


def check_modbus_rtu(request: bytes) -> None:
    """Raises WriteRefused for a serial Modbus frame of any other function."""
    if request[1] not in MODBUS_READS:
        raise WriteRefused(protocol="Modbus RTU", function=f"{request[1]:02X}")


def check_dlt645(request: bytes) -> None:
    """Raises WriteRefused for a DL/T 645 frame of any other control code."""
    control = dlt645.find(request).control
    if control not in DLT645_READS:
        raise WriteRefused(protocol=dlt645_frames.NAME, function=f"{control:02X}")


def check_cjt188(request: bytes) -> None:
    """Raises WriteRefused for a CJ/T 188 frame of any other control code."""
    control = cjt188.find(request).control
    if control not in CJT188_READS:
        raise WriteRefused(protocol=cjt188_frames.NAME, function=f"{control:02X}")
