"""A line behind a serial server or a pty, for tests: what it says reaches whoever is connected then."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Parts = list[tuple[float, bytes]]  # (seconds after the request, what the line says)


@dataclass
class SerialServer:
    """`answer` makes a request's right answer, `behave` says otherwise; requests are `size` bytes, 0: any."""

    answer: Callable[[bytes], bytes]
    size: int = 8
    port: int = 0
    behave: Callable[[bytes, bytes], Parts] | None = None
    heard: list[bytes] = field(default_factory=list)
    connections: int = 0
    unplug: Callable[[], None] = lambda: None
    _write: Callable[[bytes], object] | None = None
    _kept: bytes = b""
    _buffer: bytes = b""

    def say(self, data: bytes) -> None:
        """To whoever is connected; for the next one when nobody is."""
        if self._write is None:
            self._kept += data
        else:
            self._write(data)

    def hear(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._buffer += data
        while self._buffer and len(self._buffer) >= self.size:
            size = self.size or len(self._buffer)
            request, self._buffer = self._buffer[:size], self._buffer[size:]
            self.heard.append(request)
            right = self.answer(request)
            for delay, part in [(0.0, right)] if self.behave is None else self.behave(request, right):
                loop.call_later(delay, self.say, part)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._write, self._buffer = writer.write, b""
        self.say(self._kept)
        self._kept = b""
        try:
            while data := await reader.read(1024):
                self.hear(data)
        except OSError:
            pass
        finally:
            if self._write == writer.write:
                self._write = None
            writer.close()


@asynccontextmanager
async def by_tcp(answer: Callable[[bytes], bytes], size: int = 8) -> AsyncIterator[SerialServer]:
    """A serial server on loopback."""
    fake = SerialServer(answer, size)
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    yield fake
    server.close()


@asynccontextmanager
async def by_pty(answer: Callable[[bytes], bytes], size: int = 8) -> AsyncIterator[tuple[SerialServer, str]]:
    """A pseudo-terminal; yields the path that stands for the serial port."""
    master, slave = os.openpty()
    fake = SerialServer(answer, size)
    fake._write = lambda data: os.write(master, data)
    loop = asyncio.get_running_loop()
    loop.add_reader(master, lambda: fake.hear(os.read(master, 1024)))

    def unplug() -> None:
        loop.remove_reader(master)
        os.close(master)
        os.close(slave)
        fake.unplug = lambda: None

    fake.unplug = unplug
    try:
        yield fake, os.ttyname(slave)
    finally:
        fake.unplug()
