"""Many workers and one host: who hears what, and what the others keep when one of them is gone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import aiomqtt
from cloud.timeseries.intake.fake_gateway import FakeGateway
from cloud.timeseries.intake.link import connected, ingesting, until
from mosquitto import Mosquitto
from sqlalchemy import select

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake import presence, roles
from civicwatt_cloud.timeseries.intake.ingest import Ingest
from civicwatt_cloud.timeseries.intake.models import Duplicates
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_cloud.timeseries.intake.sequences import received
from civicwatt_cloud.timeseries.points import Gateway
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.sparkplug.state import HostState, decode_state, encode_state
from civicwatt_protocols.uplink import Rebirth, decode_command

PointOf = Callable[[FakeGateway, str], int]
STATE = "spBv1.0/STATE/civicwatt"


@contextlib.asynccontextmanager
async def hearing_state(mosquitto: Mosquitto) -> AsyncIterator[list[HostState]]:
    """What a gateway with a primary host hears, what the broker has kept included."""
    heard: list[HostState] = []
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        await client.subscribe(STATE, qos=1)

        async def listen() -> None:
            async for message in client.messages:
                heard.append(decode_state(bytes(message.payload)))

        listening = asyncio.create_task(listen())
        try:
            yield heard
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def test_workers_share_the_messages_and_one_that_ends_costs_nothing(
    mosquitto: Mosquitto,
    db: Database,
    store: ReadingsStore,
    clock: Clock,
    gateway: FakeGateway,
    point_of: PointOf,
) -> None:
    messages = dict(enumerate(gateway.hours(range(1, 301)), 1))
    third = dict(list(messages.items())[:100])
    async with (
        connected(mosquitto, gateway) as link,
        ingesting(mosquitto, db, store, clock, roles.worker("a")) as first,
    ):
        async with ingesting(mosquitto, db, store, clock, roles.worker("b")) as second:
            await link.send([gateway.node_birth(0)])
            await link.send_until_acked(gateway, third)
            assert first.taken > 0
            assert second.taken > 0
            with db.reading() as session:
                assert session.scalars(select(Duplicates.records)).all() == []
            await link.send(list(messages.values())[100:])
        await link.send_until_acked(gateway, messages)
    stored = store.scan([point_of(gateway, "import_active_energy")], 0, 2**62).ts_us.tolist()
    assert (len(stored), len(set(stored))) == (300, 300)
    with db.reading() as session:
        assert received(session, gateway.name, gateway.epoch) == [(1, 300)]


def test_a_birth_that_one_worker_heard_serves_the_others(
    db: Database, store: ReadingsStore, clock: Clock, gateway: FakeGateway
) -> None:
    first, second = Ingest(db, store, clock), Ingest(db, store, clock)
    first.process([gateway.node_birth(7)])
    assert not second.process([gateway.birth()])
    commands = second.process(gateway.hours(range(1, 3)))
    assert not [one for one in commands if isinstance(decode_command(one.payload), Rebirth)]
    second.process([gateway.node_death(6)])  # a will that comes late ends only the birth it names
    assert is_online(db)
    second.process([gateway.node_death(7)])
    assert not is_online(db)
    first.process(gateway.hours(range(3, 4)))  # was on its way
    assert not is_online(db)


def test_what_one_worker_parked_is_read_when_another_has_heard_the_birth(
    db: Database, store: ReadingsStore, clock: Clock, gateway: FakeGateway
) -> None:
    first, second = Ingest(db, store, clock), Ingest(db, store, clock)
    first.process(gateway.hours(range(1, 4)))
    assert first.parked == 3
    second.process([gateway.birth()])
    first.process([])
    assert first.parked == 0
    with db.reading() as session:
        assert received(session, gateway.name, gateway.epoch) == [(1, 3)]


def test_after_a_start_of_the_cloud_every_gateway_is_asked_for_its_birth_once(
    db: Database, store: ReadingsStore, clock: Clock, gateway: FakeGateway
) -> None:
    first, second = Ingest(db, store, clock), Ingest(db, store, clock)
    first.process([gateway.node_birth(7), gateway.birth()])
    with db.session() as session:
        presence.forget_births(session)
    one, other = gateway.hours(range(1, 3))
    commands = [*first.process([one]), *second.process([other])]
    assert sum(isinstance(decode_command(one.payload), Rebirth) for one in commands) == 1


def is_online(db: Database) -> bool:
    with db.reading() as session:
        return session.get_one(Gateway, "gw-01").online


async def test_the_host_is_online_while_it_is_there_and_a_worker_says_nothing(
    mosquitto: Mosquitto, db: Database, store: ReadingsStore, clock: Clock
) -> None:
    async with hearing_state(mosquitto) as heard:
        async with ingesting(mosquitto, db, store, clock, roles.worker("a")):
            async with ingesting(mosquitto, db, store, clock, roles.coordinator(ingests=False)):
                await until(lambda: heard)
            await until(lambda: len(heard) == 2)
        async with ingesting(mosquitto, db, store, clock, roles.worker("a")):
            pass
    assert [state.online for state in heard] == [True, False]
    assert heard[0].timestamp <= heard[1].timestamp
    async with hearing_state(mosquitto) as kept:  # retained
        await until(lambda: kept)
    assert not kept[0].online


async def test_a_host_that_dies_is_said_to_be_offline_by_its_will(
    mosquitto: Mosquitto, db: Database, store: ReadingsStore, clock: Clock
) -> None:
    async with hearing_state(mosquitto) as heard, ingesting(mosquitto, db, store, clock, roles.alone()):
        await until(lambda: heard)
        async with aiomqtt.Client("127.0.0.1", mosquitto.port, identifier=roles.CLIENT_ID):
            await until(lambda: len(heard) > 1)  # another client takes its name: its connection breaks
        await until(lambda: heard[-1].online)
    assert [state.online for state in heard[:3]] == [True, False, True]


async def test_a_host_that_is_called_offline_says_that_it_is_there(
    mosquitto: Mosquitto, db: Database, store: ReadingsStore, clock: Clock
) -> None:
    async with ingesting(mosquitto, db, store, clock), hearing_state(mosquitto) as heard:
        await until(lambda: heard)
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as late:
            will = encode_state(HostState(online=False, timestamp=heard[0].timestamp - 1))
            await late.publish(STATE, will, qos=1, retain=True)
        await until(lambda: [state.online for state in heard] == [True, False, True])
    assert heard[2].timestamp > heard[0].timestamp


async def test_what_the_broker_kept_of_others_is_not_taken_in(
    mosquitto: Mosquitto, db: Database, store: ReadingsStore, clock: Clock, gateway: FakeGateway
) -> None:
    [old, new] = gateway.hours(range(1, 3))
    async with connected(mosquitto, gateway) as link:
        await link.client.publish(old.topic, old.payload, retain=True)
        async with ingesting(mosquitto, db, store, clock):
            await link.send([gateway.birth(), Message(new.topic, new.payload)])
            await until(lambda: link.acked == {2})
