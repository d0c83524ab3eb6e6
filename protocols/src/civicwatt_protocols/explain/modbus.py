"""Explain Modbus frames: TCP (MBAP) and RTU (CRC), requests and answers.

Source of function names and shapes: Modbus application protocol V1.1b3, clause 6.
"""

from dataclasses import dataclass

from civicwatt_protocols.errors import FrameError
from civicwatt_protocols.modbus.frames import HEADER_SIZE, PREFIX_SIZE, crc16
from civicwatt_protocols.template import DeviceTemplate

from .field import Explained, Field
from .modbus_functions import EXCEPTIONS, FUNCTIONS
from .registers import bits, registers

TCP, RTU = "Modbus TCP", "Modbus RTU"
_MAX_TCP = 260  # bytes of a TCP frame
_REQUEST_SIZE = 5  # PDU of a read: function, address, count
_READS, _WORDS, _WRITES_ONE, _WRITES_MANY = (1, 2, 3, 4), (3, 4), (5, 6), (15, 16)


@dataclass(frozen=True, slots=True)
class _Read:
    unit: int
    function: int
    address: int
    count: int


@dataclass(frozen=True, slots=True)
class _Told:
    template: DeviceTemplate | None
    address: int | None
    explained: Explained


def explain(data: bytes, template: DeviceTemplate | None = None, address: int | None = None) -> Explained:
    """One frame, or several one after another, field by field. Raises FrameError when neither TCP nor RTU.

    With a template the registers of an answer become measures: at the address given, or at that of the
    request before it.
    """
    tcp, sizes = _sizes(data)
    explained = Explained(TCP if tcp else RTU)
    told = _Told(template, address, explained)
    asked: _Read | None = None
    at = 0
    for size in sizes:
        adu = data[at : at + size]
        pdu_at = HEADER_SIZE if tcp else 1
        pdu = adu[pdu_at:] if tcp else adu[pdu_at:-2]
        _envelope(adu, at, tcp, explained)
        asked = _pdu(pdu, at + pdu_at, adu[pdu_at - 1], asked, told)
        if not tcp:
            crc = adu[-2:].hex(" ").upper()
            explained.fields.append(Field(at + size - 2, 2, "CRC 校验", "CRC", crc, "", "正确", "right"))
        at += size
    return explained


def _sizes(data: bytes) -> tuple[bool, list[int]]:
    """(whether it is TCP, sizes of the frames). A good CRC decides: a TCP frame has one once in 65536.

    An RTU request to read from address 0 looks like a TCP header, so the header alone does not decide:
    8 bytes that are such a request but for a bad CRC are taken for RTU.
    """
    try:
        return False, _rtu_sizes(data)
    except FrameError:
        if not _tcp_size(data) or (len(data) == _REQUEST_SIZE + 3 and data[1] in _READS):
            raise
    sizes: list[int] = []
    while (at := sum(sizes)) < len(data):
        size = _tcp_size(data[at:])
        if not size:
            raise _bad(at, "no whole TCP frame begins here", "此处不是一帧完整 TCP 报文的开头")
        sizes.append(size)
    return True, sizes


def _tcp_size(data: bytes) -> int:
    """The size of the TCP frame at the beginning; 0 when there is none."""
    size = PREFIX_SIZE + int.from_bytes(data[4:6])
    fits = HEADER_SIZE < size <= min(len(data), _MAX_TCP)
    return size if fits and data[2:4] == bytes(2) else 0


def _rtu_sizes(data: bytes) -> list[int]:
    """One frame, or a read request of 8 bytes and what follows it."""
    if len(data) < 4:
        raise _bad(0, f"{len(data)} bytes are no frame", f"{len(data)} 字节不成一帧")
    if crc16(data[:-2]) == data[-2:]:
        return [len(data)]
    if len(data) > 12 and crc16(data[:6]) == data[6:8]:
        return [8, *_rtu_sizes(data[8:])]
    expected, found = crc16(data[:-2]).hex(" ").upper(), data[-2:].hex(" ").upper()
    raise _bad(
        len(data) - 2,
        f"no TCP header, and as RTU the CRC would be {expected}, not {found}",
        f"没有 TCP 报文头；按 RTU 计算 CRC 应为 {expected}，收到 {found}",
    )


