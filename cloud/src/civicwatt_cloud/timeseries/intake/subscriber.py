"""The connection to the broker: messages in, acks out, for as long as the cloud runs."""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import ParamSpec, TypeVar

import aiomqtt
import structlog

from civicwatt_cloud.kit import metrics
from civicwatt_cloud.kit.threads import in_thread
from civicwatt_cloud.timeseries.intake import mqtt, roles
from civicwatt_cloud.timeseries.intake.errors import Unreadable
from civicwatt_cloud.timeseries.intake.host import Host
from civicwatt_cloud.timeseries.intake.inbox import Inbox
from civicwatt_cloud.timeseries.intake.ingest import Command, Ingest
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_cloud.timeseries.intake.roles import Role

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")


# Engineering defaults.
GATHER_S = 0.02  # messages that come this close together are committed together
MOST_MESSAGES = 20_000  # in one commit
MOST_BYTES = 4 * 1024 * 1024  # in one commit: about 180,000 readings
LONGEST_PAUSE_S = 30.0  # before the next try to connect; the gateways keep everything meanwhile
STEADY_S = 10.0  # a connection this old was a good one: start with short pauses again
LONGEST_WAIT_S = 2.0  # before the next try to commit
LOOK_S = 2.0  # between two looks for what is due without a message
FAREWELL_S = 2.0


class Subscriber:
    """Feeds an Ingest from a broker and never gives up."""

    def __init__(
        self,
        ingest: Ingest,
        host: str,
        port: int,
        tls: mqtt.TlsFiles | None = None,
        *,
        role: Role | None = None,
    ) -> None:
        self._ingest, self._host, self._port, self._tls = ingest, host, port, tls
        self._role = role or roles.alone()
        self._state = Host(roles.HOST) if self._role.is_host else None
        self.inbox = Inbox()
        self._most = MOST_MESSAGES
        self._dropped = 0
        self.taken = 0  # messages committed since the process began
        self.connected = False  # True: the broker has taken every subscription

    @property
    def parked(self) -> int:
        """Messages that wait for their catalogue."""
        return self._ingest.parked

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
            await asyncio.sleep(_pause_s(failures, LONGEST_PAUSE_S))

    async def _connection(self) -> None:
        state = self._state
        client = mqtt.Client(
            self.inbox,
            self._host,
            self._port,
            version5=self._role.is_shared,
            identifier=self._role.client_id,
            will=state and state.will(),
            tls_context=self._tls and self._tls.context(),  # read anew: they may have been renewed
        )
        async with client:
            for topic in self._role.topics:
                await client.hear(topic)
            log.info("broker_connected", host=self._host, port=self._port, client=self._role.client_id)
            if state is None:
                await self._work(client)
                return
            try:
                await state.come(client)
                await self._work(client)
            finally:
                with suppress(aiomqtt.MqttError, TimeoutError):
                    async with asyncio.timeout(FAREWELL_S):
                        await state.go(client)

    async def _work(self, client: mqtt.Client) -> None:
        """Commit and ack until the connection breaks (MqttError)."""
        self.connected, looked = True, 0.0
        while True:
            await client.filled(LOOK_S)
            if time.monotonic() - looked > LOOK_S:
                await client.send(await self._tend())
                looked = time.monotonic()
            if not len(self.inbox):
                continue
            await asyncio.sleep(GATHER_S)
            messages = self.inbox.take(self._most, MOST_BYTES)
            await client.send(await self._commit(messages))
            if self._state is not None and self._state.is_denied(messages):
                await self._state.insist(client)
            self._tell_dropped()

    async def _commit(self, messages: list[Message]) -> Sequence[Command]:
        """Commit messages, or have them wait for another try.

        When a commit fails, half as many are tried next, down to one that fails alone. If even the
        quarantine does not take that one, it is the database that fails, and everything waits.
        """
        try:
            with metrics.INGEST_COMMITS.time():
                commands = await in_thread(self._ingest.process, messages)
        except Exception:
            metrics.INGEST_FAILED.inc()
            log.exception("commit_failed", messages=len(messages))
        else:
            self._most = MOST_MESSAGES
            self.taken += len(messages)
            metrics.INGEST_MESSAGES.inc(len(messages))
            return commands
        if len(messages) == 1 and await self._set_aside(messages[0]):
            self._most = MOST_MESSAGES
            return []
        self.inbox.put_back(messages)
        self._most = max(1, len(messages) // 2)
        await asyncio.sleep(_pause_s(2, LONGEST_WAIT_S))
        return []

    async def _tend(self) -> Sequence[Command]:
        """What is due without a message; when a database fails it waits for the next look."""
        try:
            return await in_thread(self._ingest.tend)
        except Exception:
            log.exception("tending_failed")
            return []

    async def _set_aside(self, message: Message) -> bool:
        """Whether the quarantine has taken a message that fails by itself."""
        error = Unreadable(detail="commit_failed")
        try:
            await in_thread(self._ingest.set_aside, message, error)
        except Exception:  # as the failure before it, which was logged
            return False
        log.error("message_set_aside", topic=message.topic)
        return True

    def _tell_dropped(self) -> None:
        if self.inbox.dropped != self._dropped:
            log.warning("messages_dropped", count=self.inbox.dropped - self._dropped)
            self._dropped = self.inbox.dropped


def _pause_s(failures: int, longest_s: float) -> float:
    """Full jitter: many clients of one broker must not come back at the same instant."""
    return random.uniform(0.0, min(longest_s, 0.5 * 2 ** min(failures, 10)))  # noqa: S311 - no secret
