"""S13: a real Mosquitto with the shipped files lets each gateway speak for itself and hear its own commands.

A SUBACK says nothing about what will be delivered: these tests look at what arrives, and who is still there.
"""

import asyncio
import contextlib
import os
import signal
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import aiomqtt
import pytest
from cloud.gateways.broker_site import Site, until
from cryptography import x509
from typer.testing import CliRunner

from civicwatt.cli import build
from civicwatt_cloud.modules.gateways import broker
from civicwatt_cloud.modules.gateways.authority import Authority
from civicwatt_cloud.timeseries.intake import roles
from civicwatt_cloud.timeseries.intake.mqtt import TlsFiles
from civicwatt_edge.delivery.mqtt import Client, TurnedAway
from civicwatt_protocols.errors import BadValue

Sites = Callable[[], Site]
OWN, OTHER = "gw-02", "gw-01"  # who tries, and at whose cost
DIVISION = "429900"


def topic(kind: str, gateway: str, device: str | None = None) -> str:
    return f"spBv1.0/{DIVISION}/{kind}/{gateway}" + (f"/{device}" if device else "")


def topics(heard: list[aiomqtt.Message]) -> list[str]:
    return [message.topic.value for message in heard]


@pytest.fixture(scope="module")
def site(sites: Sites) -> Site:
    return sites()


async def test_s13_a_gateway_speaks_for_itself(site: Site) -> None:
    own = [topic(kind, OWN) for kind in ("NBIRTH", "NDEATH")]
    own += [topic(kind, OWN, "M-1") for kind in ("DBIRTH", "DDATA", "DDEATH")]
    async with site.ingest() as (_, heard), site.connected(OWN) as (client, _):
        for one in own:
            await client.publish(one, b"x")
        await until(lambda: len(heard) == len(own))
    assert topics(heard) == own


async def test_s13_what_it_says_for_another_reaches_nobody(site: Site) -> None:
    foreign = [topic(kind, OTHER) for kind in ("NBIRTH", "NDEATH", "NDATA", "NCMD")]
    foreign += [topic(kind, OTHER, "M-1") for kind in ("DBIRTH", "DDATA", "DDEATH", "DCMD")]
    foreign += [topic("NCMD", OWN), "spBv1.0/STATE/host", topic("DDATA", f"{OWN}/x", "y"), "anything"]
    async with (
        site.ingest() as (_, heard),
        site.connected(OTHER, topic("NCMD", OTHER), "spBv1.0/STATE/+") as (_, victim),
        site.connected(OWN) as (client, _),
    ):
        for one in foreign:
            await client.publish(one, b"poison", qos=1)
        await client.publish(topic("DDATA", OWN, "last"), b"x", qos=1)
        await until(lambda: topic("DDATA", OWN, "last") in topics(heard))
    assert topics(heard) == [topic("DDATA", OWN, "last")]
    assert victim == []


async def test_s13_it_hears_its_own_commands_and_nothing_else(site: Site) -> None:
    curious = ["#", "spBv1.0/#", "$SYS/#", "$share/group/spBv1.0/#", topic("NCMD", OTHER), topic("NCMD", "+")]
    async with (
        site.ingest() as (cloud, _),
        site.connected(OTHER) as (victim, _),
        site.connected(OWN, *curious, topic("NCMD", OWN)) as (_, heard),
    ):
        await victim.publish(topic("NBIRTH", OTHER), b"secret", qos=1)
        await victim.publish(topic("DDATA", OTHER, "M-1"), b"secret", qos=1)
        await cloud.publish(topic("NCMD", OTHER), b"secret", qos=1)
        await cloud.publish("spBv1.0/STATE/host", b"public", qos=1)
        await cloud.publish(topic("NCMD", OWN), b"own", qos=1)
        await until(lambda: topic("NCMD", OWN) in topics(heard))
    assert b"secret" not in {message.payload for message in heard}
    assert set(topics(heard)) == {topic("NCMD", OWN), "spBv1.0/STATE/host"}


