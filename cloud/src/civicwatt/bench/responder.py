"""Meters that cost next to nothing: Modbus TCP answered with right, canned frames.

Run as a process of its own, so that the meters' work is not the gateway's:
`python -m civicwatt.bench.responder FIRST_PORT PORTS ANSWER_MS LOG`. On SIGTERM it writes LOG: JSON lines
[monotonic seconds, port, unit], one a request.
"""

import asyncio
import json
import signal
import sys
import time
from functools import cache, partial
from pathlib import Path

REQUEST_SIZE = 12  # header and a read request
WORDS = bytes.fromhex("43660000")  # 230.0 as float32
BACKLOG = 4096

Served = tuple[float, int, int]


@cache
def tail(unit: int, function: int, count: int) -> bytes:
    """All of an answer behind its transaction: protocol 0, length, unit, function, bytes, words."""
    words = (WORDS * count)[: 2 * count]
    return b"\0\0" + (3 + len(words)).to_bytes(2) + bytes([unit, function, len(words)]) + words


class Meters(asyncio.Protocol):
    """One connection to all unit ids of a port."""

    def __init__(self, port: int, answer_s: float, served: list[Served]) -> None:
        self._port, self._answer_s, self._served = port, answer_s, served
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 create_server makes no other
        self._transport, self._later = transport, asyncio.get_running_loop().call_later

    def data_received(self, data: bytes) -> None:
        """Answer each whole request after the answer time."""
        data = self._received + data
        end = len(data) - len(data) % REQUEST_SIZE
        self._received = data[end:]
        for at in range(0, end, REQUEST_SIZE):
            unit = data[at + 6]
            self._served.append((time.monotonic(), self._port, unit))
            answer = data[at : at + 2] + tail(unit, data[at + 7], int.from_bytes(data[at + 10 : at + 12]))
            if self._answer_s:
                self._later(self._answer_s, self._transport.write, answer)
            else:
                self._transport.write(answer)


async def serve(first_port: int, ports: int, answer_s: float) -> list[Served]:
    """Answer until SIGTERM; gives what was asked."""
    served: list[Served] = []
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    for port in range(first_port, first_port + ports):
        meters = partial(Meters, port, answer_s, served)
        await loop.create_server(meters, "127.0.0.1", port, backlog=BACKLOG)
    await stop.wait()
    return served


if __name__ == "__main__":
    first, ports, answer_ms, log = sys.argv[1:]
    served = asyncio.run(serve(int(first), int(ports), float(answer_ms) / 1000))
    Path(log).write_text("".join(json.dumps(one) + "\n" for one in served))
