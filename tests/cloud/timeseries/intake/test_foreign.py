"""Sparkplug nodes of other makers: in the order of their seq, metrics by name, bad ones set aside."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiomqtt
import pytest
from cloud.timeseries.intake.fake_gateway import NOW_HOUR, FakeGateway
from cloud.timeseries.intake.link import until
from mosquitto import Mosquitto
from sqlalchemy import select

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake import foreign as foreign_module
from civicwatt_cloud.timeseries.intake import quarantine, roles
from civicwatt_cloud.timeseries.intake.foreign import Foreign
from civicwatt_cloud.timeseries.intake.foreign_names import Names
from civicwatt_cloud.timeseries.intake.ingest import Command, Ingest
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_cloud.timeseries.intake.subscriber import Subscriber
from civicwatt_cloud.timeseries.points import Gateway, Point
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.sparkplug.payload import DataType, Metric, Payload, encode
from civicwatt_protocols.uplink import Rebirth, decode_command

NOW_MS = NOW_HOUR * HOUR_US // 1000
GROUP, NODE, NAME = "Plant 1 of the maker", "edge-7", "Plant 1 of the maker:edge-7"
GROUPS = {GROUP: "429900"}
REBIRTH = f"spBv1.0/{GROUP}/NCMD/{NODE}"
TABLE = """
[[metric]]
name = "Meter/Energy"
measure = "import_active_energy"
factor = 0.001
device = "Inverter A"

