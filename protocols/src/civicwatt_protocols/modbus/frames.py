"""Modbus frames: request and response PDU, the TCP header (MBAP), the CRC of serial lines.

Source: Modbus application protocol V1.1b3, clauses 4, 6.3, 6.4, 7; Modbus messaging on TCP/IP V1.0b, clause
3.1.3; Modbus over serial line V1.02, clause 6.2.2.
"""

import struct

from civicwatt_protocols.errors import DeviceRefused, FrameError

PREFIX_SIZE = 6  # transaction, protocol 0, length of what follows
HEADER_SIZE = 7  # the prefix and the unit
_PREFIX = struct.Struct(">HHH")
_HEADER = struct.Struct(">HHHB")
_READ = struct.Struct(">BHH")
_MAX_LENGTH = 254  # unit and a PDU of at most 253 bytes


def read_pdu(function: int, address: int, count: int) -> bytes:
    """The request to read count registers from a zero-based address."""
    return _READ.pack(function, address, count)


def read_request(transaction: int, unit: int, function: int, address: int, count: int) -> bytes:
    """The same with the TCP header in front."""
    return _HEADER.pack(transaction, 0, 6, unit) + read_pdu(function, address, count)


def adu_size(start: bytes) -> int:
    """Size in bytes of the whole TCP frame, from its first PREFIX_SIZE bytes or more. Raises FrameError."""
    _, protocol, length = _PREFIX.unpack_from(start)
    if protocol != 0 or not 3 <= length <= _MAX_LENGTH:
        header = start[:PREFIX_SIZE].hex(" ")
        raise _bad(f"header {header}", f"报文头 {header}")
    return PREFIX_SIZE + int(length)


def parse_response(adu: bytes, transaction: int, unit: int, function: int, count: int) -> bytes:
    """The data words of a TCP answer to that read_request. Raises FrameError, DeviceRefused."""
    if len(adu) < HEADER_SIZE or len(adu) != adu_size(adu):
        raise _bad("its length is not the header's", "长度与报文头不符")
    found, _, _, answering = _HEADER.unpack_from(adu)
    if found != transaction:
        raise _bad(
            f"answer to request {found}, not {transaction}", f"应答的是请求 {found}，不是 {transaction}"
        )
    if answering != unit:
        raise _bad(f"unit {answering} answered for {unit}", f"站号 {answering} 代替 {unit} 应答")
    return parse_pdu(adu[HEADER_SIZE:], function, count)


def parse_pdu(pdu: bytes, function: int, count: int) -> bytes:
    """The data words of an answer. Raises FrameError, DeviceRefused (an exception answer)."""
    if len(pdu) == 2 and pdu[0] == function | 0x80:
        raise DeviceRefused(exception_code=pdu[1])
    if len(pdu) < 2 or pdu[0] != function:
        raise _bad("another function answered", "应答的功能码不符")
    if pdu[1] != 2 * count or len(pdu) != 2 + 2 * count:
        raise _bad(
            f"{len(pdu) - 2} data bytes, not {2 * count}", f"数据 {len(pdu) - 2} 字节，应为 {2 * count}"
        )
    return pdu[2:]


def crc16(frame: bytes) -> bytes:
    """The CRC of a serial frame (unit and PDU), low byte first as it is sent."""
    crc = 0xFFFF
    for byte in frame:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc.to_bytes(2, "little")


def _bad(detail: str, detail_zh: str) -> FrameError:
    return FrameError(detail=detail, detail_zh=detail_zh)
