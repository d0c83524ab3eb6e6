"""A TCP link between two parts that can be made to fail: a proxy of our own."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

Pass = Callable[[bytes], Awaitable[list[bytes]]]  # what becomes of a chunk; raises Cut to break the line
CHUNK = 65_536


class Cut(Exception):
    """Break the connection both ways, now; `rest` still leaves."""

    def __init__(self, rest: bytes = b"") -> None:
        super().__init__()
        self.rest = rest


async def unchanged(data: bytes) -> list[bytes]:
    """What passes, passes."""
    return [data]


class Link:
    """Listens on a port of its own and forwards to another; `asks` and `answers` may spoil what passes."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.connections = 0  # so far
        self.asks: Callable[[], Pass] = lambda: unchanged  # one for each connection, client to server
        self.answers: Callable[[], Pass] = lambda: unchanged
        self._target_port = target_port
        self._dead = 0  # connections up to this number stay open and carry nothing
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and break what is open."""
        self._server.close()
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def break_all(self) -> None:
        """Break the connections of now."""
        for task in [*self._tasks]:
            task.cancel()

    def go_half_open(self) -> None:
        """Let the connections of now carry nothing any more, both ways, without closing; later ones work."""
        self._dead = self.connections

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 start_server makes one
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        with suppress(OSError, asyncio.CancelledError):
            await self._carry(self.connections, reader, writer)
        writer.transport.abort()

    async def _carry(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        ways = (
            asyncio.create_task(self._pump(number, reader, far_writer, self.asks())),
            asyncio.create_task(self._pump(number, far_reader, writer, self.answers())),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            far_writer.transport.abort()

    async def _pump(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, becomes: Pass
    ) -> None:
        while data := await reader.read(CHUNK):
            try:
                parts = await becomes(data)
            except Cut as cut:
                writer.write(cut.rest)
                with suppress(OSError):
                    await writer.drain()
                return
            if number <= self._dead:
                await asyncio.Event().wait()  # until the link is closed
            for part in parts:
                writer.write(part)
                await writer.drain()
        if number <= self._dead:
            await asyncio.Event().wait()  # the end is not carried either
