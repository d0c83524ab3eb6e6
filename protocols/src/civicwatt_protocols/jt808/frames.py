"""Frames of JT/T 808: 7E, escaped header, body and checksum, 7E.

Header: message id, attributes, [protocol version], phone in BCD (6 bytes; with the version 10), serial
number, [number of parts, part]. Attributes: bits 0-9 length of the body, 10-12 encryption, 13 parts, 14
version (2019). The checksum is the exclusive or of all bytes before it.
Source: JT/T 808-2019, clause 4.4 (seen in emqx/emqx).
"""

import struct
from dataclasses import dataclass
from functools import reduce
from operator import xor

from civicwatt_protocols.errors import TerminalFrameError

NAME = "JT/T 808"
FLAG = b"\x7e"
LONGEST_BODY = 0x3FF
LONGEST_FRAME = 2 * (21 + LONGEST_BODY + 1)  # escaped, without its flags
VERSION_2019 = 1
_PARTS, _VERSION = 1 << 13, 1 << 14


@dataclass(frozen=True, slots=True)
class Message:
    """One message, or one part of it."""

    id: int
    phone: str  # digits as sent: 12, of 2019: 20; what is no BCD shows as A-F
    serial: int
    body: bytes = b""
    version: int | None = None  # 1: 2019; None: 2013, which tells none
    encryption: int = 0  # 0: none; 1: RSA
    part: int = 1
    parts: int = 1


class Splitter:
    """Cuts a stream into the contents of its frames, in whatever pieces it arrives; never keeps much."""

    def __init__(self) -> None:
        self._begun = b""
        self._inside = False  # a flag has come; what stands before the first is no frame

    def feed(self, data: bytes) -> list[bytes]:
        """The contents that the new bytes complete, still escaped: for `parse`."""
        *whole, rest = data.split(FLAG)
        frames = []
        for piece in whole:
            content, inside = self._begun + piece, self._inside
            self._begun, self._inside = b"", True
            if inside and content:
                frames.append(content)
        if self._inside and len(self._begun) + len(rest) <= LONGEST_FRAME:
            self._begun += rest
        elif self._inside:  # longer than any frame: look for the next flag
            self._begun, self._inside = b"", False
        return frames


def parse(content: bytes) -> Message:
    """The message in a frame, given with or without its flags. Raises TerminalFrameError."""
    data = unescape(content.removeprefix(FLAG).removesuffix(FLAG))
    if len(data) < 13:
        raise bad(f"{len(data)} bytes", f"仅 {len(data)} 字节")
    if (total := reduce(xor, data[:-1])) != data[-1]:
        raise bad(
            f"checksum {data[-1]:02X}, expected {total:02X}", f"校验码应为 {total:02X}，收到 {data[-1]:02X}"
        )
    kind, attributes = struct.unpack_from(">HH", data)
    wide, cut = bool(attributes & _VERSION), bool(attributes & _PARTS)
    phone_at, phone_end = (5, 15) if wide else (4, 10)
    head = phone_end + 2 + 4 * cut
    length = attributes & LONGEST_BODY
    if len(data) != head + length + 1:
        found = len(data) - head - 1
        raise bad(
            f"body of {found} bytes, {length} are announced", f"消息体 {found} 字节，应为 {length} 字节"
        )
    parts, part = struct.unpack_from(">HH", data, phone_end + 2) if cut else (1, 1)
    if not 1 <= part <= parts:
        raise bad(f"part {part} of {parts}", f"第 {part} 包，共 {parts} 包")
    return Message(
        kind,
        data[phone_at:phone_end].hex().upper(),
        int.from_bytes(data[phone_end : phone_end + 2]),
        data[head:-1],
        data[4] if wide else None,
        attributes >> 10 & 7,
        part,
        parts,
    )


def encode(message: Message) -> bytes:
    """The whole frame. Raises TerminalFrameError for a body that is too long or a phone that is no digits."""
    wide, cut = message.version is not None, message.parts > 1
    size = 20 if wide else 12
    if len(message.body) > LONGEST_BODY:
        raise bad(f"body of {len(message.body)} bytes", f"消息体 {len(message.body)} 字节")
    try:
        phone = bytes.fromhex(message.phone.rjust(size, "0"))
    except ValueError:
        phone = b""
    if len(phone) != size // 2:
        raise bad(f"phone {message.phone}", f"终端手机号 {message.phone}")
    attributes = len(message.body) | message.encryption << 10 | _PARTS * cut | _VERSION * wide
    data = struct.pack(">HH", message.id, attributes)
    data += (bytes((message.version,)) if message.version is not None else b"") + phone
    data += struct.pack(">H", message.serial)
    data += (struct.pack(">HH", message.parts, message.part) if cut else b"") + message.body
    return FLAG + escape(data + bytes((reduce(xor, data),))) + FLAG


def escape(data: bytes) -> bytes:
    """7D becomes 7D 01, 7E becomes 7D 02."""
    return data.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")


def unescape(data: bytes) -> bytes:
    """The way back. Raises TerminalFrameError for 7D before anything but 01 and 02."""
    if b"\x7d" not in data:
        return data
    first, *pieces = data.split(b"\x7d")
    for piece in pieces:
        if piece[:1] not in (b"\x01", b"\x02"):
            raise bad(f"7D before {piece[:1].hex() or 'the end'}", "转义字节 7D 之后不是 01 或 02")
    return first + b"".join((b"\x7d" if piece[0] == 1 else b"\x7e") + piece[1:] for piece in pieces)


def bad(detail: str, detail_zh: str) -> TerminalFrameError:
    """What cannot be, in both languages."""
    return TerminalFrameError(detail=detail, detail_zh=detail_zh)
