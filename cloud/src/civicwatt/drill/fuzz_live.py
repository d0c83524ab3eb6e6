"""Spoilt answers on a live socket, into the bus client: `python -m civicwatt.drill.fuzz_live READS SEED`."""

import asyncio
import json
import sys
from random import Random

from civicwatt.drill import fuzz_frames
from civicwatt.drill.bus_line import RTU, TCP, Framing, words
from civicwatt_protocols.errors import CivicWattError

TIMEOUT_S = 0.02
CLIENTS = 8
SPOILT = 0.5
CLIENTS_OF = (TCP, RTU)
ANY = (fuzz_frames.shorter, fuzz_frames.longer, fuzz_frames.noise)
SPOILS = {"tcp": (*ANY, fuzz_frames.head_byte), "rtu+tcp": (*ANY, fuzz_frames.one_byte)}


async def serve(
    framing: Framing, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, dice: Random
) -> None:
    """Half the answers are spoilt; good ones come in pieces now and then."""
    try:
        while request := await reader.readexactly(framing.request_size):
            answer = framing.right(request)
            if dice.random() < SPOILT:
                answer = dice.choice(SPOILS[framing.scheme])(answer, dice)
            at = dice.randrange(len(answer) + 1)
            writer.write(answer[:at])
            await asyncio.sleep(0)
            writer.write(answer[at:])
    except (asyncio.IncompleteReadError, OSError):
        pass
    finally:
        writer.close()


async def client(framing: Framing, reads: int, dice: Random) -> tuple[int, int, int]:
    """(wrong, refused, crashes) of one client."""
    server = await asyncio.start_server(lambda r, w: serve(framing, r, w, dice), "127.0.0.1", 0)
    bus = framing.bus(server.sockets[0].getsockname()[1], TIMEOUT_S)
    wrong = refused = crashes = 0
    for _ in range(reads):
        unit, address, count = dice.randint(1, 9), dice.randint(0, 900), dice.randint(1, 60)
        try:
            data = await bus.read(unit, 3, address, count)
        except CivicWattError:
            refused += 1
        except Exception:  # this is what is looked for
            crashes += 1
        else:
            wrong += data != words(unit, address, count)
    bus.close()
    server.close()
    return wrong, refused, crashes


async def run(reads: int, seed: int) -> dict[str, int]:
    """Some clients beside each other."""
    share = -(-reads // CLIENTS)
    jobs = (client(CLIENTS_OF[n % 2], share, Random(seed + n)) for n in range(CLIENTS))  # noqa: S311
    wrong, refused, crashes = (sum(column) for column in zip(*await asyncio.gather(*jobs), strict=True))
    return {"reads": share * CLIENTS, "refused": refused, "wrong": wrong, "crashes": crashes}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(int(sys.argv[1]), int(sys.argv[2])))))