[[metric]]
name = "Meter/Energy"
measure = "export_active_energy"
"""


class Maker:
    """A node that reports by exception, in aliases, numbering its messages."""

    def __init__(self) -> None:
        self.seq = 0

    def birth(self, bd_seq: int = 3) -> Message:
        self.seq = 0
        metrics = [
            Metric("bdSeq", None, NOW_MS, DataType.INT64, bd_seq),
            Metric("Node Control/Rebirth", None, NOW_MS, DataType.BOOLEAN, False),
            Metric("Firmware", None, NOW_MS, DataType.STRING, "1.2"),
            Metric("CPU", 1, NOW_MS, DataType.FLOAT, 0.5),
        ]
        return self._message("NBIRTH", *metrics)

    def device_birth(self, device: str = "Inverter A") -> Message:
        return self._message(
            f"DBIRTH/{device}",
            Metric("Meter/Energy", 10, NOW_MS, DataType.UINT64, 81_234_567),
            Metric("Meter/Running", 11, NOW_MS, DataType.BOOLEAN, True),
        )

    def energy(self, minute: int, watt_hours: int, device: str = "Inverter A") -> Message:
        at = NOW_MS + minute * 60_000
        return self._message(f"DDATA/{device}", Metric(None, 10, at, DataType.UINT64, watt_hours))

    def death(self, bd_seq: int = 3) -> Message:
        payload = Payload(NOW_MS, [Metric("bdSeq", None, NOW_MS, DataType.INT64, bd_seq)])
        return Message(f"spBv1.0/{GROUP}/NDEATH/{NODE}", encode(payload))

    def _message(self, what: str, *metrics: Metric) -> Message:
        kind, _, device = what.partition("/")
        topic = f"spBv1.0/{GROUP}/{kind}/{NODE}" + (f"/{device}" if device else "")
        message = Message(topic, encode(Payload(NOW_MS, list(metrics), self.seq)))
        self.seq = (self.seq + 1) % 256
        return message


@pytest.fixture
def names(tmp_path: Path) -> Names:
    (tmp_path / "measures.toml").write_text(TABLE)
    return Names.load(tmp_path / "measures.toml")


@pytest.fixture
def ingest(db: Database, store: ReadingsStore, clock: Clock, names: Names) -> Ingest:
    return Ingest(db, store, clock, Foreign(GROUPS, names), GROUPS)


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def values(db: Database, store: ReadingsStore) -> Callable[..., list[float]]:
    def find(device: str, measure: str) -> list[float]:
        with db.reading() as session:
            wanted = select(Point.id).where(Point.gateway == NAME, Point.device == device)
            points = session.scalars(wanted.where(Point.measure == measure)).all()
        found = store.scan(points, 0, 2**62)
        return found.value.tolist()

    return find


def asked(commands: list[Command]) -> list[str]:
    return [one.topic for one in commands if isinstance(decode_command(one.payload), Rebirth)]


def test_a_node_of_another_maker_is_stored_by_the_table_and_by_its_own_names(
    db: Database, ingest: Ingest, maker: Maker, values: Callable[..., list[float]]
) -> None:
    said = [maker.birth(), maker.device_birth(), maker.device_birth("B"), maker.energy(1, 81_235_000)]
    assert ingest.process(said) == []
    assert values("Inverter A", "import_active_energy") == [81234.567, 81235.0]
    assert values("B", "export_active_energy") == [81234567.0]
    assert values("Inverter A", "Meter/Running") == [1.0]
    assert values(NODE, "CPU") == [0.5]
    with db.reading() as session:
        points = {(one.device, one.measure): one.is_counter for one in session.scalars(select(Point))}
        gateway = session.get_one(Gateway, NAME)
    assert points["Inverter A", "import_active_energy"]
    assert not points["Inverter A", "Meter/Running"]
    assert (gateway.division, gateway.online, gateway.bd_seq) == ("429900", True, 3)
    ingest.process([maker.death()])
    with db.reading() as session:
        assert not session.get_one(Gateway, NAME).online


def test_messages_out_of_order_wait_for_their_turn(
    ingest: Ingest, maker: Maker, values: Callable[..., list[float]]
) -> None:
    birth, device, first, second, third = (
        maker.birth(),
        maker.device_birth(),
        *(maker.energy(minute, 81_235_000 + minute) for minute in (1, 2, 3)),
    )
    assert ingest.process([birth, third, first, device]) == []
    assert values("Inverter A", "import_active_energy") == [81234.567, 81235.001]
    assert ingest.process([second]) == []
    assert values("Inverter A", "import_active_energy") == [81234.567, 81235.001, 81235.002, 81235.003]


def test_a_gap_in_seq_asks_for_a_rebirth_when_its_time_is_up_and_loses_nothing_that_came(
    ingest: Ingest,
    maker: Maker,
    values: Callable[..., list[float]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ingest.process([maker.birth(), maker.device_birth()])
    maker.energy(1, 1)  # lost on its way
    assert ingest.process([maker.energy(2, 81_240_000)]) == []
    assert ingest.tend() == []
    monkeypatch.setattr(foreign_module, "REORDER_S", 0.0)
    assert asked(ingest.tend()) == [REBIRTH]
    assert values("Inverter A", "import_active_energy") == [81234.567, 81240.0]
    ingest.process([maker.birth(), maker.device_birth(), maker.energy(3, 81_250_000)])
    assert values("Inverter A", "import_active_energy")[-1] == 81250.0


def test_data_before_a_birth_ask_for_it_once(ingest: Ingest, maker: Maker) -> None:
    assert asked(ingest.process([maker.energy(1, 5), maker.energy(2, 6)])) == [REBIRTH]
    assert asked(ingest.process([maker.energy(3, 7)])) == []  # at most once in 30 s


def test_f28_a_bad_message_is_set_aside_and_the_node_goes_on(
    db: Database, ingest: Ingest, maker: Maker, values: Callable[..., list[float]]
) -> None:
    garbage = Message(f"spBv1.0/{GROUP}/DDATA/{NODE}/Inverter A", b"\xff")
    ingest.process([maker.birth(), maker.device_birth(), garbage])
    ingest.process([maker.energy(60 * 24 * 30, 9), maker.energy(2, 81_240_000)])
    assert values("Inverter A", "import_active_energy") == [81234.567, 81240.0]
    with db.reading() as session:
        assert {row.code for row in quarantine.listing(session)} == {"CW-P1300", "CW-T1002"}


def test_a_worker_leaves_them_to_the_one_that_keeps_their_order(
    db: Database, store: ReadingsStore, clock: Clock, maker: Maker
) -> None:
    worker = Ingest(db, store, clock, groups=GROUPS)
    assert worker.process([maker.birth(), maker.device_birth(), maker.energy(1, 5)]) == []
    with db.reading() as session:
        assert session.scalars(select(Gateway.id)).all() == []


def test_a_table_with_a_measure_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[[metric]]\nname = "x"\nmeasure = "happiness"\n')
    with pytest.raises(BadValue):
        Names.load(tmp_path / "bad.toml")


def test_a_name_that_is_one_of_ours_is_not_taken_for_it_and_a_long_one_is_cut() -> None:
    names = Names([])
    assert names.of("g", "n", "d", "import_active_energy") == ("import_active_energy*", 1.0)
    first, second = (names.of("g", "n", "d", "a/very/long/path/" * 9 + end)[0] for end in "ab")
    assert len(first) == len(second) == 40
    assert first != second


async def test_the_coordinator_hears_them_over_a_real_broker_beside_workers(
    mosquitto: Mosquitto,
    db: Database,
    store: ReadingsStore,
    clock: Clock,
    ingest: Ingest,
    maker: Maker,
    gateway: FakeGateway,
    values: Callable[..., list[float]],
) -> None:
    role = roles.coordinator(GROUPS, ingests=True)
    running = [
        Subscriber(ingest, "127.0.0.1", mosquitto.port, role=role),
        Subscriber(
            Ingest(db, store, clock, groups=GROUPS), "127.0.0.1", mosquitto.port, role=roles.worker("a")
        ),
    ]
    tasks = [asyncio.create_task(one.run()) for one in running]
    try:
        await until(lambda: all(one.connected for one in running))
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
            for one in (maker.birth(), maker.device_birth(), gateway.birth(), maker.energy(1, 81_240_000)):
                await client.publish(one.topic, one.payload)
            await until(lambda: values("Inverter A", "import_active_energy") == [81234.567, 81240.0])
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
