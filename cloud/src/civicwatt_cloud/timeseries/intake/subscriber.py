"""The connection to the broker: messages in, acks out, for as long as the cloud runs."""

import asyncio
import random
import time

import aiomqtt
import structlog

from civicwatt_cloud.timeseries.intake import mqtt
from civicwatt_cloud.timeseries.intake.ingest import Command, Ingest
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_protocols.sparkplug.topics import NAMESPACE

log = structlog.get_logger()

CLIENT_ID = "civicwatt-ingest"
SUBSCRIPTION = f"{NAMESPACE}/#"
# Engineering defaults.
GATHER_S = 0.02  # messages that come this close together are committed together
MOST_AT_ONCE = 500  # messages in one commit
QUEUED = 20_000  # messages held while the databases are slow; beyond, they are dropped and sent again
LONGEST_PAUSE_S = 30.0  # before the next try; the gateways keep everything meanwhile
STEADY_S = 10.0  # a connection this old was a good one: start with short pauses again


class Subscriber:
    """Feeds an Ingest from a broker and never gives up."""

    def __init__(self, ingest: Ingest, host: str, port: int, tls: mqtt.TlsFiles | None = None) -> None:
        self._ingest, self._host, self._port, self._tls = ingest, host, port, tls
        self.connected = False

    async def run(self) -> None:
        """Connect, take messages in, reconnect; ends by cancellation only, after the commit in hand."""
        failures = 0
        while True:
            began = time.monotonic()
            try:
                await self._connection()
            except (aiomqtt.MqttError, OSError) as error:  # OSError: a certificate's file
                log.warning("broker_lost", host=self._host, port=self._port, error=str(error))
            except Exception:
                log.exception("subscriber_failed", host=self._host, port=self._port)  # a fault of ours
            finally:
                self.connected = False
            failures = 0 if time.monotonic() - began > STEADY_S else failures + 1
            await asyncio.sleep(_pause_s(failures))

    async def _connection(self) -> None:
        client = mqtt.Client(
            self._host,
            self._port,
            identifier=CLIENT_ID,
            max_queued_incoming_messages=QUEUED,
            tls_context=self._tls and self._tls.context(),  # read anew: they may have been renewed
        )
        async with client:
            await client.subscribe(SUBSCRIPTION, qos=1)
            self.connected = True
            log.info("broker_connected", host=self._host, port=self._port)
            failures = 0
            while True:
                commands = await self._commit(await _gather(client))
                if commands is None:
                    failures += 1
                    await asyncio.sleep(_pause_s(failures))
                    continue
                failures = 0
                for command in commands:
                    await client.publish(command.topic, command.payload)

    async def _commit(self, messages: list[Message]) -> list[Command] | None:
        """Commit in a thread; None: a database failed, nothing is acked and all of it will come again."""
        commit = asyncio.create_task(asyncio.to_thread(self._ingest.process, messages))
        try:
            return await asyncio.shield(commit)
        except asyncio.CancelledError:
            await asyncio.wait([commit])  # the thread cannot be stopped, and the stores close after us
            raise
        except Exception:
            log.exception("commit_failed", messages=len(messages))
            return None


async def _gather(client: aiomqtt.Client) -> list[Message]:
    """At least one message, and those that came with it.

    Not what the broker has retained: no gateway of ours asks for that, and it would come again for ever.
    """
    while True:
        received = [await anext(client.messages)]
        await asyncio.sleep(GATHER_S)
        while len(client.messages) and len(received) < MOST_AT_ONCE:
            received.append(await anext(client.messages))
        if fresh := [message for message in received if not message.retain]:
            return [Message(message.topic.value, bytes(message.payload)) for message in fresh]


def _pause_s(failures: int) -> float:
    """Full jitter: many clients of one broker must not come back at the same instant."""
    longest = min(LONGEST_PAUSE_S, 0.5 * 2 ** min(failures, 10))
    return random.uniform(0.0, longest)  # noqa: S311 - no secret
