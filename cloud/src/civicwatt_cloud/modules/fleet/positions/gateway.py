"""Positions from a gateway of terminals that speaks MQTT: EMQX's, in JSON."""

import asyncio
import random
from typing import Any

import aiomqtt
import structlog

from civicwatt_cloud.modules.fleet.errors import BadPosition
from civicwatt_cloud.modules.fleet.positions import sources
from civicwatt_cloud.modules.fleet.positions.intake import Intake
from civicwatt_cloud.timeseries.intake.mqtt import TlsFiles

log = structlog.get_logger()

CLIENT_ID = "civicwatt-positions"
MOST_IN_HAND = 1_000  # messages between the broker and the commit [engineering default]
LONGEST_PAUSE_S = 30.0  # before the next try to connect [engineering default]


class GatewayListener:
    """Listens to one topic filter and never gives up; a message is acknowledged after its commit."""

    def __init__(self, intake: Intake, host: str, port: int, topic: str, tls: TlsFiles | None = None) -> None:
        self._intake, self._host, self._port = intake, host, port
        self._topic, self._tls = topic, tls
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Connect, listen, connect again."""
        failures = 0
        while True:
            try:
                await self._listen()
            except (aiomqtt.MqttError, OSError, ExceptionGroup) as error:
                log.warning("position_broker_lost", host=self._host, port=self._port, error=str(error))
            failures = 0 if self.listening.is_set() else failures + 1
            self.listening.clear()
            pause_s = min(LONGEST_PAUSE_S, 0.5 * 2 ** min(failures, 10))
            await asyncio.sleep(random.uniform(0, pause_s))  # noqa: S311 - no secret

    async def _listen(self) -> None:
        tls = self._tls and self._tls.context()
        more: dict[str, Any] = {"tls_context": tls, "identifier": CLIENT_ID, "clean_session": False}
        room = asyncio.Semaphore(MOST_IN_HAND)
        async with aiomqtt.Client(self._host, self._port, **more) as client, asyncio.TaskGroup() as group:
            client._client.manual_ack_set(True)  # aiomqtt has no word for it
            await client.subscribe(self._topic, qos=1)
            self.listening.set()
            async for message in client.messages:
                await room.acquire()
                group.create_task(self._take(client, message, room))

    async def _take(self, client: aiomqtt.Client, message: aiomqtt.Message, room: asyncio.Semaphore) -> None:
        try:
            arrival = sources.of_gateway(bytes(message.payload))
            if arrival is not None and arrival.fixes and not await self._intake.accept(arrival):
                log.info("position_of_nobody", phone=arrival.phone)
        except BadPosition as error:
            log.info("position_bad", error=error.message("en"))
        finally:
            room.release()
        client._client.ack(message.mid, message.qos)