async def test_s13_json_of_its_own_is_passed_on_and_only_its_own_answers_are_heard(site: Site) -> None:
    said = [f"civicwatt/json/{DIVISION}/{name}/M-1" for name in (OTHER, OWN)]
    answered = [f"civicwatt/json-ack/{DIVISION}/{name}" for name in (OTHER, OWN)]
    ingest = site.connected(roles.CLIENT_ID, "civicwatt/json/#", files=site.ingest_files())
    async with ingest as (cloud, heard), site.connected(OWN, "civicwatt/#", answered[1]) as (client, told):
        for one in [*said, answered[0]]:
            await client.publish(one, b"{}", qos=1)
        for one in answered:
            await cloud.publish(one, b"{}", qos=1)
        await until(lambda: heard and told)
    assert topics(heard) == [said[1]]
    assert set(topics(told)) == {answered[1]}


async def test_s13_nobody_takes_anothers_place_by_its_client_id(site: Site) -> None:
    async with (
        site.ingest() as (cloud, heard),
        site.connected(OTHER, topic("NCMD", OTHER)) as (victim, told),
        site.client(site.identity(OWN), OTHER) as thief,
    ):
        await thief.publish(topic("DDATA", OTHER, "M-1"), b"stolen", qos=1)
        await thief.publish(topic("DDATA", OWN, "M-1"), b"own", qos=1)
        await cloud.publish(topic("NCMD", OTHER), b"ack", qos=1)
        await victim.publish(topic("DDATA", OTHER, "M-1"), b"good", qos=1)
        await until(lambda: len(heard) >= 3 and told)  # the ingest hears its own command too
    assert sorted(bytes(message.payload) for message in heard) == [b"ack", b"good", b"own"]
    assert [message.payload for message in told] == [b"ack"]


async def test_s13_a_will_on_anothers_topic_is_not_executed(site: Site) -> None:
    async def die(will_topic: str) -> None:
        will = aiomqtt.Will(will_topic, b"dead", qos=1)
        with contextlib.suppress(aiomqtt.MqttError):
            async with site.client(site.identity(OWN), OWN, will=will) as client:
                with socket.socket(fileno=os.dup(client._client.socket().fileno())) as line:
                    line.shutdown(socket.SHUT_RDWR)  # as when a cable is pulled
                await client._disconnected

    async with site.ingest() as (_, heard), site.connected(OTHER):
        await die(topic("NDEATH", OTHER))
        await die(topic("NDEATH", OWN))
        await until(lambda: heard)
    assert topics(heard) == [topic("NDEATH", OWN)]


async def test_s13_retained_poison_neither_reaches_others_nor_comes_again(site: Site) -> None:
    poisoned = [topic("NCMD", OTHER), "spBv1.0/STATE/host", topic("DDATA", OTHER, "M-1")]
    async with site.ingest() as (_, heard), site.connected(OWN) as (client, _):
        for one in poisoned:
            await client.publish(one, b"poison", qos=1, retain=True)
        await client.publish(topic("DDATA", OWN, "M-1"), b"own", qos=1, retain=True)
        await until(lambda: heard)
    async with (
        site.connected(OTHER, topic("NCMD", OTHER), "spBv1.0/STATE/+") as (_, victim),
        site.ingest() as (cloud, late),
    ):
        await cloud.publish(topic("NCMD", OTHER), b"own", qos=1)
        await until(lambda: victim and len(late) == 2)
        assert [message.payload for message in victim] == [b"own"]
        assert {(message.topic.value, message.retain) for message in late} == {
            (topic("DDATA", OWN, "M-1"), True),  # which the ingest leaves out: civicwatt_cloud's subscriber
            (topic("NCMD", OTHER), False),
        }
        async with site.connected(OWN) as (client, _):
            await client.publish(topic("DDATA", OWN, "M-1"), b"", qos=1, retain=True)


async def test_s13_a_message_of_a_megabyte_is_not_passed_on(site: Site) -> None:
    async with site.ingest() as (_, heard):
        with contextlib.suppress(aiomqtt.MqttError):
            async with site.connected(OWN) as (client, _):
                await client.publish(topic("DDATA", OWN, "large"), bytes(1024 * 1024), qos=1, timeout=1)
        async with site.connected(OWN) as (client, _):
            await client.publish(topic("DDATA", OWN, "small"), bytes(256 * 1024 - 100), qos=1)
        await until(lambda: heard)
    assert topics(heard) == [topic("DDATA", OWN, "small")]