def _envelope(adu: bytes, at: int, tcp: bool, explained: Explained) -> None:
    add = explained.fields.append
    if tcp:
        add(Field(at, 2, "事务标识", "transaction", str(int.from_bytes(adu[:2]))))
        add(Field(at + 2, 2, "协议标识", "protocol", "0"))
        add(Field(at + 4, 2, "后续长度", "length", str(int.from_bytes(adu[4:6]))))
        at += PREFIX_SIZE
        adu = adu[PREFIX_SIZE:]
    add(Field(at, 1, "站号", "unit", str(adu[0])))


def _pdu(pdu: bytes, at: int, unit: int, asked: _Read | None, told: _Told) -> _Read | None:
    """Explain a PDU; gives the read that the next one may answer."""
    add, function = told.explained.fields.append, pdu[0]
    name = FUNCTIONS.get(function & 0x7F, ("未知功能", "unknown function"))
    if function & 0x80 and len(pdu) == 2:
        notes = (f"{name[0]}，异常应答", f"{name[1]}, refused")
        add(Field(at, 1, "功能码", "function", f"{function:02X}", "", *notes))
        note = EXCEPTIONS.get(pdu[1], ("未知", "unknown"))
        add(Field(at + 1, 1, "异常码", "exception", str(pdu[1]), "", *note))
        return None
    if asked is not None and (asked.unit, asked.function) != (unit, function):
        asked = None
    answer = _is_answer(pdu, asked is not None)
    words = {True: ("，应答", ", answer"), False: ("，请求", ", request"), None: ("", "")}[answer]
    add(Field(at, 1, "功能码", "function", f"{function:02X}", "", name[0] + words[0], name[1] + words[1]))
    if function in _READS and answer:
        add(Field(at + 1, 1, "字节数", "byte count", str(pdu[1])))
        if function in _WORDS:
            begin = asked.address if asked else told.address
            told.explained.fields += registers(function, pdu[2:], at + 2, begin, told.template)
        else:
            add(bits(pdu[2:], at + 2, asked.count if asked else None))
    elif function in _READS and len(pdu) == _REQUEST_SIZE:
        start, count = int.from_bytes(pdu[1:3]), int.from_bytes(pdu[3:5])
        add(_place(at + 1, start))
        add(Field(at + 3, 2, "数量", "count", str(count)))
        return _Read(unit, function, start, count)
    elif _is_write(pdu):
        _write(pdu, at + 1, told.explained)
    elif pdu[1:]:
        add(Field(at + 1, len(pdu) - 1, "数据", "data", pdu[1:].hex(" ").upper()))
    return None


def _is_answer(pdu: bytes, answers: bool) -> bool | None:
    """True answer, False request, None cannot be told: answers to writes repeat the request."""
    if pdu[0] not in _READS:
        return True if pdu[0] in _WRITES_MANY and len(pdu) == _REQUEST_SIZE else None
    counted = len(pdu) >= 2 and len(pdu) == 2 + pdu[1] and not (pdu[0] in _WORDS and pdu[1] % 2)
    return counted and (answers or len(pdu) != _REQUEST_SIZE)


def _is_write(pdu: bytes) -> bool:
    if len(pdu) == _REQUEST_SIZE:
        return pdu[0] in (*_WRITES_ONE, *_WRITES_MANY)
    return pdu[0] in _WRITES_MANY and len(pdu) > _REQUEST_SIZE and len(pdu) == _REQUEST_SIZE + 1 + pdu[5]


def _place(at: int, address: int) -> Field:
    return Field(at, 2, "起始地址", "address", str(address), "", f"0x{address:04X}", f"0x{address:04X}")


def _write(pdu: bytes, at: int, explained: Explained) -> None:
    add = explained.fields.append
    add(_place(at, int.from_bytes(pdu[1:3])))
    second = int.from_bytes(pdu[3:5])
    if pdu[0] in _WRITES_ONE:
        add(
            Field(at + 2, 2, "写入值", "value written", str(second), "", f"0x{second:04X}", f"0x{second:04X}")
        )
        return
    add(Field(at + 2, 2, "数量", "count", str(second)))
    if len(pdu) > _REQUEST_SIZE:
        add(Field(at + 4, 1, "字节数", "byte count", str(pdu[5])))
        if pdu[6:]:
            add(Field(at + 5, len(pdu) - 6, "写入值", "values written", pdu[6:].hex(" ").upper()))


def _bad(at: int, detail: str, detail_zh: str) -> FrameError:
    return FrameError(f"byte {at}", detail=detail, detail_zh=detail_zh)
