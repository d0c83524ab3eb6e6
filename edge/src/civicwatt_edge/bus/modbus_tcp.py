"""A Modbus TCP client that can never hand a late answer to the next request.

One request at a time; the connection is dropped after any time-out, wrong frame or cancellation, so an
answer that comes late finds no socket. pymodbus was seen to do otherwise on shared lines, silently.
"""

import asyncio
from contextlib import suppress
from typing import cast

from civicwatt_edge.bus.read_only import check_modbus_tcp
from civicwatt_edge.errors import DeviceTimeout, Disconnected
from civicwatt_protocols.errors import DeviceRefused, FrameError
from civicwatt_protocols.modbus.frames import PREFIX_SIZE, adu_size, parse_response, read_request

RECONNECT_PAUSE_S = 0.5  # engineering default: an unreachable bus costs one attempt a pause, not one a device


class ModbusTcp:
    """One bus behind `host:port`; call `read` from one or more tasks, the requests queue up."""

    def __init__(self, host: str, port: int, timeout_s: float, connect_delay_s: float = 0.0) -> None:
        """Some devices stay silent for a while after a connect: connect_delay_s is waited out first."""
        self.host, self.port = host, port
        self.timeout_s, self.connect_delay_s = timeout_s, connect_delay_s
        self._wire: _Wire | None = None
        self._turn = asyncio.Lock()
        self._transaction = 0
        self._connect_not_before = 0.0
        self._unreachable = ""

    async def read(self, unit: int, function: int, address: int, count: int) -> bytes:
        """Read `count` registers and return their bytes.

        Raises DeviceTimeout, Disconnected, FrameError, WriteRefused, or DeviceRefused, which alone keeps the
        connection.
        """
        async with self._turn:
            wire = await self._connected()
            self._transaction = (self._transaction + 1) & 0xFFFF
            request = read_request(self._transaction, unit, function, address, count)
            try:
                answer = await wire.ask(request, self.timeout_s)
                return parse_response(answer, self._transaction, unit, function, count)
            except DeviceRefused:
                raise
            except TimeoutError:
                self.close()
                raise DeviceTimeout(self._name(unit), timeout_ms=round(self.timeout_s * 1000)) from None
            except OSError as error:
                self.close()
                raise Disconnected(self._name(unit), detail=error) from None
            except BaseException:  # a bad frame or our own cancellation: the answer may still be on its way
                self.close()
                raise

    def close(self) -> None:
        """Drop the connection; the next `read` makes a new one."""
        if self._wire is not None:
            self._wire.drop()
            self._wire = None

    async def _connected(self) -> "_Wire":
        if self._wire is not None and not self._wire.lost:
            return self._wire
        loop = asyncio.get_running_loop()
        if loop.time() < self._connect_not_before:
            raise Disconnected(self._name(), detail=self._unreachable)
        try:
            async with asyncio.timeout(self.timeout_s):
                _, self._wire = await loop.create_connection(_Wire, self.host, self.port)
        except OSError as error:  # TimeoutError is one
            self._unreachable = str(error) or "connect time-out"
            self._connect_not_before = loop.time() + RECONNECT_PAUSE_S
            raise Disconnected(self._name(), detail=self._unreachable) from None
        await asyncio.sleep(self.connect_delay_s)
        return self._wire

    def _name(self, unit: int | None = None) -> str:
        return f"tcp://{self.host}:{self.port}" + ("" if unit is None else f" unit {unit}")


class _Wire(asyncio.Protocol):
    """One TCP connection carrying one question and its one answer at a time."""

    def __init__(self) -> None:
        self.lost = False
        self._transport: asyncio.Transport
        self._received = bytearray()
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one by behaviour only

    async def ask(self, request: bytes, timeout_s: float) -> bytes:
        """Send one request and return one whole frame.

        Raises TimeoutError, OSError, FrameError, WriteRefused.
        """
        check_modbus_tcp(request)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        self._answer = answer
        alarm = loop.call_later(timeout_s, self._fail, TimeoutError())
        try:
            self._transport.write(request)
            return await answer
        finally:
            alarm.cancel()
            self._answer = None

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.drop()  # nobody asked: whatever this answers is over
            return
        self._received += data
        received = bytes(self._received)
        if len(received) < PREFIX_SIZE:
            return
        try:
            size = adu_size(received)
        except FrameError as error:
            self._fail(error)
            return
        if len(received) >= size:  # more than one answer is refused by parse_response
            self._answer.set_result(received)
            self._received.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self._fail(exc if isinstance(exc, OSError) else ConnectionResetError("connection closed by the peer"))

    def drop(self) -> None:
        self.lost = True
        with suppress(AttributeError):
            self._transport.abort()

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
