"""CJ/T 188-2004 and -2018 frames: requests, answers, finding a frame among stray bytes.

Frame: [FE …] 68 T A0..A6 C L DATA CS 16; T the kind of meter; address BCD low byte first, its two
highest bytes name the maker; data without offset: identifier, serial number SER, content; CS is the sum from
68 on, modulo 256. The 2018 edition keeps the frame. Source: public codecs and frames (clauses not at hand).
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

NAME = "CJ/T 188"
READ, READ_ADDRESS = 0x01, 0x03
ANSWER, REFUSED = 0x80, 0x40  # bits of the control code
METER_DATA, ADDRESS = "901F", "810A"  # identifiers, high byte first
BROADCAST = "A" * 14
MAX_DATA = 255
_HEAD, _TAIL = 11, 2  # 68 T A0..A6 C L; CS 16

METERS = {
    0x10: ("冷水水表", "cold water meter"),
    0x11: ("生活热水水表", "hot water meter"),
    0x12: ("直饮水水表", "drinking water meter"),
    0x13: ("中水水表", "reclaimed water meter"),
    0x20: ("热量表（计热量）", "heat meter (heat)"),
    0x21: ("热量表（计冷量）", "heat meter (cold)"),
    0x30: ("燃气表", "gas meter"),
    0x40: ("电度表", "electricity meter"),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame at start..end of the bytes it was found in."""

    start: int
    end: int
    meter_type: int
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
    def function(self) -> int:
        """The control code without its two flags."""
        return self.control & 0x3F

    @property
    def di(self) -> str | None:
        """The data identifier, high byte first. Meters send either order; known ones are recognised."""
        if self.is_refusal or len(self.data) < 3:
            return None
        sent, turned = self.data[:2].hex().upper(), self.data[1::-1].hex().upper()
        return sent if sent in (METER_DATA, ADDRESS) else turned

    @property
    def serial(self) -> int | None:
        """SER, which an answer repeats; None without one."""
        return self.data[2] if self.di else None

    @property
    def content(self) -> bytes:
        """What follows identifier and SER."""
        return self.data[3:]


def frame(meter_type: int, address: str, control: int, data: bytes = b"", preamble: int = 4) -> bytes:
    """The bytes of a frame behind preamble times FE. Raises BadAddress, BadData."""
    if len(data) > MAX_DATA:
        raise BadData(detail=f"{len(data)} bytes", detail_zh=f"{len(data)} 字节")
    body = bytes((0x68, meter_type, *address_bytes(address), control, len(data))) + data
    return b"\xfe" * preamble + body + bytes((sum(body) & 0xFF, 0x16))


def read_request(meter_type: int, address: str, serial: int, preamble: int = 4) -> bytes:
    """Ask a meter for its data (901F); serial 0..255 tells answers apart."""
    return frame(meter_type, address, READ, identifier_bytes(METER_DATA) + bytes((serial,)), preamble)


def read_address_request(serial: int, meter_type: int = 0xAA, preamble: int = 4) -> bytes:
    """Ask the only meter on the line for its address; type AA is any."""
    return frame(meter_type, BROADCAST, READ_ADDRESS, identifier_bytes(ADDRESS) + bytes((serial,)), preamble)


def identifier_bytes(di: str) -> bytes:
    """Two bytes, low first, as the standard sends them."""
    return bytes.fromhex(di)[::-1]


def address_bytes(address: str) -> bytes:
    """Seven bytes, low first; short addresses get leading zeros, all A is broadcast. Raises BadAddress."""
    if not re.fullmatch("[0-9]{1,14}|A{14}", address):
        raise BadAddress(address=address, digits=14)
    return bytes.fromhex(address.zfill(14))[::-1]


def find(data: bytes, start: int = 0) -> Frame:
    """The first good frame from start on; FE and stray bytes before it are passed over.

    Raises BadChecksum when something looks like a frame but its sum is wrong, NoFrame for anything else: more
    bytes may complete it.
    """
    spoilt: MeterError | None = None
    at = data.find(0x68, start)
    while at >= 0:
        end = at + _HEAD + _TAIL + (data[at + 10] if at + 10 < len(data) else 0)
        if end <= len(data) and data[end - 1] == 0x16:
            total, found = sum(data[at : end - _TAIL]) & 0xFF, data[end - _TAIL]
            if total == found:
                body = data[at + _HEAD : end - _TAIL]
                return Frame(at, end, data[at + 1], bcd.digits(data[at + 2 : at + 9]), data[at + 9], body)
            spoilt = spoilt or BadChecksum(
                f"byte {end - _TAIL}", expected=f"{total:02X}", found=f"{found:02X}"
            )
        at = data.find(0x68, at + 1)
    raise spoilt or NoFrame(f"byte {start}", protocol=NAME)


def check_answer(frame: Frame, address: str, serial: int | None = None) -> None:
    """Hold a frame to be the answer to read_request. Raises MeterRefused, WrongAnswer.

    Some meters send another SER than they were asked with: without a serial it is not looked at.
    """
    asked_of = bcd.digits(address_bytes(address))
    if not frame.is_answer or frame.function != READ:
        raise _wrong(f"control code {frame.control:02X}", f"控制码 {frame.control:02X}")
    if asked_of not in (frame.address, BROADCAST):
        raise _wrong(f"meter {frame.address} answered", f"应答的是表 {frame.address}")
    if frame.is_refusal:
        text = frame.data.hex(" ").upper()
        raise MeterRefused(detail=text, detail_zh=text)
    if frame.di != METER_DATA or (serial is not None and frame.serial != serial):
        raise _wrong(
            f"identifier {frame.di}, SER {frame.serial}", f"数据标识 {frame.di}，序号 {frame.serial}"
        )


def answered_address(frame: Frame) -> str:
    """The address of the meter that answered read_address_request. Raises WrongAnswer."""
    if frame.control != ANSWER | READ_ADDRESS:
        raise _wrong(f"control code {frame.control:02X}", f"控制码 {frame.control:02X}")
    return frame.address


def _wrong(detail: str, detail_zh: str) -> WrongAnswer:
    return WrongAnswer(detail=detail, detail_zh=detail_zh)
