"""What cancels a task that talks to a broker ends it, at either end of the path."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiomqtt
import pytest

from civicwatt_cloud.timeseries.intake import mqtt as cloud_mqtt
from civicwatt_cloud.timeseries.intake.inbox import Inbox
from civicwatt_edge.delivery import mqtt as edge_mqtt


def cloud_client(host, port):
    return cloud_mqtt.Client(Inbox(), host, port)


pytestmark = pytest.mark.parametrize("client_class", [edge_mqtt.Client, cloud_client])


async def test_a_cancel_that_comes_with_the_confirmation_is_obeyed(mosquitto, client_class):
    """asyncio.wait_for of Python 3.11 returns the result then, and the task that should end goes on."""
    async with client_class("127.0.0.1", mosquitto.port) as client:
        confirmed = asyncio.get_running_loop().create_future()
        waiting = asyncio.create_task(client._wait_for(confirmed, None))
        await asyncio.sleep(0)
        confirmed.set_result(None)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()


async def test_a_cancel_that_meets_a_broken_connection_is_obeyed(mosquitto, client_class):
    connected = asyncio.Event()

    async def talk():
        async with client_class("127.0.0.1", mosquitto.port):
            connected.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise aiomqtt.MqttError("gone at the same moment") from None

    talking = asyncio.create_task(talk())
    async with asyncio.timeout(10):
        await connected.wait()
    talking.cancel()
    await asyncio.wait([talking])
    assert talking.cancelled()


async def test_a_broker_that_does_not_confirm_is_an_error(mosquitto, client_class):
    async with client_class("127.0.0.1", mosquitto.port) as client:
        with pytest.raises(aiomqtt.MqttError, match="timed out"):
            await client._wait_for(asyncio.Event().wait(), 0.01)


@asynccontextmanager
async def hanging_up(after: int) -> AsyncIterator[int]:
    """A broker that accepts, then ends each connection at its packet of this number."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(after):
            await reader.read(4096)
            writer.write(bytes.fromhex("20020000"))  # CONNACK: accepted
        await reader.read(4096)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_a_broker_that_hangs_up_instead_of_confirming_is_told_at_once(client_class):
    async with asyncio.timeout(5), hanging_up(1) as port:
        with pytest.raises(aiomqtt.MqttError, match="Disconnected"):
            async with client_class("127.0.0.1", port) as client:
                await client.publish("topic", b"x", qos=1)
