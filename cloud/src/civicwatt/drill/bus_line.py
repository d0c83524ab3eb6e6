"""Registers behind Modbus, over TCP or as RTU over TCP, for the drills that spoil what a line says."""

from collections.abc import Callable
from dataclasses import dataclass

from civicwatt_edge.bus.connect import ModbusBus, open_modbus
from civicwatt_edge.config import BusConfig
from civicwatt_protocols.modbus.frames import crc16


@dataclass(frozen=True)
class Framing:
    """How requests and answers are framed."""

    scheme: str  # of the bus's url
    request_size: int
    right: Callable[[bytes], bytes]  # the answer to a request

    def bus(self, port: int, timeout_s: float) -> ModbusBus:
        """The gateway's own client."""
        config = BusConfig("b0", f"{self.scheme}://127.0.0.1:{port}", timeout_ms=round(timeout_s * 1000))
        return open_modbus(config)


def words(unit: int, address: int, count: int) -> bytes:
    """What stands in registers: another number in each."""
    numbers = range(address, address + count)
    return b"".join(((unit * 8_191 + number * 131) & 0xFFFF).to_bytes(2) for number in numbers)


def _answer(unit: int, function: int, place: bytes) -> bytes:
    data = words(unit, int.from_bytes(place[:2]), int.from_bytes(place[2:4]))
    return bytes([unit, function, len(data)]) + data


def _over_tcp(request: bytes) -> bytes:
    answer = _answer(request[6], request[7], request[8:])
    return request[:4] + len(answer).to_bytes(2) + answer


def _rtu(request: bytes) -> bytes:
    answer = _answer(request[0], request[1], request[2:])
    return answer + crc16(answer)


TCP = Framing("tcp", 12, _over_tcp)
RTU = Framing("rtu+tcp", 8, _rtu)
