"""The link of a collector over TCP, both ends: who it is, then its data, encrypted.

request → sequence → MD5(sequence + key) → result. How packets are parted on the wire is not national: here
each begins with its length in four bytes, the highest first [engineering default].
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple

from civicwatt_cloud.modules.returns.monitoring import cipher, packets
from civicwatt_cloud.modules.returns.monitoring.cipher import CipherSettings
from civicwatt_cloud.modules.returns.monitoring.errors import BadPacket, NotPassed
from civicwatt_cloud.modules.returns.monitoring.packets import BEAT, DATA, VALIDATE, Packet
from civicwatt_protocols.toml import Table

HEAD = 4
LONGEST = 4 * 1024 * 1024  # bytes of a packet [engineering default]
PATIENCE_S = 30.0  # for the other side [engineering default]
PASS, FAIL = "pass", "fail"
Take = Callable[[Packet], Awaitable[None]]


class LinkSettings(Table, frozen=True, kw_only=True):
    """One collector's link, as both sides must have it."""

    building: str
    gateway: str
    auth_key: str
    aes_key: str  # 16 characters
    md5_case: Literal["lower", "upper"] = "lower"
    cipher: CipherSettings = CipherSettings()

    def __post_init__(self) -> None:
        """Errors: ValueError."""
        if len(self.aes_key.encode()) != cipher.BLOCK:
            raise ValueError("aes_key has 16 characters")


class Line(NamedTuple):
    """A connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """One packet."""
        self.writer.write(len(data).to_bytes(HEAD, "big") + data)
        await self.writer.drain()

    async def take(self) -> bytes:
        """One packet. Errors: BadPacket, EOFError, TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            length = int.from_bytes(await self.reader.readexactly(HEAD), "big")
            if length > LONGEST:
                raise BadPacket(detail="it is too long")
            return await self.reader.readexactly(length)


def _packet(settings: LinkSettings, kind: str, operation: str, **body: str) -> Packet:
    return Packet(settings.building, settings.gateway, kind, operation, body)


async def _say(line: Line, packet: Packet) -> None:
    await line.send(packets.write(packet).encode())


async def _hear(line: Line) -> Packet:
    try:
        return packets.read((await line.take()).decode())
    except UnicodeDecodeError as error:
        raise BadPacket(detail="it is no text") from error


async def sign_in(line: Line, settings: LinkSettings) -> None:
    """The collector's part of the identity check. Errors: NotPassed, BadPacket."""
    await _say(line, _packet(settings, VALIDATE, "request"))
    sequence = (await _hear(line)).body.get("sequence", "")
    md5 = packets.answer(sequence, settings.auth_key, settings.md5_case)
    await _say(line, _packet(settings, VALIDATE, "md5", md5=md5))
    if (await _hear(line)).body.get("result") != PASS:
        raise NotPassed()


async def report(line: Line, settings: LinkSettings, body: dict[str, str]) -> None:
    """Send data, encrypted, and wait until they are taken. Errors: BadPacket."""
    text = packets.write(_packet(settings, DATA, "report", **body))
    await line.send(cipher.encrypt(settings.cipher, settings.aes_key.encode(), text))
    answer = packets.read(cipher.decrypt(settings.cipher, settings.aes_key.encode(), await line.take()))
    if answer.operation != "continuous_ack" or answer.body.get("sequence") != body.get("sequence"):
        raise BadPacket(detail="the data were not acknowledged")


async def admit(line: Line, known: dict[tuple[str, str], LinkSettings]) -> LinkSettings:
    """The centre's part of the identity check; whoever is unknown learns no more than a wrong key does.

    Errors: NotPassed, BadPacket.
    """
    asked = await _hear(line)
    settings = known.get((asked.building, asked.gateway))
    sequence = secrets.token_hex(16)
    await _say(line, asked._replace(operation="sequence", body={"sequence": sequence}))
    said = await _hear(line)
    right = packets.answer(sequence, settings.auth_key if settings else secrets.token_hex(16)).lower()
    is_right = secrets.compare_digest(said.body.get("md5", "").lower().encode(), right.encode())
    passes = settings is not None and is_right and said.type == VALIDATE
    await _say(line, asked._replace(operation="result", body={"result": PASS if passes else FAIL}))
    if settings is None or not passes:
        raise NotPassed()
    return settings


async def serve(line: Line, known: dict[tuple[str, str], LinkSettings], take: Take) -> None:
    """The centre: admit a collector, take its data until it hangs up. Errors: NotPassed, BadPacket."""
    settings = await admit(line, known)
    key = settings.aes_key.encode()
    while True:
        try:
            data = await line.take()
        except asyncio.IncompleteReadError:
            return
        packet = packets.read(cipher.decrypt(settings.cipher, key, data))
        if (packet.building, packet.gateway) != (settings.building, settings.gateway):
            raise BadPacket(detail="it is another collector's")
        if packet.type == DATA:
            await take(packet)
            done = _packet(settings, DATA, "continuous_ack", sequence=packet.body.get("sequence", ""))
        else:
            done = _packet(settings, BEAT, "time", time=packet.body.get("time", ""))
        await line.send(cipher.encrypt(settings.cipher, key, packets.write(done)))
