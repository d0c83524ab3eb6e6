"""A half-duplex line, at a serial port or behind a serial server: one question, its answer, then the next.

A serial server hands whatever its line says to whoever is connected, so a late answer may also come on a new
connection. After a time-out, a wrong answer or a cancel the connection is therefore dropped, and the next one
is listened to until it was silent for a whole time-out and two have passed since the request. What this
cannot tell: an answer of Modbus RTU that comes even later, or twice, from the same unit, while as many
registers are asked of it again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from civicwatt_edge.errors import DeviceTimeout, Disconnected
from civicwatt_protocols.errors import CivicWattError, DeviceRefused, FrameError, MeterRefused, NoFrame

Found = TypeVar("Found")

# Engineering defaults.
RECONNECT_PAUSE_S = 0.5  # an unreachable line costs one attempt a pause, not one a device
STRAY_BYTES = 3  # what a line says while it turns around; fewer than any frame has
LONGEST_ANSWER = 1024  # bytes: the longest frame of these protocols behind much noise
PATIENCE = 5  # time-outs to wait for a line to fall silent
LOOK_S = 0.001  # a loop that was held up serves its timers first: with a second one it has read before


@dataclass(frozen=True, slots=True)
class Pauses:
    """What a line needs to be left alone for [s]: after a connect, and between an answer and a request."""

    connect_s: float = 0.0
    request_s: float = 0.0


NO_PAUSES = Pauses()


class FrameLine:
    """One line; call `exchange` from one or more tasks, the requests queue up."""

    def __init__(
        self,
        name: str,
        connect: "Connect",
        check: Callable[[bytes], None],
        timeout_s: float,
        pauses: Pauses = NO_PAUSES,
    ) -> None:
        """`check` refuses what may not be sent, just before it is."""
        self.name, self.timeout_s, self._pauses = name, timeout_s, pauses
        self._connect, self._check = connect, check
        self._wire: Wire | None = None
        self._turn = asyncio.Lock()
        self._asked_at = 0.0
        self._suspect = True  # an answer may still be on its way: to us, or to who was on this line before
        self._connect_not_before = 0.0
        self._unreachable = ""

    async def exchange(self, request: bytes, find: Callable[[bytes], Found], whom: str = "") -> Found:
        """Send a request and return what `find` makes of the bytes that come back.

        `find` raises NoFrame while bytes are missing, and something else when they are no answer.
        Raises that, WriteRefused, DeviceTimeout or Disconnected (naming `whom`); a device's refusal alone
        keeps the connection.
        """
        self._check(request)
        async with self._turn:
            wire = await self._ready(whom)
            self._asked_at = asyncio.get_running_loop().time()
            try:
                return cast("Found", await wire.ask(request, find, self.timeout_s))
            except (DeviceRefused, MeterRefused):
                raise
            except TimeoutError:
                await self._renew(whom)
                raise DeviceTimeout(self._where(whom), timeout_ms=round(self.timeout_s * 1000)) from None
            except OSError as error:
                self._drop()
                raise Disconnected(self._where(whom), detail=error) from None
            except CivicWattError:  # a wrong answer: the right one may be on its way
                await self._renew(whom)
                raise
            except BaseException:  # our own cancellation
                self._drop()
                raise

    def close(self) -> None:
        """Let go of the line; the next `exchange` connects again."""
        if self._wire is not None:
            self._wire.drop()
            self._wire = None

    def _drop(self) -> None:
        self._suspect = True
        self.close()

    async def _renew(self, whom: str) -> None:
        """Pay for the silence now: the next to be asked shall not wait for it."""
        self._drop()
        with suppress(Disconnected, FrameError):
            await self._ready(whom)

    async def _ready(self, whom: str) -> "Wire":
        """A wire on which nothing is to be expected but the answer to the next request."""
        wire = self._wire
        if wire is None or wire.lost:
            self._suspect |= wire is not None and wire.spoke_unasked
            wire = await self._connected(whom)
        if self._suspect:
            try:
                await wire.silence(self.timeout_s, self._asked_at + 2 * self.timeout_s)
            except OSError as error:
                self._drop()
                raise Disconnected(self._where(whom), detail=error) from None
            except FrameError:
                self._drop()
                raise
            self._suspect = False
        await asyncio.sleep(wire.heard_at + self._pauses.request_s - asyncio.get_running_loop().time())
        return wire

    async def _connected(self, whom: str) -> "Wire":
        loop = asyncio.get_running_loop()
        if loop.time() < self._connect_not_before:
            raise Disconnected(self._where(whom), detail=self._unreachable)
        try:
            async with asyncio.timeout(self.timeout_s):
                transport, self._wire = await self._connect(Wire)
        except OSError as error:  # TimeoutError and a serial port's errors are some
            self._unreachable = str(error) or "connect time-out"
            self._connect_not_before = loop.time() + RECONNECT_PAUSE_S
            raise Disconnected(self._where(whom), detail=self._unreachable) from None
        self._wire.transport = cast("asyncio.Transport", transport)
        await asyncio.sleep(self._pauses.connect_s)
        return self._wire

    def _where(self, whom: str) -> str:
        return f"{self.name} {whom}".rstrip()


class Wire(asyncio.Protocol):
    """One connection carrying one question and its one answer at a time."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.lost = False
        self.spoke_unasked = False
        self.heard_at = 0.0
        self._listening = False
        self._stray = 0
        self._request = b""
        self._received = b""
        self._find: Callable[[bytes], Any]
        self._answer: asyncio.Future[Any] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: it begins."""
        self.transport = cast("asyncio.Transport", transport)

    async def ask(self, request: bytes, find: Callable[[bytes], Any], timeout_s: float) -> Any:
        """Send one request and return what find makes of the answer; raises TimeoutError, OSError, find's."""
        loop = asyncio.get_running_loop()
        if self.lost:
            raise ConnectionResetError("connection closed by the peer")
        answer: asyncio.Future[Any] = loop.create_future()
        self._request, self._find, self._received, self._stray = request, find, b"", 0
        self._answer = answer
        alarm = loop.call_later(timeout_s, self._fail, TimeoutError())
        try:
            self.transport.write(request)
            return await answer
        finally:
            alarm.cancel()
            self._answer = None

    async def silence(self, seconds: float, earliest: float) -> None:
        """Let pass what is said until nothing is for some seconds, not before a time of the loop.

        Raises FrameError, OSError.
        """
        loop = asyncio.get_running_loop()
        self.heard_at = loop.time()
        end = self.heard_at + PATIENCE * seconds
        self._listening = True
        try:
            while (wait_s := max(self.heard_at + seconds, earliest) - loop.time()) > 0:
                if self.lost:
                    raise ConnectionResetError("connection closed by the peer")
                if loop.time() > end:
                    raise FrameError(
                        detail="the line does not fall silent", detail_zh="总线一直有数据，无法静默"
                    )
                await asyncio.sleep(wait_s)
                await asyncio.sleep(LOOK_S)
        finally:
            self._listening = False

    def data_received(self, data: bytes) -> None:
        """asyncio: the line says something."""
        self.heard_at = asyncio.get_running_loop().time()
        if self._answer is None or self._answer.done():
            self._stray += len(data)
            if self._stray > STRAY_BYTES and not self._listening:
                self.spoke_unasked = True
                self.drop()  # nobody asked: an answer to a question that is over
            return
        self._received += data
        if self._request.startswith(self._received):
            return  # on two wires one hears oneself
        received = self._received.removeprefix(self._request)
        try:
            found = self._find(received)
        except NoFrame:
            if len(received) > LONGEST_ANSWER:
                self._fail(FrameError(detail="no end of noise", detail_zh="杂乱数据不止"))
        except Exception as error:  # raised where the answer is awaited
            self._fail(error)
        else:
            self._answer.set_result(found)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: it is over."""
        self.lost = True
        self._fail(exc if isinstance(exc, OSError) else ConnectionResetError("connection closed by the peer"))

    def drop(self) -> None:
        """End it at once."""
        self.lost = True
        with suppress(AttributeError):
            self.transport.abort()

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


Connect = Callable[[Callable[[], Wire]], Awaitable[tuple[asyncio.BaseTransport, Wire]]]


def connect_tcp(host: str, port: int) -> Connect:
    """A way to a serial server."""

    async def connect(make: Callable[[], Wire]) -> tuple[asyncio.BaseTransport, Wire]:
        return await asyncio.get_running_loop().create_connection(make, host, port)

    return connect
