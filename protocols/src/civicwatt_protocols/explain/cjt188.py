"""Explain CJ/T 188 frames."""

from functools import partial

from civicwatt_protocols.cjt188 import values
from civicwatt_protocols.cjt188.dialects import Dialect, dialect
from civicwatt_protocols.cjt188.frames import ADDRESS, BROADCAST, METER_DATA, METERS, NAME, READ, Frame, find
from civicwatt_protocols.errors import MeterError

from .field import Explained, Field, frames, of_part

FUNCTIONS = {
    0x01: ("读数据", "read"),
    0x03: ("读地址", "read address"),
    0x04: ("写数据", "write"),
    0x09: ("读密钥版本", "read key version"),
    0x15: ("写地址", "write address"),
    0x16: ("写机电同步数据", "write mechanism's count"),
}
_IDENTIFIERS = {METER_DATA: ("计量数据", "meter data"), ADDRESS: ("地址", "address")}
_UNKNOWN = ("未知", "unknown")


def explain(data: bytes, dialect_name: str = "standard") -> Explained:
    """Every frame, field by field. Raises UnknownDialect; NoFrame, BadChecksum when there is none."""
    return frames(data, NAME, find, partial(_body, of=dialect(dialect_name)))


def _body(data: bytes, frame: Frame, explained: Explained, of: Dialect) -> None:
    at, add = frame.start, explained.fields.append
    kind = METERS.get(frame.meter_type, _UNKNOWN)
    broadcast = ("广播地址", "broadcast") if frame.address == BROADCAST else ("", "")
    add(Field(at, 1, "帧起始符", "start"))
    add(Field(at + 1, 1, "仪表类型", "meter type", f"{frame.meter_type:02X}", "", *kind))
    add(Field(at + 2, 7, "地址", "address", frame.address, "", *broadcast))
    add(Field(at + 9, 1, "控制码", "control code", f"{frame.control:02X}", "", *control_note(frame)))
    add(Field(at + 10, 1, "数据域长度", "data length", str(len(frame.data))))
    _data(frame, at + 11, explained, of)
    add(Field(frame.end - 2, 1, "校验码", "checksum", f"{data[frame.end - 2]:02X}", "", "正确", "right"))
    add(Field(frame.end - 1, 1, "结束符", "end"))


def control_note(frame: Frame) -> tuple[str, str]:
    """The control code in words."""
    zh, en = FUNCTIONS.get(frame.function, _UNKNOWN)
    if not frame.is_answer:
        return f"{zh}，请求", f"{en}, request"
    return (f"{zh}，异常应答", f"{en}, refused") if frame.is_refusal else (f"{zh}，应答", f"{en}, answer")


def _data(frame: Frame, at: int, explained: Explained, of: Dialect) -> None:
    add, data = explained.fields.append, frame.data
    if frame.di is None:
        if data:
            add(Field(at, len(data), "数据域", "data", data.hex(" ").upper()))
        return
    add(Field(at, 2, "数据标识", "data identifier", frame.di, "", *_IDENTIFIERS.get(frame.di, ("", ""))))
    add(Field(at + 2, 1, "序号 SER", "serial number", f"{data[2]:02X}"))
    if not frame.content:
        return
    if frame.is_answer and frame.function == READ and frame.di == METER_DATA:
        try:
            for part in values.decode(frame.meter_type, frame.content, of, at + 3):
                add(of_part(part, at + 3))
            return
        except MeterError as error:
            explained.fault = explained.fault or error
    add(Field(at + 3, len(frame.content), "数据", "data", frame.content.hex(" ").upper()))
