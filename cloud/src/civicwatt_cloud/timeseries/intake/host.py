"""STATE: the host application's word that it is there, kept by the broker and taken back by its will.

Source: Sparkplug 3.0.0, chapters 5 (operational behaviour, host application) and 6 (STATE payload).
"""

import time
from collections.abc import Sequence

import aiomqtt

from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_protocols.errors import NotSparkplug
from civicwatt_protocols.sparkplug.state import HostState, decode_state, encode_state
from civicwatt_protocols.sparkplug.topics import state_topic

QOS = 1


class Host:
    """One session of the host: the will and the birth of a connection bear the same time."""

    def __init__(self, name: str) -> None:
        self.topic = state_topic(name)
        self._at_ms = 0

    def will(self) -> aiomqtt.Will:
        """What the broker says when the connection breaks; a new session begins."""
        self._at_ms = max(_now_ms(), self._at_ms + 1)
        return aiomqtt.Will(self.topic, self._word(online=False), qos=QOS, retain=True)

    async def come(self, client: aiomqtt.Client) -> None:
        """Say that we are there."""
        await client.publish(self.topic, self._word(online=True), qos=QOS, retain=True)

    async def go(self, client: aiomqtt.Client) -> None:
        """Say that we leave: the broker keeps the will to itself when we disconnect in order."""
        self._at_ms = max(_now_ms(), self._at_ms)
        await client.publish(self.topic, self._word(online=False), qos=QOS, retain=True)

    def is_denied(self, messages: Sequence[Message]) -> bool:
        """Whether the will of an earlier connection is among these: it must be answered."""
        return any(one.topic == self.topic and not _says_online(one.payload) for one in messages)

    async def insist(self, client: aiomqtt.Client) -> None:
        """Say once more that we are there, as of now."""
        self._at_ms = max(_now_ms(), self._at_ms + 1)
        await self.come(client)

    def _word(self, *, online: bool) -> bytes:
        return encode_state(HostState(online, self._at_ms))


def _says_online(payload: bytes) -> bool:
    try:
        return decode_state(payload).online
    except NotSparkplug:
        return False


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
