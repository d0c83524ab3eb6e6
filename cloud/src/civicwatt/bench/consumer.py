"""A consumer that acks as the cloud does: what arrives within 20 ms is acked together, in ranges.

A process of its own: `python -m civicwatt.bench.consumer PORT DIVISION`.
"""

import asyncio
import sys

import aiomqtt

from civicwatt_protocols.sparkplug.topics import MessageKind, Topic
from civicwatt_protocols.uplink import encode_ack, peek

GATHER_S = 0.02  # as the cloud's subscriber does
MOST_AT_ONCE = 500
QUEUED = 20_000


async def consume(port: int, division: str) -> None:
    """Ack until killed."""
    async with aiomqtt.Client("127.0.0.1", port, max_queued_incoming_messages=QUEUED) as client:
        await client.subscribe(f"spBv1.0/{division}/DDATA/#", qos=1)
        while True:
            received = [await anext(client.messages)]
            await asyncio.sleep(GATHER_S)
            while len(client.messages) and len(received) < MOST_AT_ONCE:
                received.append(await anext(client.messages))
            numbers: dict[tuple[str, str], list[int]] = {}
            for message in received:
                epoch, seq, _ = peek(bytes(message.payload))
                gateway = Topic.parse(message.topic.value).gateway
                numbers.setdefault((gateway, epoch), []).append(seq)
            for (gateway, epoch), seqs in numbers.items():
                topic = str(Topic(division, MessageKind.NCMD, gateway))
                await client.publish(topic, encode_ack(epoch, ranges(seqs)))


def ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """Inclusive ranges that cover exactly these numbers."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


if __name__ == "__main__":
    asyncio.run(consume(int(sys.argv[1]), sys.argv[2]))
