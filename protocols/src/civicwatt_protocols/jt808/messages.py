"""Bodies of the messages between a terminal and a platform.

Texts are in GBK. Source: JT/T 808-2019, clause 8 (seen in emqx/emqx).
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from .frames import Message, bad
from .location import Location, parse_location

ANSWER, HEARTBEAT, LOGOUT, REGISTER, AUTHENTICATE = 0x0001, 0x0002, 0x0003, 0x0100, 0x0102
LOCATION, BATCH = 0x0200, 0x0704
PLATFORM_ANSWER, REGISTER_ANSWER = 0x8001, 0x8100
TITLES = {
    ANSWER: ("终端通用应答", "terminal's answer"),
    HEARTBEAT: ("终端心跳", "heartbeat"),
    LOGOUT: ("终端注销", "logout"),
    REGISTER: ("终端注册", "registration"),
    AUTHENTICATE: ("终端鉴权", "authentication"),
    LOCATION: ("位置信息汇报", "location"),
    BATCH: ("定位数据批量上传", "locations kept meanwhile"),
    PLATFORM_ANSWER: ("平台通用应答", "platform's answer"),
    REGISTER_ANSWER: ("终端注册应答", "answer to a registration"),
}
_MAKER_2013, _MAKER_2019 = (5, 20, 7), (11, 30, 30)  # maker, model, number


class Result(IntEnum):
    """What an answer says of the message it answers."""

    OK = 0
    FAILED = 1
    WRONG = 2
    UNSUPPORTED = 3


class Registered(IntEnum):
    """What the answer to a registration says."""

    OK = 0
    VEHICLE_TAKEN = 1
    NO_VEHICLE = 2
    TERMINAL_TAKEN = 3
    NO_TERMINAL = 4


@dataclass(frozen=True, slots=True)
class Registration:
    """What a terminal says of itself and its vehicle."""

    province: int
    city: int
    maker: str
    model: str
    terminal: str
    colour: int
    plate: str


class Answered(NamedTuple):
    """Which message is answered, and how."""

    serial: int
    id: int
    result: int


def registration(message: Message) -> Registration:
    """The body of 0x0100. Raises TerminalFrameError."""
    sizes = _MAKER_2013 if message.version is None else _MAKER_2019
    layout = struct.Struct(">HH" + "".join(f"{size}s" for size in sizes) + "B")
    body = _plain(message)
    if len(body) < layout.size:
        raise bad(f"registration of {len(body)} bytes", f"注册信息仅 {len(body)} 字节")
    province, city, maker, model, terminal, colour = layout.unpack_from(body)
    plate = _text(body[layout.size :])
    return Registration(province, city, _text(maker), _text(model), _text(terminal), colour, plate)


def authentication_code(message: Message) -> str:
    """The code in 0x0102. Raises TerminalFrameError."""
    body = _plain(message)
    if message.version is None:
        return _text(body)
    if not body or len(body) < 1 + body[0]:
        raise bad("no authentication code", "没有鉴权码")
    return _text(body[1 : 1 + body[0]])


def locations(message: Message) -> tuple[Location, ...]:
    """The one in 0x0200, all in 0x0704. Raises TerminalFrameError."""
    body = _plain(message)
    if message.id == LOCATION:
        return (parse_location(body),)
    if len(body) < 3:
        raise bad(f"batch of {len(body)} bytes", f"批量数据仅 {len(body)} 字节")
    found: list[Location] = []
    at = 3
    for _ in range(int.from_bytes(body[:2])):
        end = at + 2 + int.from_bytes(body[at : at + 2])
        if at + 2 > len(body) or end > len(body):
            raise bad(f"batch ends in location {len(found) + 1}", f"批量数据在第 {len(found) + 1} 条处中断")
        found.append(parse_location(body[at + 2 : end]))
        at = end
    return tuple(found)


def batch_body(bodies: list[bytes], *, is_late: bool = True) -> bytes:
    """The body of 0x0704; late: kept where there was no reception."""
    entries = b"".join(struct.pack(">H", len(one)) + one for one in bodies)
    return struct.pack(">HB", len(bodies), is_late) + entries


def answer(to: Message, result: Result, serial: int) -> Message:
    """The platform's 0x8001."""
    body = struct.pack(">HHB", to.serial, to.id, result)
    return Message(PLATFORM_ANSWER, to.phone, serial, body, to.version)


def answered(message: Message) -> Answered:
    """What an 0x8001 or 0x0001 says. Raises TerminalFrameError."""
    if len(message.body) != 5:
        raise bad(f"answer of {len(message.body)} bytes", f"应答 {len(message.body)} 字节")
    return Answered(*struct.unpack(">HHB", message.body))


def register_answer(to: Message, result: Registered, serial: int, code: str = "") -> Message:
    """The platform's 0x8100; the code only where it is OK."""
    body = struct.pack(">HB", to.serial, result) + code.encode("gbk", "replace")
    return Message(REGISTER_ANSWER, to.phone, serial, body, to.version)


def _plain(message: Message) -> bytes:
    if message.encryption:
        raise bad(f"encryption {message.encryption}", f"加密方式 {message.encryption} 不支持")
    return message.body


def _text(data: bytes) -> str:
    return data.decode("gbk", "replace").strip("\0 ")
