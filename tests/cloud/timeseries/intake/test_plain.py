"""Readings in JSON: the same commit order, identity by point and time, an answer that says what is stored."""

import asyncio
import json
from collections.abc import Callable

import aiomqtt
import numpy as np
import pytest
from cloud.timeseries.intake.fake_gateway import NOW_HOUR, FakeGateway
from cloud.timeseries.intake.link import ingesting
from mosquitto import Mosquitto
from sqlalchemy import select

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake import quarantine
from civicwatt_cloud.timeseries.intake.ingest import Command, Ingest
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_cloud.timeseries.ledger.models import DirtyRange
from civicwatt_cloud.timeseries.points import Gateway, Point
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_protocols.clock import Clock

NOW_MS = NOW_HOUR * HOUR_US // 1000
TOPIC = "civicwatt/json/429900/logger-1/M-1"
ANSWER = "civicwatt/json-ack/429900/logger-1"


@pytest.fixture
def ingest(db: Database, store: ReadingsStore, clock: Clock) -> Ingest:
    return Ingest(db, store, clock)


def say(*readings: object, topic: str = TOPIC) -> Message:
    [what] = readings if len(readings) == 1 else [readings]
    return Message(topic, json.dumps(what).encode())


def reading(ts: int | str, **values: float | None) -> dict[str, object]:
    return {"ts": ts, "values": values}


def answers(commands: list[Command]) -> dict[str, list[dict[str, object]]]:
    [answer] = [json.loads(one.payload) for one in commands if one.topic == ANSWER]
    assert len(commands) == 1  # nobody asks a birth of it
    return answer


def test_readings_are_stored_marked_and_answered(db: Database, store: ReadingsStore, ingest: Ingest) -> None:
    first = reading(NOW_MS, import_active_energy=12.5, voltage_l1=None) | {"seq": 17, "firmware": "9.1"}
    second = reading("2027-01-15T16:01:00+08:00", import_active_energy=13)
    told = answers(ingest.process([say(first, second)]))
    assert told == {
        "stored": [
            {"device": "M-1", "ts": NOW_MS, "seq": 17},
            {"device": "M-1", "ts": "2027-01-15T16:01:00+08:00"},
        ]
    }
    with db.reading() as session:
        points = {one.measure: one.id for one in session.scalars(select(Point))}
        marks = set(session.scalars(select(DirtyRange.point_id)))
        gateway = session.get_one(Gateway, "logger-1")
    found = store.scan(list(points.values()), 0, 2**62)
    energy = found.take(found.point == points["import_active_energy"])
    assert energy.ts_us.tolist() == [NOW_MS * 1000, NOW_MS * 1000 + 60_000_000]
    np.testing.assert_equal(energy.value, [12.5, 13.0])
    assert np.isnan(found.value[found.point == points["voltage_l1"]]).all()
    assert marks == {points["import_active_energy"]}
    assert (gateway.division, gateway.online, gateway.last_slot_us) == (
        "429900",
        True,
        NOW_MS * 1000 + 60_000_000,
    )


def test_f12_the_same_reading_again_changes_nothing_and_another_value_is_set_aside(
    db: Database, store: ReadingsStore, ingest: Ingest
) -> None:
    message = say(reading(NOW_MS, import_active_energy=12.5))
    for _ in range(2):
        assert answers(ingest.process([message]))["stored"] == [{"device": "M-1", "ts": NOW_MS}]
    ingest.process([say(reading(NOW_MS, import_active_energy=99.0))])
    assert store.latest().value.tolist() == [12.5]
    with db.reading() as session:
        assert [row.code for row in quarantine.listing(session)] == ["CW-T1001"]


REFUSED = [
    (b"{", "CW-T1206"),
    (b'{"ts": 1, "values": {}}', "CW-T1206"),
    (b'{"ts": 1, "values": {"import_active_energy": "12"}}', "CW-T1206"),
    (b'{"ts": 1, "values": {"import_active_energy": NaN}}', "CW-T1206"),
    (b'{"ts": 1, "values": {"import_active_enrgy": 12}}', "CW-T1206"),
    (b'{"values": {"import_active_energy": 12}}', "CW-T1206"),
    (b'{"ts": "2027-01-15T16:01:00", "values": {"import_active_energy": 12}}', "CW-T1206"),
    (b'{"ts": "soon", "values": {"import_active_energy": 12}}', "CW-T1206"),
    (b"\xff\xfe", "CW-T1206"),
    (b"[" * 100_000, "CW-T1206"),
    (b'{"ts": 1, "values": {"import_active_energy": 12}}', "CW-T1003"),
    (b'{"ts": 99999999999999999, "values": {"import_active_energy": 12}}', "CW-T1002"),
    (b'{"ts": 1' + b" " * 300_000 + b"}", "CW-T1005"),
]


@pytest.mark.parametrize(("payload", "code"), REFUSED, ids=map(str, range(len(REFUSED))))
def test_f28_what_is_no_reading_is_refused_whole_and_its_neighbours_go_on(
    db: Database, ingest: Ingest, payload: bytes, code: str
) -> None:
    good = say(reading(NOW_MS, import_active_energy=1.0))
    told = answers(ingest.process([Message(TOPIC, payload), good]))
    assert told["stored"] == [{"device": "M-1", "ts": NOW_MS}]
    assert [(one["device"], one["code"]) for one in told["refused"]] == [("M-1", code)]
    with db.reading() as session:
        assert [row.code for row in quarantine.listing(session)] == [code]


@pytest.mark.parametrize("topic", ["civicwatt/json/429900/logger-1", "civicwatt/json/1/2/" + "x" * 65])
def test_a_topic_that_names_no_device_is_set_aside(db: Database, ingest: Ingest, topic: str) -> None:
    assert ingest.process([say(reading(NOW_MS, import_active_energy=1.0), topic=topic)]) == []
    with db.reading() as session:
        assert [row.code for row in quarantine.listing(session)] == ["CW-T1205"]


async def test_a_logger_is_answered_over_a_real_broker_after_the_commit(
    mosquitto: Mosquitto, db: Database, store: ReadingsStore, clock: Clock
) -> None:
    async with (
        ingesting(mosquitto, db, store, clock),
        aiomqtt.Client("127.0.0.1", mosquitto.port) as logger,
        asyncio.timeout(20),
    ):
        await logger.subscribe(ANSWER)
        message = say(reading(NOW_MS, water_volume=3.25))
        await logger.publish(message.topic, message.payload)
        answer = json.loads(bytes((await anext(logger.messages)).payload))
        assert store.latest().value.tolist() == [3.25]
    assert answer == {"stored": [{"device": "M-1", "ts": NOW_MS}]}


def test_a_sparkplug_gateway_beside_it_is_asked_for_its_birth_as_ever(
    ingest: Ingest, gateway: FakeGateway
) -> None:
    told: Callable[[], list[Command]] = lambda: ingest.process(gateway.hours(range(1, 2)))  # noqa: E731
    assert [one.topic for one in told()] == ["spBv1.0/429900/NCMD/gw-01"]
