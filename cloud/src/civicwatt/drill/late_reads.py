"""Bus clients on lines whose answers are late: `python -m civicwatt.drill.late_reads READS SEED`, JSON out.

A late answer goes where a converter between Ethernet and a serial line sends it: to whoever is connected
by then, which is the next connection of the same client. On an RTU line it is at most two time-outs late:
what comes later nobody can tell from the answer to the same question (frame_line.py says so too).
"""

import asyncio
import json
import sys
from random import Random

from civicwatt.drill.bus_line import RTU, TCP, Framing, words
from civicwatt_protocols.errors import CivicWattError

TIMEOUT_S = 0.04
LATE = 0.1  # of all answers
LATEST = {"tcp": 2.5, "rtu+tcp": 1.8}  # time-outs after the request
CLIENTS = 16  # half of them on RTU lines


class Line:
    """A converter: its late answers find the newest connection."""

    def __init__(self, framing: Framing, dice: Random) -> None:
        self.late = 0
        self._framing, self._dice = framing, dice
        self._newest: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer until the client goes."""
        self._newest = writer
        try:
            while request := await reader.readexactly(self._framing.request_size):
                answer = self._framing.right(request)
                if self._dice.random() < LATE:
                    self.late += 1
                    delay_s = TIMEOUT_S * self._dice.uniform(0.9, LATEST[self._framing.scheme])
                    asyncio.get_running_loop().call_later(delay_s, self._send, answer)
                else:
                    writer.write(answer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    def _send(self, answer: bytes) -> None:
        if self._newest is not None and not self._newest.is_closing():
            self._newest.write(answer)


async def client(framing: Framing, reads: int, dice: Random) -> tuple[int, int, int]:
    """(wrong, unanswered, late) of one client on one line."""
    line = Line(framing, dice)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    bus = framing.bus(server.sockets[0].getsockname()[1], TIMEOUT_S)
    wrong = unanswered = 0
    for _ in range(reads):
        unit, address, count = dice.randint(1, 9), dice.randint(0, 900), dice.randint(1, 4)
        try:
            data = await bus.read(unit, 3, address, count)
        except CivicWattError:
            unanswered += 1
            continue
        wrong += data != words(unit, address, count)
    bus.close()
    server.close()
    return wrong, unanswered, line.late


async def run(reads: int, seed: int) -> dict[str, int]:
    """Many clients beside each other: most of the time they wait."""
    share = -(-reads // CLIENTS)
    jobs = (client(RTU if n % 2 else TCP, share, Random(seed + n)) for n in range(CLIENTS))  # noqa: S311
    wrong, unanswered, late = (sum(column) for column in zip(*await asyncio.gather(*jobs), strict=True))
    return {"reads": share * CLIENTS, "late": late, "unanswered": unanswered, "wrong": wrong}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(int(sys.argv[1]), int(sys.argv[2])))))
