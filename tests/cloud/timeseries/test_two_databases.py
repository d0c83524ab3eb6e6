"""Two kinds of database, the same input: the same rows in every table, digit for digit."""

import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from cloud.timeseries.intake.fake_gateway import NOW_HOUR, FakeGateway
from sqlalchemy import select

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Base, Database
from civicwatt_cloud.timeseries.intake.ingest import Command, Ingest
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.checks import violations
from civicwatt_cloud.timeseries.ledger.facts.errors import ReplacementRefused
from civicwatt_cloud.timeseries.ledger.facts.replacement import Desk, Entry
from civicwatt_cloud.timeseries.points import ensure_gateway, new_point
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.uplink import decode_command

ZONE = ZoneInfo("Asia/Shanghai")
NOW_US = NOW_HOUR * HOUR_US
BEGAN_US = NOW_US - 70 * 24 * HOUR_US  # over two ends of a month and one of a year
QUARTER_US = HOUR_US // 4
KWH = 1_000_000
REAL_TIME = {("audit", "at_us"), ("gateway", "rebirth_asked_us"), ("event", "at_us")}
REAL_TIME |= {("audit", "hash"), ("audit_head", "hash")}  # which is over it


class Side:
    """One installation."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.store = database, DuckDBStore(folder / "readings.duckdb")
        self.database.upgrade()
        self.ingest = Ingest(self.database, self.store, Clock(NOW_US, 1e-9, time.monotonic()))
        self.ledger = Ledger(self.database, self.store, ZONE)

    def bind(self, gateway: FakeGateway) -> int:
        with self.database.session() as session:
            ensure_gateway(session, gateway.name)
            points = [
                new_point(gateway.name, gateway.device, one, "acrel/adw300") for one in gateway.measures
            ]
            points[0].is_consumption, points[0].bound_from_us = True, BEGAN_US
            session.add_all(points)
            session.flush()
            return points[0].id

    def enter(self, entry: Entry) -> str:
        """The form's number, or the code of the refusal."""
        try:
            with self.database.session() as session:
                return Desk(session, self.store, ZONE, NOW_US, "account/li").enter(entry)[0].form_number
        except ReplacementRefused as refusal:
            return refusal.code

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table, but for real time."""
        with self.database.reading() as session:
            assert violations(session) == []
            return {
                table.name: [
                    tuple(row)
                    for row in session.execute(
                        select(*(c for c in table.c if (table.name, c.name) not in REAL_TIME)).order_by(
                            *table.primary_key
                        )
                    )
                ]
                for table in Base.metadata.sorted_tables
            }

    def close(self) -> None:
        self.store.close()
        self.database.close()


@pytest.fixture
def sides(tmp_path: Path, postgresql_url: str) -> Iterator[tuple[Side, Side]]:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    made = Side(Database.at(tmp_path / "a" / "civicwatt.sqlite"), tmp_path / "a")
    other = Side(Database(postgresql_url), tmp_path / "b")
    yield made, other
    made.close()
    other.close()


def history(gateway: FakeGateway, random: np.random.Generator) -> list[Message]:
    """Readings with gaps, glitches, another value for the same time, and a meter replaced in the middle."""
    slots = BEGAN_US + np.cumsum(random.choice([1, 1, 4, 4, 40, 300], 70)) * QUARTER_US
    value = np.round(np.cumsum(random.random(len(slots)) * 3), 3)
    value[40:] -= value[40]
    messages = []
    for seq, (slot, counter) in enumerate(zip(slots.tolist(), value.tolist(), strict=True), 1):
        if slot > NOW_US:
            break
        shown = None if random.random() < 0.05 else counter
        shown = 0.0 if random.random() < 0.02 else shown
        messages.append(gateway.data(seq, slot, shown, 1000.0 * random.random()))
        if random.random() < 0.02:
            messages.append(gateway.data(100_000 + seq, slot, counter + 1.0, 7.0))
    return messages


def told(commands: list[Command]) -> list[object]:
    return [(command.topic, decode_command(command.payload)) for command in commands]


@pytest.mark.parametrize("seed", range(2))
def test_the_same_history_gives_the_same_tables(sides: tuple[Side, Side], seed: int) -> None:
    random = np.random.default_rng(seed)
    gateways = [FakeGateway(f"gw-0{n}", f"M-{n}") for n in range(3)]
    bound = [[side.bind(gateway) for gateway in gateways[:2]] for side in sides]
    assert bound[0] == bound[1]
    messages = [message for gateway in gateways for message in history(gateway, random)]
    messages += [messages[i] for i in random.integers(0, len(messages), 30)]  # some come twice
    messages.append(Message("spBv1.0/429900/DDATA/gw-00/M-0", b"\xff none"))
    order = random.permutation(len(messages)) if seed % 2 else np.arange(len(messages))
    births = [gateway.birth() for gateway in gateways] + [gateway.node_birth(0) for gateway in gateways]
    forms = [
        Entry(
            bound[0][n],
            int(random.integers(0, 400)) * KWH,
            0,
            int(BEGAN_US + random.integers(1, 1600) * HOUR_US),
        )
        for n in (0, 0, 1)
    ]
    for side in sides:
        side.ingest.process(births)
    for part in np.array_split(order, 6):
        one, other = (told(side.ingest.process([messages[i] for i in part])) for side in sides)
        assert one == other
        if random.random() < 0.3 and forms:
            form = forms.pop()
            assert sides[0].enter(form) == sides[1].enter(form)
        if random.random() < 0.5:
            assert sides[0].ledger.recompute_all() == sides[1].ledger.recompute_all()
    for side in sides:
        side.ledger.recompute_all()
    one, other = (side.tables() for side in sides)
    assert one == other
    assert len(one["ledger_hour"]) > 500
    assert one["held_step"]
    assert one["quarantine"]
    assert one["duplicates"]
