"""The server that vehicle terminals connect to: JT/T 808 over TCP, every message answered.

A terminal registers, proves itself, and then tells where it is; a location is answered "received" after its
commit only. Buffers, connections and silences are bounded.
"""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.threads import in_thread
from civicwatt_cloud.modules.fleet.positions import registration, sources
from civicwatt_cloud.modules.fleet.positions.intake import Arrival, Intake, Source
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import TerminalFrameError
from civicwatt_protocols.jt808 import Assembler, Message, Splitter, encode, messages, parse
from civicwatt_protocols.jt808.messages import Result

log = structlog.get_logger()

T = TypeVar("T")

MOST_CONNECTIONS = 10_000  # [engineering default]
IDLE_S = 600.0  # without a byte; a terminal beats more often [engineering default]
STRANGER_S = 30.0  # until it has proved itself [engineering default]
MOST_BAD = 20  # messages in a row that cannot be read [engineering default]
BLOCK = 4096


@dataclass(eq=False)
class Connection:
    """One terminal's connection."""

    writer: asyncio.StreamWriter
    task: asyncio.Task[None] | None
    phone: str = ""  # set once it has proved itself
    sent: int = 0
    bad: int = 0
    splitter: Splitter = field(default_factory=Splitter)
    assembler: Assembler = field(default_factory=Assembler)

    def send(self, message: Message) -> None:
        """Answer; the serial number is counted here."""
        self.writer.write(encode(message))

    def next_serial(self) -> int:
        """Of our next message."""
        self.sent = (self.sent + 1) & 0xFFFF
        return self.sent


class TerminalServer:
    """All terminals; of one phone the newest connection."""

    def __init__(self, intake: Intake, database: Database, clock: Clock, listener: socket.socket) -> None:
        self._intake, self._database, self._clock = intake, database, clock
        self._listener = listener
        self._connections: set[Connection] = set()
        self._by_phone: dict[str, Connection] = {}

    @property
    def connected(self) -> int:
        """How many terminals have proved themselves."""
        return len(self._by_phone)

    async def run(self) -> None:
        """Serve for as long as the application lives."""
        server = await asyncio.start_server(self._serve, sock=self._listener, limit=BLOCK, backlog=1024)
        log.info("terminals_welcome", address=str(self._listener.getsockname()))
        try:
            await server.serve_forever()
        finally:
            tasks = [one.task for one in self._connections if one.task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(writer, asyncio.current_task())
        if len(self._connections) >= MOST_CONNECTIONS:
            writer.close()
            return
        self._connections.add(connection)
        try:
            await self._converse(reader, connection)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            log.debug("terminal_lost", phone=connection.phone, error=str(error))
        except Exception:
            log.exception("terminal_failed", phone=connection.phone)  # a fault of ours, or the database's
        finally:
            self._connections.discard(connection)
            if self._by_phone.get(connection.phone) is connection:
                del self._by_phone[connection.phone]
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        stranger_until = loop.time() + STRANGER_S
        while True:
            limit_s = IDLE_S if connection.phone else stranger_until - loop.time()
            async with asyncio.timeout(limit_s):
                await connection.writer.drain()  # who takes no answers is silent too
                data = await reader.read(BLOCK)
            if not data:
                return
            for content in connection.splitter.feed(data):
                if not await self._heard(content, connection):
                    return

    async def _heard(self, content: bytes, connection: Connection) -> bool:
        """Answer one message; whether to go on."""
        try:
            message = connection.assembler.add(parse(content))
        except TerminalFrameError as error:
            connection.bad += 1
            log.info("terminal_message_bad", phone=connection.phone, error=error.message("en"))
            return connection.bad < MOST_BAD
        connection.bad = 0
        if message is None:
            return True
        try:
            return await self._answer(message, connection)
        except TerminalFrameError as error:
            log.info("terminal_message_bad", phone=connection.phone, error=error.message("en"))
            connection.send(messages.answer(message, Result.WRONG, connection.next_serial()))
            return True

    async def _answer(self, message: Message, connection: Connection) -> bool:
        if message.id == messages.REGISTER:
            return await self._register(message, connection)
        if message.id == messages.AUTHENTICATE:
            return await self._authenticate(message, connection)
        if message.phone != connection.phone:
            log.info("terminal_refused", phone=message.phone, message=f"{message.id:04X}")
            connection.send(messages.answer(message, Result.FAILED, connection.next_serial()))
            return False
        result = Result.OK
        if message.id in (messages.LOCATION, messages.BATCH):
            result = await self._located(message)
        elif message.id not in (messages.HEARTBEAT, messages.LOGOUT, messages.ANSWER):
            result = Result.UNSUPPORTED
        if message.id != messages.ANSWER:
            connection.send(messages.answer(message, result, connection.next_serial()))
        return message.id != messages.LOGOUT

    async def _register(self, message: Message, connection: Connection) -> bool:
        said, now_us = messages.registration(message), self._clock.now_us()

        def work() -> registration.Answer:
            with self._database.session() as session:
                return registration.register(session, message.phone, said, now_us)

        answer = await in_thread(work)
        serial = connection.next_serial()
        connection.send(messages.register_answer(message, answer.result, serial, answer.code))
        return answer.result is messages.Registered.OK

    async def _authenticate(self, message: Message, connection: Connection) -> bool:
        code = messages.authentication_code(message)

        def work() -> bool:
            with self._database.reading() as session:
                return registration.authenticated(session, message.phone, code)

        if not await in_thread(work):
            log.info("terminal_refused", phone=message.phone, message="0102")
            connection.send(messages.answer(message, Result.FAILED, connection.next_serial()))
            return False
        earlier = self._by_phone.get(message.phone)
        if earlier is not None and earlier is not connection:
            earlier.writer.close()
        if connection.phone and connection.phone != message.phone:
            self._by_phone.pop(connection.phone, None)
        connection.phone = message.phone
        self._by_phone[message.phone] = connection
        connection.send(messages.answer(message, Result.OK, connection.next_serial()))
        return True

    async def _located(self, message: Message) -> Result:
        """What a location is answered: OK after its commit; also without a time, which nothing mends."""
        found = [sources.of_location(one) for one in messages.locations(message)]
        fixes = tuple(fix for fix in found if fix is not None)
        if not fixes:
            return Result.OK
        is_known = await self._intake.accept(Arrival(message.phone, Source.TERMINAL, fixes))
        return Result.OK if is_known else Result.FAILED
