"""Explain JT/T 808 messages of vehicle terminals."""

from dataclasses import replace
from datetime import datetime

from civicwatt_protocols.errors import ProtocolError, TerminalFrameError
from civicwatt_protocols.jt808 import messages
from civicwatt_protocols.jt808.frames import NAME, Message, bad, parse
from civicwatt_protocols.jt808.location import TERMINAL_ZONE, Location, parse_location, time_us
from civicwatt_protocols.quantity import format_micro

from .field import Explained, Field

ESCAPE = 0x7D
ITEMS = {  # additional items: title, unit, decimals; those without decimals here are told as bytes
    0x01: ("里程", "mileage", "km", 1),
    0x02: ("油量", "fuel", "L", 1),
    0x03: ("行驶记录速度", "recorder's speed", "km/h", 1),
    0x30: ("信号强度", "signal strength", "", 0),
    0x31: ("卫星数", "satellites", "", 0),
}
_OTHER = ("附加信息", "additional item")
_UNKNOWN = ("未知消息", "unknown message")


def explain(data: bytes) -> Explained:
    """Every message, field by field. Raises TerminalFrameError when there is none."""
    explained, found, at = Explained(NAME), 0, 0
    for piece in data.split(b"\x7e"):
        if piece:
            found += _piece(piece, at, explained)
        at += len(piece)
        if at < len(data):
            explained.fields.append(Field(at, 1, "标识位", "flag"))
        at += 1
    if not found:
        raise explained.fault or bad("no whole message", "没有完整的消息")
    return explained


def _piece(piece: bytes, at: int, explained: Explained) -> bool:
    try:
        message = parse(piece)
    except TerminalFrameError as error:
        explained.fault = explained.fault or error
        explained.fields.append(Field(at, len(piece), "帧外字节", "outside any message"))
        return False
    places = [n + at for n in range(len(piece)) if n == 0 or piece[n - 1] != ESCAPE]  # of unescaped bytes
    places.append(at + len(piece))
    inside = Explained(NAME)
    head = len(places) - 2 - len(message.body)
    _header(message, head, inside)
    try:
        _body(message, head, inside)
    except ProtocolError as error:
        explained.fault = explained.fault or error
        _raw(message.body, head, inside)
    inside.fields.append(Field(len(places) - 2, 1, "校验码", "checksum", "", "", "正确", "right"))
    for one in inside.fields:
        start, end = places[one.start], places[one.start + one.size]
        explained.fields.append(replace(one, start=start, size=end - start))
    return True


def _header(message: Message, head: int, explained: Explained) -> None:
    add, wide = explained.fields.append, message.version is not None
    version = ("2019 版", "version of 2019") if wide else ("2013 版", "version of 2013")
    title = messages.TITLES.get(message.id, _UNKNOWN)
    add(Field(0, 2, "消息 ID", "message", f"{message.id:04X}", "", *title))
    add(Field(2, 2 + wide, "消息体属性", "attributes", str(len(message.body)), "B", *version))
    size = 10 if wide else 6
    add(Field(4 + wide, size, "终端手机号", "phone", message.phone))
    add(Field(4 + wide + size, 2, "流水号", "serial number", str(message.serial)))
    if message.parts > 1:
        add(Field(head - 4, 4, "分包", "part", f"{message.part}/{message.parts}"))


def _body(message: Message, at: int, explained: Explained) -> None:
    add, body = explained.fields.append, message.body
    if message.parts > 1 or message.encryption or not body:
        _raw(body, at, explained)
    elif message.id == messages.LOCATION:
        _location(parse_location(body), body, at, explained)
    elif message.id == messages.BATCH:
        _batch(message, at, explained)
    elif message.id == messages.REGISTER:
        one = messages.registration(message)
        text = "，".join((one.plate, one.maker, one.model, one.terminal))
        add(Field(at, len(body), "车牌、厂家、型号、终端", "plate, maker, model, terminal", text))
    elif message.id == messages.AUTHENTICATE:
        add(Field(at, len(body), "鉴权码", "code", messages.authentication_code(message)))
    elif message.id in (messages.ANSWER, messages.PLATFORM_ANSWER):
        said = messages.answered(message)
        add(Field(at, 2, "应答流水号", "answered serial", str(said.serial)))
        add(Field(at + 2, 2, "应答 ID", "answered message", f"{said.id:04X}"))
        add(Field(at + 4, 1, "结果", "result", str(said.result)))
    else:
        _raw(body, at, explained)


def _batch(message: Message, at: int, explained: Explained) -> None:
    found = messages.locations(message)  # raises before anything is told
    explained.fields.append(Field(at, 3, "条数与类型", "count and kind", str(len(found))))
    start = 3
    for one in found:
        size = int.from_bytes(message.body[start : start + 2])
        explained.fields.append(Field(at + start, 2, "长度", "length", str(size)))
        _location(one, message.body[start + 2 : start + 2 + size], at + start + 2, explained)
        start += 2 + size
    _raw(message.body[start:], at + start, explained)


def _location(one: Location, body: bytes, at: int, explained: Explained) -> None:
    add = explained.fields.append
    on = ("ACC 开", "ACC on") if one.is_on else ("ACC 关", "ACC off")
    fixed = ("已定位", "fixed") if one.is_fixed else ("未定位", "not fixed")
    add(Field(at, 4, "报警标志", "alarm", f"{one.alarm:08X}"))
    state = f"{on[0]}，{fixed[0]}", f"{on[1]}, {fixed[1]}"
    add(Field(at + 4, 4, "状态", "status", f"{one.status:08X}", "", *state))
    add(Field(at + 8, 4, "纬度", "latitude", f"{one.latitude_micro / 1e6:.6f}", "°"))
    add(Field(at + 12, 4, "经度", "longitude", f"{one.longitude_micro / 1e6:.6f}", "°"))
    add(Field(at + 16, 2, "高程", "altitude", str(one.altitude_m), "m"))
    add(Field(at + 18, 2, "速度", "speed", f"{one.speed_hm_h / 10:.1f}", "km/h"))
    add(Field(at + 20, 2, "方向", "course", str(one.course_deg), "°"))
    add(Field(at + 22, 6, "时间", "time", _time(body[22:28])))
    at += 28
    for item, data in one.items:
        _item(item, data, at, explained)
        at += 2 + len(data)
    _raw(one.rest, at, explained)


def _item(item: int, data: bytes, at: int, explained: Explained) -> None:
    zh, en, unit, decimals = ITEMS.get(item, (*_OTHER, "", None))
    text, note = data.hex(" ").upper(), f"{item:02X}"
    if decimals is not None and data:
        text = format_micro(int.from_bytes(data) * 10 ** (6 - decimals))
    explained.fields.append(Field(at, 2 + len(data), zh, en, text, unit, note, note))


def _time(digits: bytes) -> str:
    at = time_us(digits)
    return digits.hex() if at is None else datetime.fromtimestamp(at // 1_000_000, TERMINAL_ZONE).isoformat()


def _raw(data: bytes, at: int, explained: Explained) -> None:
    if data:
        explained.fields.append(Field(at, len(data), "数据", "data", data.hex(" ").upper()))
