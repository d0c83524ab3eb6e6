"""DL/T 645-2007 frames: requests, answers, finding a frame among stray bytes.

Frame: [FE …] 68 A0..A5 68 C L DATA CS 16; address BCD low byte first; every data byte + 33H on the wire; CS
is the sum from the first 68 on, modulo 256. Source: DL/T 645-2007, clauses 5 and 7, by public codecs
(glx-technologies/meter-dlt645, gams/python-dlt645, 600888/dlt645).
"""

import re
from dataclasses import dataclass

from civicwatt_protocols import bcd
from civicwatt_protocols.errors import (
    BadAddress,
    BadChecksum,
    BadData,
    MeterError,
    MeterRefused,
    NoFrame,
    WrongAnswer,
)

NAME = "DL/T 645-2007"
READ, READ_NEXT, READ_ADDRESS = 0x11, 0x12, 0x13
ANSWER, REFUSED, MORE = 0x80, 0x40, 0x20  # bits of the control code
BROADCAST_READ, BROADCAST = "A" * 12, "9" * 12
MAX_DATA = 200  # of an answer to a read (from memory, 0.85)
_HEAD, _TAIL = 10, 2  # 68 A0..A5 68 C L; CS 16

# Bits of the error byte, from memory (0.85); the others are not named.
REFUSALS = {
    0: ("其他错误", "other error"),
    1: ("无请求数据", "no such data"),
    2: ("密码错或未授权", "password"),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame at start..end of the bytes it was found in; data without the 33H."""

    start: int
    end: int
    address: str
    control: int
    data: bytes

    @property
    def is_answer(self) -> bool:
        """Whether the meter sent it."""
        return bool(self.control & ANSWER)

    @property
    def is_refusal(self) -> bool:
        """Whether it says "no"."""
        return self.is_answer and bool(self.control & REFUSED)

    @property
    def more_follows(self) -> bool:
        """Whether the rest of the data must be asked for with READ_NEXT."""
        return self.is_answer and bool(self.control & MORE)

    @property
    def function(self) -> int:
        """The control code without its three flags."""
        return self.control & 0x1F

    @property
    def di(self) -> str | None:
        """The data identifier as documents write it, high byte first; None when there is none."""
        if self.function in (READ, READ_NEXT) and not self.is_refusal and len(self.data) >= 4:
            return bcd.digits(self.data[:4])
        return None


def frame(address: str, control: int, data: bytes = b"", preamble: int = 4) -> bytes:
    """The bytes of a frame behind preamble times FE. Raises BadAddress, BadData."""
    if len(data) > MAX_DATA:
        raise BadData(detail=f"{len(data)} bytes", detail_zh=f"{len(data)} 字节")
    body = bytes((0x68, *address_bytes(address), 0x68, control, len(data)))
    body += bytes(byte + 0x33 & 0xFF for byte in data)
    return b"\xfe" * preamble + body + bytes((sum(body) & 0xFF, 0x16))


def read_request(address: str, di: str, preamble: int = 4) -> bytes:
    """Ask a meter for one data identifier (8 hex digits)."""
    return frame(address, READ, identifier_bytes(di), preamble)


def read_next_request(address: str, di: str, sequence: int, preamble: int = 4) -> bytes:
    """Ask for the rest after an answer with more_follows; sequence counts from 1."""
    return frame(address, READ_NEXT, identifier_bytes(di) + bytes((sequence,)), preamble)


def read_address_request(preamble: int = 4) -> bytes:
    """Ask the only meter on the line for its address."""
    return frame(BROADCAST_READ, READ_ADDRESS, preamble=preamble)


def address_bytes(address: str) -> bytes:
    """Six bytes, low first; short addresses get leading zeros, AA… is broadcast. Raises BadAddress."""
    if not re.fullmatch("(AA){0,6}([0-9]{1,12})?", address) or not 0 < len(address) <= 12:
        raise BadAddress(address=address, digits=12)
    return bytes.fromhex(address.zfill(12))[::-1]


def identifier_bytes(di: str) -> bytes:
    """Four bytes, low first. Raises BadData."""
    if not re.fullmatch("[0-9A-Fa-f]{8}", di):
        raise BadData(detail=f"identifier {di}", detail_zh=f"数据标识 {di}")
    return bytes.fromhex(di)[::-1]


def find(data: bytes, start: int = 0) -> Frame:
    """The first good frame from start on; FE and stray bytes before it are passed over.

    Raises BadChecksum when something looks like a frame but its sum is wrong, NoFrame for anything else: more
    bytes may complete it.
    """
    spoilt: MeterError | None = None
    at = data.find(0x68, start)
    while at >= 0:
        end = at + _HEAD + _TAIL + (data[at + 9] if at + 9 < len(data) else 0)
        if end <= len(data) and data[at + 7] == 0x68 and data[end - 1] == 0x16:
            total, found = sum(data[at : end - _TAIL]) & 0xFF, data[end - _TAIL]
            if total == found:
                body = bytes(byte - 0x33 & 0xFF for byte in data[at + _HEAD : end - _TAIL])
                return Frame(at, end, bcd.digits(data[at + 1 : at + 7]), data[at + 8], body)
            spoilt = spoilt or BadChecksum(
                f"byte {end - _TAIL}", expected=f"{total:02X}", found=f"{found:02X}"
            )
        at = data.find(0x68, at + 1)
    raise spoilt or NoFrame(f"byte {start}", protocol=NAME)


def answer_data(frame: Frame, address: str, di: str, sequence: int = 0) -> bytes:
    """The data behind the identifier of an answer to read_request, or read_next_request with that sequence.

    Raises MeterRefused, WrongAnswer.
    """
    asked = READ_NEXT if sequence else READ
    asked_of = bcd.digits(address_bytes(address))
    if not frame.is_answer or frame.function != asked:
        raise _wrong(f"control code {frame.control:02X}", f"控制码 {frame.control:02X}")
    if frame.address != asked_of and "A" not in asked_of:
        raise _wrong(f"meter {frame.address} answered", f"应答的是表 {frame.address}")
    if frame.is_refusal:
        raise MeterRefused(detail=refusal_text(frame.data, 1), detail_zh=refusal_text(frame.data, 0))
    if frame.di != di.upper():
        raise _wrong(f"identifier {frame.di}", f"数据标识 {frame.di}")
    if not sequence:
        return frame.data[4:]
    if len(frame.data) < 5 or frame.data[-1] != sequence:
        raise _wrong(f"not part {sequence}", f"帧序号不是 {sequence}")
    return frame.data[4:-1]


def answered_address(frame: Frame) -> str:
    """The address in an answer to read_address_request. Raises WrongAnswer."""
    if frame.control != ANSWER | READ_ADDRESS or len(frame.data) != 6:
        raise _wrong("no address in it", "其中没有地址")
    return bcd.digits(frame.data)


def refusal_text(data: bytes, language: int) -> str:
    """The error bits of a refusal: (0) Chinese, (1) English."""
    if len(data) != 1:
        return data.hex(" ").upper()
    unnamed = ("位 {}", "bit {}")[language]
    bits = [bit for bit in range(8) if data[0] >> bit & 1]
    names = [REFUSALS[bit][language] if bit in REFUSALS else unnamed.format(bit) for bit in bits]
    return ("、", ", ")[language].join(names) or data.hex().upper()


def _wrong(detail: str, detail_zh: str) -> WrongAnswer:
    return WrongAnswer(detail=detail, detail_zh=detail_zh)
