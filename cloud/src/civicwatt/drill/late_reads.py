"""Bus clients on lines whose answers are late: `python -m civicwatt.drill.late_reads READS SEED`, JSON out.

A late answer goes where a converter between Ethernet and a serial line sends it: to whoever is connected
by then, which is the next connection of the same client.
"""

import asyncio
import json
import sys
from random import Random

from civicwatt_edge.modbus_tcp import ModbusTcp
from civicwatt_protocols.errors import CivicWattError

TIMEOUT_S = 0.04
LATE = 0.1  # of all answers
CLIENTS = 16
REQUEST_SIZE = 12


def word(unit: int, address: int) -> int:
    """What stands in a register: another number in each."""
    return (unit * 8_191 + address * 131) & 0xFFFF


class Line:
    """A converter: one client at a time, and late answers that find the newest connection."""

    def __init__(self, dice: Random) -> None:
        self.late = 0
        self._dice = dice
        self._newest: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer until the client goes."""
        self._newest = writer
        try:
            while request := await reader.readexactly(REQUEST_SIZE):
                answer = right(request)
                if self._dice.random() < LATE:
                    self.late += 1
                    delay_s = TIMEOUT_S * self._dice.uniform(0.9, 2.5)
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


def right(request: bytes) -> bytes:
    """The answer to a read request over TCP."""
    unit, function = request[6], request[7]
    address, count = int.from_bytes(request[8:10]), int.from_bytes(request[10:12])
    words = b"".join(word(unit, address + each).to_bytes(2) for each in range(count))
    return request[:4] + (3 + len(words)).to_bytes(2) + bytes([unit, function, len(words)]) + words


async def client(reads: int, dice: Random) -> tuple[int, int, int]:
    """(wrong, unanswered, late) of one client on one line."""
    line = Line(dice)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    bus = ModbusTcp("127.0.0.1", server.sockets[0].getsockname()[1], TIMEOUT_S)
    wrong = unanswered = 0
    for _ in range(reads):
        unit, address, count = dice.randint(1, 9), dice.randint(0, 900), dice.randint(1, 4)
        try:
            data = await bus.read(unit, 3, address, count)
        except CivicWattError:
            unanswered += 1
            continue
        wrong += data != b"".join(word(unit, address + each).to_bytes(2) for each in range(count))
    bus.close()
    server.close()
    return wrong, unanswered, line.late


async def run(reads: int, seed: int) -> dict[str, int]:
    """Many clients beside each other: most of the time they wait."""
    share = -(-reads // CLIENTS)
    ends = await asyncio.gather(*(client(share, Random(seed + n)) for n in range(CLIENTS)))  # noqa: S311
    wrong, unanswered, late = (sum(column) for column in zip(*ends, strict=True))
    return {"reads": share * CLIENTS, "late": late, "unanswered": unanswered, "wrong": wrong}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(int(sys.argv[1]), int(sys.argv[2])))))