async def refused(site: Site, context: ssl.SSLContext | None) -> bool:
    """Whether a client is kept out; it is in when it is answered."""
    try:
        async with Client("127.0.0.1", site.port, identifier="x", tls_context=context, timeout=2) as client:
            await client.subscribe("spBv1.0/#", qos=1)
    except TurnedAway:
        return True
    return False


async def test_s13_nobody_comes_in_without_a_certificate_of_ours(site: Site) -> None:
    good = site.identity(OWN)
    assert not await refused(site, good.context())
    assert await refused(site, None)
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    nobody.load_verify_locations(good.ca)
    assert await refused(site, nobody)
    Authority.present(site.folder / "other-authority")
    foreign = site.identity(OWN, Authority.present(site.folder / "other-authority"))
    assert await refused(site, foreign.context())
    as_server = TlsFiles(good.ca, site.broker_folder / "server.pem", site.broker_folder / "server.key")
    assert await refused(site, as_server.context())


async def test_s13_a_revoked_certificate_is_out_after_a_reload_and_a_new_one_is_in(site: Site) -> None:
    lost, other = site.identity("gw-03"), site.identity("gw-04")
    assert not await refused(site, lost.context())
    serial = x509.load_pem_x509_certificate(lost.cert.read_bytes()).serial_number
    site.revoked.append((f"{serial:x}", datetime.now(UTC) - timedelta(minutes=1)))
    keys = (site.broker_folder / "server.key").read_bytes()
    conf = (site.broker_folder / "mosquitto.conf").read_text()
    site.write()
    (site.broker_folder / "mosquitto.conf").write_text(conf)
    assert (site.broker_folder / "server.key").read_bytes() == keys
    assert site.process is not None
    site.process.send_signal(signal.SIGHUP)
    async with asyncio.timeout(10):
        while not await refused(site, lost.context()):
            pass
    assert not await refused(site, other.context())
    assert not await refused(site, site.identity("gw-03").context())


def test_s13_the_shipped_files_keep_their_keys_to_themselves(site: Site) -> None:
    folder = site.broker_folder
    for key in (folder / "server.key", folder / "ingest" / "key.pem"):
        assert key.stat().st_mode & 0o077 == 0
    conf = (folder / "mosquitto.conf").read_text()
    for line in ("require_certificate true", "allow_anonymous false", "use_username_as_clientid true"):
        assert line in conf


async def test_s13_each_worker_has_a_certificate_and_a_place_of_its_own(site: Site) -> None:
    listener = broker.Listener(["localhost", "127.0.0.1"], site.port, "127.0.0.1")
    broker.write(site.broker_folder, listener, [site.authority], [], workers=2)
    site.write()  # renewing forgets no worker
    site.kill()
    site.start()
    folder = site.broker_folder / "ingest"
    one, two = (
        TlsFiles(site.broker_folder / "ca.pem", folder / f"cert-{n}.pem", folder / f"key-{n}.pem")
        for n in (1, 2)
    )
    shared, command = "$share/civicwatt/spBv1.0/#", topic("NCMD", OWN)
    async with (
        site.connected(OWN, command) as (gateway, told),
        site.connected("civicwatt-ingest-1", shared, files=one) as (first, heard_first),
        site.connected("civicwatt-ingest-2", shared, files=two) as (second, heard_second),
    ):
        for number in range(10):
            await gateway.publish(topic("DDATA", OWN, "M-1"), str(number).encode(), qos=1)
        await until(lambda: len(heard_first) + len(heard_second) == 10)
        await first.publish(command, b"one", qos=1)
        await second.publish(command, b"two", qos=1)
        await until(lambda: len(told) == 2)
    assert {message.payload for message in [*heard_first, *heard_second]} >= {b"0", b"9"}


def test_s13_no_gateway_may_have_the_name_of_one_of_ours() -> None:
    assert roles.is_ours("civicwatt-ingest")
    assert roles.is_ours("civicwatt-ingest-7")
    assert not roles.is_ours("civicwatt-ingester")
    done = CliRunner().invoke(build("cloud"), ["cloud", "gateway-code", "civicwatt-ingest-7"])
    assert isinstance(done.exception, BadValue)
