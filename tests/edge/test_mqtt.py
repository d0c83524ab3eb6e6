"""What cancels a task that talks to a broker ends it, at either end of the path."""

import asyncio

import aiomqtt
import pytest

from civicwatt_cloud.timeseries import mqtt as cloud_mqtt
from civicwatt_edge import mqtt as edge_mqtt

pytestmark = pytest.mark.parametrize("client_class", [edge_mqtt.Client, cloud_mqtt.Client])


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
    await connected.wait()
    talking.cancel()
    await asyncio.wait([talking])
    assert talking.cancelled()


async def test_a_broker_that_does_not_confirm_is_an_error(mosquitto, client_class):
    async with client_class("127.0.0.1", mosquitto.port) as client:
        with pytest.raises(aiomqtt.MqttError, match="timed out"):
            await client._wait_for(asyncio.Event().wait(), 0.01)
