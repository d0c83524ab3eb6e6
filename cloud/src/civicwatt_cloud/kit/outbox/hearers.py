"""Hearers outside: webhooks, signed, and a topic at the broker."""

import asyncio
import hashlib
import hmac
import json
import time
from functools import partial

import aiomqtt

from civicwatt_cloud.kit.outbox.calling import WAIT_S, Allowed, post
from civicwatt_cloud.kit.outbox.channels import Channels, Mqtt, Webhook, secret
from civicwatt_cloud.kit.outbox.dispatcher import Outside, Told
from civicwatt_cloud.kit.outbox.errors import NotAnswered
from civicwatt_cloud.kit.settings import Settings


def outside(channels: Channels, settings: Settings) -> tuple[Outside, ...]:
    """The hearers that an installation has configured."""
    allowed = channels.allowed
    found = [
        Outside(f"webhook/{one.name}", one.events, partial(_call, one, allowed)) for one in channels.webhook
    ]
    if channels.mqtt and settings.mqtt_host:
        found.append(Outside("mqtt", channels.mqtt.events, partial(_publish, channels.mqtt, settings)))
    return tuple(found)


def signature(key: str, moment: str, body: bytes) -> str:
    """What proves that we sent a body, and when: HMAC-SHA-256 over both."""
    return hmac.new(key.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def body_of(told: Told) -> bytes:
    """An event as others read it; its id is given once."""
    return json.dumps(
        {"id": told.id, "event": told.name, "at_us": told.at_us, "facts": told.facts}, ensure_ascii=False
    ).encode()


def _call(hook: Webhook, allowed: Allowed, told: Told) -> None:
    body, moment = body_of(told), str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-CivicWatt-Event": str(told.id),
        "X-CivicWatt-Time": moment,
        "X-CivicWatt-Signature": signature(secret(hook.secret_file), moment, body),
    }
    post(hook.url, body, headers, allowed)


def _publish(mqtt: Mqtt, settings: Settings, told: Told) -> None:
    """QoS 1: the broker has it when this returns."""

    async def publish() -> None:
        tls = None
        if settings.mqtt_ca and settings.mqtt_cert and settings.mqtt_key:
            ca, cert, key = (str(one) for one in (settings.mqtt_ca, settings.mqtt_cert, settings.mqtt_key))
            tls = aiomqtt.TLSParameters(ca_certs=ca, certfile=cert, keyfile=key)
        async with (
            asyncio.timeout(WAIT_S),
            aiomqtt.Client(settings.mqtt_host or "", settings.mqtt_port, tls_params=tls) as client,
        ):
            await client.publish(mqtt.topic, body_of(told), qos=1)

    try:
        asyncio.run(publish())
    except (aiomqtt.MqttError, OSError, TimeoutError) as error:
        raise NotAnswered(host=settings.mqtt_host, detail=type(error).__name__) from error
