"""Modbus RTU, on a serial port or over TCP; the one file of the gateway that knows pymodbus.

pymodbus builds and checks the frames and drives the serial port. Its client is not used: after a time-out it
keeps the connection and was seen to hand the late answer to the next request. FrameLine does not.
"""

import asyncio
import termios
from collections.abc import Callable
from typing import cast

from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.transport.serialtransport import create_serial_connection

from civicwatt_edge.bus.frame_line import NO_PAUSES, STRAY_BYTES, Connect, FrameLine, Pauses, Wire
from civicwatt_edge.bus.read_only import check_modbus_rtu
from civicwatt_protocols.errors import FrameError, NoFrame
from civicwatt_protocols.modbus.frames import parse_pdu, read_pdu

# Bytes: unit, exception function, code, CRC; and unit, function, length, CRC.
REFUSAL_SIZE, OVERHEAD = 5, 5
# Modbus over serial line V1.02, clause 2.5.1.1: 3.5 characters of silence, 1.75 ms above 19,200 baud.
SILENT_CHARACTERS, BITS_A_CHARACTER, SHORTEST_PAUSE_S = 3.5, 11, 0.00175


class ModbusRtu:
    """One line of Modbus RTU devices."""

    def __init__(self, name: str, connect: Connect, timeout_s: float, pauses: Pauses = NO_PAUSES) -> None:
        self._line = FrameLine(name, connect, check_modbus_rtu, timeout_s, pauses)
        self._framer = FramerRTU(DecodePDU(False))

    async def read(self, unit: int, function: int, address: int, count: int) -> bytes:
        """Read `count` registers and return their bytes.

        Raises DeviceTimeout, Disconnected, FrameError, WriteRefused, or DeviceRefused, which alone keeps the
        connection.
        """
        request = self._framer.encode(read_pdu(function, address, count), unit, 0)

        def find(received: bytes) -> bytes:
            return parse_pdu(self._pdu(received, unit, function, count), function, count)

        return await self._line.exchange(request, find, f"unit {unit}")

    def close(self) -> None:
        """Drop the connection; the next `read` makes a new one."""
        self._line.close()

    def _pdu(self, received: bytes, unit: int, function: int, count: int) -> bytes:
        """The PDU of the one frame that can answer, behind and before at most a few stray bytes."""
        head, refusal = bytes((unit, function, 2 * count)), bytes((unit, function | 0x80))
        for at in range(STRAY_BYTES + 1):
            start = received[at : at + len(head)]
            if start != head and start[: len(refusal)] != refusal:
                continue
            size = OVERHEAD + 2 * count if start == head else REFUSAL_SIZE
            if len(received) < at + size:
                raise NoFrame(protocol="Modbus RTU")
            _, _, _, pdu = self._framer.decode(received[at : at + size])
            if pdu and len(received) <= at + size + STRAY_BYTES:
                return pdu
        if len(received) < STRAY_BYTES + len(head):
            raise NoFrame(protocol="Modbus RTU")
        shown = received.hex(" ").upper()
        raise FrameError(
            detail=f"{shown} is no answer of unit {unit}", detail_zh=f"{shown} 不是站号 {unit} 的应答"
        )


def connect_serial(path: str, baud: int, parity: str, stop_bits: int) -> Connect:
    """A way to a serial port, for any protocol; nobody else may hold it meanwhile."""

    async def connect(make: Callable[[], Wire]) -> tuple[asyncio.BaseTransport, Wire]:
        settings = {"baudrate": baud, "bytesize": 8, "parity": parity, "stopbits": stop_bits, "timeout": 0}
        try:
            transport, protocol = await create_serial_connection(
                asyncio.get_running_loop(), make, path, **settings
            )
        except (termios.error, ValueError) as error:  # a port that cannot be set like that
            raise OSError(f"{path}: {error}") from error
        return transport, cast("Wire", protocol)

    return connect


def pause_s(baud: int) -> float:
    """The silence between two frames on a serial line [s]."""
    return max(SILENT_CHARACTERS * BITS_A_CHARACTER / baud, SHORTEST_PAUSE_S)
