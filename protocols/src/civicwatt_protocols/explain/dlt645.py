"""Explain DL/T 645-2007 frames."""

from civicwatt_protocols import bcd
from civicwatt_protocols.dlt645 import values
from civicwatt_protocols.dlt645.frames import (
    ANSWER,
    BROADCAST,
    NAME,
    READ_ADDRESS,
    READ_NEXT,
    Frame,
    find,
    refusal_text,
)
from civicwatt_protocols.dlt645.identifiers import table
from civicwatt_protocols.errors import MeterError, UnknownIdentifier

from .field import Explained, Field, frames, of_part

FUNCTIONS = {
    0x01: ("读数据（DL/T 645-1997）", "read (DL/T 645-1997)"),
    0x08: ("广播校时", "broadcast time"),
    0x11: ("读数据", "read"),
    0x12: ("读后续数据", "read what follows"),
    0x13: ("读通信地址", "read address"),
    0x14: ("写数据", "write"),
    0x15: ("写通信地址", "write address"),
    0x16: ("冻结", "freeze"),
    0x17: ("更改通信速率", "change baud rate"),
    0x18: ("修改密码", "change password"),
}
_UNKNOWN = ("未知功能", "unknown function")


def explain(data: bytes) -> Explained:
    """Every frame, field by field. Raises NoFrame, BadChecksum when there is none."""
    return frames(data, NAME, find, _body)


def _body(data: bytes, frame: Frame, explained: Explained) -> None:
    at, add = frame.start, explained.fields.append
    wide = frame.address == BROADCAST or "A" in frame.address
    broadcast = ("广播地址", "broadcast") if wide else ("", "")
    add(Field(at, 1, "帧起始符", "start"))
    add(Field(at + 1, 6, "地址", "address", frame.address, "", *broadcast))
    add(Field(at + 7, 1, "帧起始符", "start"))
    add(Field(at + 8, 1, "控制码", "control code", f"{frame.control:02X}", "", *control_note(frame)))
    add(Field(at + 9, 1, "数据域长度", "data length", str(len(frame.data))))
    _data(frame, at + 10, explained)
    add(Field(frame.end - 2, 1, "校验码", "checksum", f"{data[frame.end - 2]:02X}", "", "正确", "right"))
    add(Field(frame.end - 1, 1, "结束符", "end"))


def control_note(frame: Frame) -> tuple[str, str]:
    """The control code in words."""
    zh, en = FUNCTIONS.get(frame.function, _UNKNOWN)
    if not frame.is_answer:
        return f"{zh}，请求", f"{en}, request"
    if frame.is_refusal:
        return f"{zh}，异常应答", f"{en}, refused"
    return (
        (f"{zh}，应答，有后续帧", f"{en}, answer, more follows")
        if frame.more_follows
        else (
            f"{zh}，应答",
            f"{en}, answer",
        )
    )


def _data(frame: Frame, at: int, explained: Explained) -> None:
    add, data = explained.fields.append, frame.data
    if frame.is_refusal and data:
        add(Field(at, len(data), "错误信息字", "error bits", data.hex(" ").upper(), "",
                  refusal_text(data, 0), refusal_text(data, 1)))  # fmt: skip
    elif frame.control == ANSWER | READ_ADDRESS and len(data) == 6:
        add(Field(at, 6, "通信地址", "address", bcd.digits(data)))
    elif frame.di is not None:
        _identified(frame, frame.di, at, explained)
    elif data:
        add(Field(at, len(data), "数据域（已减 33H）", "data (less 33H)", data.hex(" ").upper()))


def _identified(frame: Frame, di: str, at: int, explained: Explained) -> None:
    add, rest = explained.fields.append, frame.data[4:]
    rows = table().get(di)
    name = ("、".join(row.zh for row in rows), ", ".join(row.en for row in rows)) if rows else ("", "")
    add(Field(at, 4, "数据标识", "data identifier", di, "", *name))
    if rows is None:
        explained.fault = explained.fault or UnknownIdentifier(f"byte {at}", di=di)
    if frame.function == READ_NEXT:
        _following(rest, at + 4, explained)
        return
    if frame.is_answer and rows and not frame.more_follows:
        try:
            for part in values.decode(di, rest, at + 4):
                add(of_part(part, at + 4))
            return
        except MeterError as error:
            explained.fault = explained.fault or error
    if rest:
        add(_raw(rest, at + 4))


def _following(data: bytes, at: int, explained: Explained) -> None:
    if data[:-1]:
        explained.fields.append(_raw(data[:-1], at))
    if data:
        part = Field(at + len(data) - 1, 1, "帧序号", "part number", str(data[-1]))
        explained.fields.append(part)


def _raw(data: bytes, at: int) -> Field:
    return Field(at, len(data), "数据（已减 33H）", "data (less 33H)", data.hex(" ").upper())
