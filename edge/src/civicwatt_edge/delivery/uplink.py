"""The way to the cloud: connect, hold a session, and come back for ever when it breaks."""

import asyncio
import random
from collections.abc import Callable, Set

import aiomqtt
import structlog

from civicwatt_edge.config import Broker, Gateway
from civicwatt_edge.delivery import mqtt, tls
from civicwatt_edge.delivery.primary_host import PrimaryHost
from civicwatt_edge.delivery.session import Session
from civicwatt_edge.security_errors import TlsWaits
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.sparkplug.topics import MessageKind, Topic
from civicwatt_protocols.uplink import encode_node_death

log = structlog.get_logger()

# Engineering defaults.
KEEPALIVE_S = 15
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0


class Uplink:
    """Keeps the gateway connected; delivery is decided by the cloud's acks, never by the broker."""

    def __init__(
        self,
        gateway: Gateway,
        broker: Broker,
        outbox: Outbox,
        clock: Clock,
        gone: Set[str] = frozenset(),  # devices that do not answer, as they come and go
        *,
        reload: Callable[[], None] = lambda: None,  # what the command Node Control/Reload does
    ) -> None:
        self._gateway, self._broker, self._outbox, self._clock = gateway, broker, outbox, clock
        self._gone, self._reload = gone, reload
        self._host = PrimaryHost(broker.primary_host)
        self._bd_seq: int | None = None  # of the next CONNECT
        self._connected_s: float | None = None  # loop time
        self.down: BaseException | None = None  # why there is no connection

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        return self._connected_s is not None and self.down is None

    async def run(self) -> None:
        """Connect and reconnect until cancelled."""
        attempt, loop = 0, asyncio.get_running_loop()
        while True:
            self._connected_s, no_socket = None, False
            try:
                await self._connect()
            except* aiomqtt.MqttError as errors:
                self._say_down(tls.reason(errors.exceptions[0]) or errors.exceptions[0])
                no_socket = isinstance(errors.exceptions[0].__context__, OSError)
            except* TlsWaits as errors:
                self._say_down(errors.exceptions[0])
                no_socket = True
            except* Exception as errors:
                log.exception("uplink_failed")  # a fault of ours: the readings wait on the disk
                self.down = errors.exceptions[0]
            if self._connected_s is not None or not no_socket:
                self._bd_seq = None  # a CONNECT has left, or may have, and its will names this number
            held = self._connected_s is not None and loop.time() - self._connected_s > LONGEST_PAUSE_S
            self._connected_s, attempt = None, 0 if held else attempt + 1
            # Full jitter: after a broker's restart many gateways must not come back at the same time.
            longest_s = min(SHORTEST_PAUSE_S * 2 ** min(attempt, 10), LONGEST_PAUSE_S)
            await asyncio.sleep(random.uniform(SHORTEST_PAUSE_S, longest_s))  # noqa: S311

    async def _connect(self) -> None:
        files = self._broker.tls
        secure = await asyncio.to_thread(tls.context, files) if files else None
        if self._bd_seq is None:
            self._bd_seq = await self._outbox.next_bd_seq(self._broker.name)
        bd_seq = self._bd_seq
        gone = str(Topic(self._gateway.division, MessageKind.NDEATH, self._gateway.id))
        async with mqtt.Client(
            self._broker.host,
            self._broker.port,
            identifier=self._gateway.id,
            protocol=aiomqtt.ProtocolVersion.V311,
            clean_session=True,
            keepalive=KEEPALIVE_S,
            will=aiomqtt.Will(gone, encode_node_death(bd_seq), qos=1),
            tls_context=secure,
        ) as client:
            log.info("broker_connected", upstream=self._broker.name, bd_seq=bd_seq)
            self._connected_s, self.down = asyncio.get_running_loop().time(), None
            session = Session(
                client,
                self._gateway,
                self._outbox,
                self._clock,
                bd_seq,
                host=self._host,
                gone=self._gone,
                upstream=self._broker.name,
                reload=self._reload,
            )
            await session.run()

    def _say_down(self, error: BaseException) -> None:
        """Once for each reason: it may change while the broker is away."""
        if str(error) != str(self.down):
            log.warning("broker_lost", upstream=self._broker.name, error=str(error))
        self.down = error
