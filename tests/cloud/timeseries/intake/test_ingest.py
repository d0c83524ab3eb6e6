"""Ingest without a broker: what is stored, marked, acked and set aside, in which order."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from cloud.timeseries.intake.fake_gateway import NOW_HOUR, FakeGateway
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake import ingest as ingest_module
from civicwatt_cloud.timeseries.intake import presence, quarantine
from civicwatt_cloud.timeseries.intake.ingest import Command, Ingest
from civicwatt_cloud.timeseries.intake.models import Quarantined
from civicwatt_cloud.timeseries.intake.parking import Message, Parking
from civicwatt_cloud.timeseries.intake.sequences import first_missing, of_numbers, received, union
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.checks import violations
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, LedgerDay, LedgerHour
from civicwatt_cloud.timeseries.points import Gateway, Point
from civicwatt_cloud.timeseries.stores.readings import REASON_CODE, ReadingsStore
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.sparkplug.payload import DataType, Metric, Payload, encode
from civicwatt_protocols.uplink import Ack, GapReason, Rebirth, Resend, decode_command

NOW_US = NOW_HOUR * HOUR_US
PointOf = Callable[[FakeGateway, str], int]


@pytest.fixture
def ingest(db: Database, store: ReadingsStore, clock: Clock) -> Ingest:
    return Ingest(db, store, clock)


def acked(commands: list[Command]) -> dict[str, set[int]]:
    """Sequence numbers acked, by topic."""
    numbers: dict[str, set[int]] = {}
    for command in commands:
        told = decode_command(command.payload)
        if isinstance(told, Ack):
            for lo, hi in told.ranges:
                numbers.setdefault(command.topic, set()).update(range(lo, hi + 1))
    return numbers


def rebirths(commands: list[Command]) -> list[str]:
    return [c.topic for c in commands if isinstance(decode_command(c.payload), Rebirth)]


def resends(commands: list[Command]) -> list[Resend]:
    told = [decode_command(command.payload) for command in commands]
    return [command for command in told if isinstance(command, Resend)]


def set_aside(db: Database) -> list[tuple[str, str]]:
    with db.reading() as session:
        return [(row.code, row.detail) for row in quarantine.listing(session)]


def books(db: Database) -> list[tuple[int, ...]]:
    with db.reading() as session:
        assert violations(session) == []
        rows = session.execute(select(LedgerHour.__table__)).all()
        return sorted(tuple(row) for row in [*rows, *session.execute(select(LedgerDay.__table__)).all()])


def test_a_record_is_stored_marked_and_then_acked(
    db: Database, store: ReadingsStore, ingest: Ingest, gateway: FakeGateway, point_of: PointOf
) -> None:
    commands = ingest.process([gateway.birth(), gateway.data(1, NOW_US, 12.5, None)])
    energy, power = point_of(gateway, "import_active_energy"), point_of(gateway, "active_power_total")
    found = store.scan([energy, power], 0, 2**62)
    np.testing.assert_equal(found.value, [12.5, np.nan])
    assert found.reason.tolist() == [0, REASON_CODE[GapReason.TIMEOUT]]
    assert acked(commands) == {"spBv1.0/429900/NCMD/gw-01": {1}}
    with db.reading() as session:
        marks = session.execute(select(DirtyRange.point_id, DirtyRange.hour_from, DirtyRange.hour_to)).all()
        assert [tuple(mark) for mark in marks] == [(energy, NOW_HOUR, NOW_HOUR + 1)]  # a gauge has no books
        assert received(session, "gw-01", gateway.epoch) == [(1, 1)]
        row = session.get_one(Gateway, "gw-01")
        assert (row.division, row.online, row.last_slot_us) == ("429900", True, NOW_US)


def test_s12_a_gateway_cannot_leave_its_division_by_saying_so(
    db: Database, store: ReadingsStore, ingest: Ingest, gateway: FakeGateway, point_of: PointOf
) -> None:
    ingest.process([gateway.node_birth(0), gateway.birth()])
    assert set_aside(db) == []
    gateway.division = "110000"
    for _ in range(2):
        commands = ingest.process(
            [gateway.node_birth(1), gateway.birth(), gateway.data(1, NOW_US, 12.5, 1.0)]
        )
    with db.reading() as session:
        assert session.get_one(Gateway, "gw-01").division == "429900"
    [(code, detail)] = set_aside(db)
    assert code == "CW-T1008"
    assert "429900" in detail
    assert "110000" in detail
    assert acked(commands) == {"spBv1.0/110000/NCMD/gw-01": {1}}  # where it listens
    assert len(store.scan([point_of(gateway, "import_active_energy")], 0, 2**62)) == 1


def test_a_gateway_that_a_meter_list_named_first_gets_the_division_that_it_says(
    db: Database, ingest: Ingest, gateway: FakeGateway, bind: Callable[[FakeGateway], None]
) -> None:
    bind(gateway)
    ingest.process([gateway.node_birth(0)])
    with db.reading() as session:
        assert session.get_one(Gateway, "gw-01").division == "429900"
    assert set_aside(db) == []


@pytest.mark.parametrize("broken", ["store", "marks"])
def test_f10_nothing_is_acked_when_a_database_fails_and_the_next_try_succeeds(
    store: ReadingsStore,
    ingest: Ingest,
    gateway: FakeGateway,
    point_of: PointOf,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    ingest.process([gateway.birth()])
    if broken == "store":
        monkeypatch.setattr(store, "write", fail)
    else:
        monkeypatch.setattr(ingest_module, "mark_dirty", fail)
    with pytest.raises(OSError, match="disk full"):
        ingest.process([gateway.data(1, NOW_US, 12.5, 1.0)])
    monkeypatch.undo()
    assert acked(ingest.process([gateway.data(1, NOW_US, 12.5, 1.0)]))
    assert len(store.scan([point_of(gateway, "import_active_energy")], 0, 2**62)) == 1


def test_f05_a_process_that_died_between_store_and_marks_leaves_nothing_unbooked(
    db: Database,
    store: ReadingsStore,
    ingest: Ingest,
    ledger: Ledger,
    gateway: FakeGateway,
    bind: Callable[[FakeGateway], None],
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
) -> None:
    """The readings are there already, the marks are not: the re-sent message must still mark them."""
    bind(gateway)
    messages = gateway.hours(range(1, 9))
    ingest.process([gateway.birth()])
    with monkeypatch.context() as patch:
        patch.setattr(ingest_module, "mark_dirty", _die)
        with pytest.raises(KeyboardInterrupt):
            ingest.process(messages)
    ledger.recompute_all()
    assert books(db) == []
    commands = Ingest(db, store, clock).process(messages)
    ledger.recompute_all()
    assert acked(commands) == {"spBv1.0/429900/NCMD/gw-01": set(range(1, 9))}
    with db.reading() as session:
        assert session.scalar(select(func.sum(LedgerHour.micro))) == int(1.5e6) * 7


def _die(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("share", [0.1, 1.0])
def test_f12_replayed_messages_change_no_row_and_no_digit(
    db: Database,
    store: ReadingsStore,
    ingest: Ingest,
    ledger: Ledger,
    gateway: FakeGateway,
    bind: Callable[[FakeGateway], None],
    point_of: PointOf,
    share: float,
) -> None:
    bind(gateway)
    day = gateway.hours(range(1, 97))
    ingest.process([gateway.birth(), *day])
    ledger.recompute_all()
    points = [point_of(gateway, measure) for measure in gateway.measures]
    before, booked = store.scan(points, 0, 2**62), books(db)
    again = [day[i] for i in np.random.default_rng(7).permutation(len(day))[: round(share * len(day))]]
    commands = ingest.process(again)
    ledger.recompute_all()
    assert sum(map(len, acked(commands).values())) == len(again)
    after = store.scan(points, 0, 2**62)
    assert (after.ts_us.tolist(), after.value.tolist()) == (before.ts_us.tolist(), before.value.tolist())
    assert (books(db), set_aside(db)) == (booked, [])


def test_f13_shuffled_messages_in_any_split_give_the_same_books(
    db: Database, ingest: Ingest, ledger: Ledger, bind: Callable[[FakeGateway], None], point_of: PointOf
) -> None:
    in_order, shuffled = FakeGateway("gw-01"), FakeGateway("gw-02")
    for gateway in (in_order, shuffled):
        bind(gateway)
        ingest.process([gateway.birth()])
    ingest.process(in_order.hours(range(1, 97)))
    messages = shuffled.hours(range(1, 97))
    messages = [messages[i] for i in np.random.default_rng(7).permutation(len(messages))]
    for at in range(0, 96, 13):
        ingest.process(messages[at : at + 13])
        ledger.recompute_all()
    ledger.recompute_all()
    counters = [point_of(gateway, "import_active_energy") for gateway in (in_order, shuffled)]
    first, second = ([row[1:] for row in books(db) if row[0] == counter] for counter in counters)
    assert first == second
    assert first
    with db.reading() as session:
        assert received(session, "gw-02", shuffled.epoch) == [(1, 96)]


GARBAGE = [
    ("spBv1.0/429900/DDATA/gw-01/M-1", b"\xff\xfenot protobuf", "CW-P1300"),
    ("spBv1.0/429900/DDATA/gw-01/M-1", b"", "CW-P1300"),
    ("spBv1.0/429900/DBIRTH/gw-01/M-1", b"{}", "CW-P1300"),
    ("spBv1.0/429900/XDATA/gw-01/M-1", b"", "CW-P1302"),
    ("spBv1.0/429900/NDATA/gw-01", b"", "CW-P1301"),
    ("spBv1.0/429900/NBIRTH/gw-01", b"", "CW-P1300"),
    ("spBv1.0/429900/DDATA/gw-01/M-1", b"x" * 10_000_000, "CW-T1005"),
    (
        "spBv1.0/429900/DDATA/third/party",
        encode(Payload(1_800_000_000_000, [Metric("t", datatype=DataType.DOUBLE, value=1.0)])),
        "CW-P1301",
    ),
]


@pytest.mark.parametrize(("topic", "payload", "code"), GARBAGE, ids=[str(i) for i in range(len(GARBAGE))])
def test_f28_a_poisoned_message_is_set_aside_and_its_neighbours_go_on(
    db: Database, ingest: Ingest, gateway: FakeGateway, topic: str, payload: bytes, code: str
) -> None:
    good = [gateway.birth(), gateway.data(1, NOW_US, 1.0, 2.0)]
    for _ in range(2):  # the same twice is kept once
        commands = ingest.process([good[0], Message(topic, payload), good[1]])
        assert acked(commands) == {"spBv1.0/429900/NCMD/gw-01": {1}}
    assert [found for found, _ in set_aside(db)] == [code]
    with db.reading() as session:
        assert quarantine.listing(session)[0].payload == payload[: quarantine.KEEP_BYTES]


@pytest.mark.parametrize(
    ("slot_us", "code"),
    [
        (NOW_US + 25 * HOUR_US, "CW-T1002"),
        (2**62, "CW-T1002"),
        (0, "CW-T1003"),
        (946_684_800 * SECOND_US, "CW-T1003"),
    ],
)
def test_f28_readings_of_an_impossible_time_are_set_aside_but_acked(
    db: Database, store: ReadingsStore, ingest: Ingest, gateway: FakeGateway, slot_us: int, code: str
) -> None:
    slot_us -= slot_us % 1000
    commands = ingest.process([gateway.birth(), gateway.data(5, slot_us, 1.0, 2.0)])
    assert acked(commands) == {"spBv1.0/429900/NCMD/gw-01": {5}}
    assert [found for found, _ in set_aside(db)] == [code]
    assert len(store.latest().point) == 0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_f28_a_number_that_is_none_is_set_aside_but_acked(
    db: Database, ingest: Ingest, gateway: FakeGateway, value: float
) -> None:
    commands = ingest.process([gateway.birth(), gateway.data(5, NOW_US, value, 2.0)])
    assert acked(commands) == {"spBv1.0/429900/NCMD/gw-01": {5}}
    assert [found for found, _ in set_aside(db)] == ["CW-P1301"]


@pytest.mark.parametrize("seq", [0, 2**63 - 2, 2**63 - 1, 2**64 - 1])
def test_f28_the_highest_numbers_a_record_can_have_do_not_stop_its_neighbours(
    ingest: Ingest, gateway: FakeGateway, seq: int
) -> None:
    messages = [gateway.birth(), gateway.data(seq, NOW_US, 1.0, 2.0), gateway.data(5, NOW_US, 1.0, 2.0)]
    assert 5 in acked(ingest.process(messages))["spBv1.0/429900/NCMD/gw-01"]


def test_f28_a_value_no_meter_can_have_becomes_a_gap_and_the_rest_of_the_record_counts(
    db: Database, store: ReadingsStore, ingest: Ingest, gateway: FakeGateway, point_of: PointOf
) -> None:
    commands = ingest.process([gateway.birth(), gateway.data(5, NOW_US, 1e308, 2.0)])
    assert acked(commands) == {"spBv1.0/429900/NCMD/gw-01": {5}}
    assert set_aside(db) == [("CW-T1007", "M-1 import_active_energy 的值 1e+308 不可能")]
    found = store.scan([point_of(gateway, measure) for measure in gateway.measures], 0, 2**62)
    np.testing.assert_equal(found.value, [np.nan, 2.0])
    assert found.reason.tolist() == [REASON_CODE[GapReason.INVALID], 0]


def test_another_value_for_a_stored_time_is_set_aside_with_both_values(
    db: Database, store: ReadingsStore, ingest: Ingest, gateway: FakeGateway, point_of: PointOf
) -> None:
    ingest.process([gateway.birth(), gateway.data(1, NOW_US, 100.0, 1.0)])
    late = gateway.data(2, NOW_US - HOUR_US, 90.0, 1.0)
    commands = ingest.process([late, gateway.data(3, NOW_US, 101.0, 1.0)])
    assert acked(commands) == {"spBv1.0/429900/NCMD/gw-01": {2, 3}}
    [(code, detail)] = set_aside(db)
    assert code == "CW-T1001"
    assert "M-1 import_active_energy" in detail
    assert "已存 100.0" in detail
    assert "新收 101.0" in detail
    assert store.scan([point_of(gateway, "import_active_energy")], 0, 2**62).value.tolist() == [90.0, 100.0]


def test_data_wait_for_the_catalogue_they_name(
    db: Database,
    store: ReadingsStore,
    ingest: Ingest,
    gateway: FakeGateway,
    point_of: PointOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = ingest.process(gateway.hours(range(1, 4)))
    assert (acked(first), rebirths(first)) == ({}, ["spBv1.0/429900/NCMD/gw-01"])
    second = ingest.process(gateway.hours(range(4, 5)))
    assert (acked(second), rebirths(second), ingest.parked) == ({}, [], 4)  # asked once in 30 s
    third = ingest.process([gateway.birth()])
    assert (acked(third), ingest.parked) == ({"spBv1.0/429900/NCMD/gw-01": {1, 2, 3, 4}}, 0)
    assert len(store.scan([point_of(gateway, "import_active_energy")], 0, 2**62)) == 4
    assert set_aside(db) == []


def test_a_rebirth_is_asked_again_after_30_seconds_of_real_time(
    ingest: Ingest, gateway: FakeGateway, db: Database
) -> None:
    message = gateway.hours(range(1, 2))
    assert rebirths(ingest.process(message))
    assert not rebirths(ingest.process(message))
    with db.session() as session:
        row = session.get_one(Gateway, "gw-01")
        assert row.rebirth_asked_us is not None
        row.rebirth_asked_us -= 30 * SECOND_US
    assert rebirths(ingest.process(message))


def test_catalogues_are_known_after_a_restart(
    db: Database, store: ReadingsStore, ingest: Ingest, gateway: FakeGateway, clock: Clock
) -> None:
    ingest.process([gateway.birth()])
    commands = Ingest(db, store, clock).process([gateway.data(1, NOW_US, 1.0, 2.0)])
    assert len(acked(commands)) == 1


def test_f35_a_restored_database_asks_for_what_the_gateway_keeps_and_it_has_not(
    db: Database, store: ReadingsStore, ingest: Ingest, gateway: FakeGateway, clock: Clock, point_of: PointOf
) -> None:
    backed_up = [gateway.node_birth(0), gateway.birth(), *gateway.hours(range(1, 5))]
    ingest.process(backed_up)  # 1 to 4
    with db.session() as session:
        presence.forget_births(session)  # as every start of the cloud does
    restored = Ingest(db, store, clock)
    met = restored.process(gateway.hours(range(9, 10)))  # 5 to 8 were acked after it
    assert rebirths(met)
    asked = restored.process([gateway.node_birth(1, kept=(1, 8))])
    assert resends(asked) == [Resend(gateway.epoch, 5)]
    restored.process(gateway.hours(range(5, 10)))
    assert resends(restored.process([gateway.node_birth(2, kept=(1, 9))])) == []
    assert len(store.scan([point_of(gateway, "import_active_energy")], 0, 2**62)) == 9


def test_f35_a_new_database_asks_for_all_that_is_kept_and_one_that_lacks_nothing_for_none(
    ingest: Ingest, gateway: FakeGateway
) -> None:
    assert resends(ingest.process([gateway.node_birth(1)])) == []
    assert resends(ingest.process([gateway.node_birth(1, kept=(7, 900))])) == [Resend(gateway.epoch, 7)]


def test_f35_what_never_comes_is_not_asked_for_ever(ingest: Ingest, gateway: FakeGateway) -> None:
    births = [ingest.process([gateway.node_birth(n, kept=(1, 9))]) for n in range(5)]
    assert [len(resends(commands)) for commands in births] == [1, 1, 1, 0, 0]
    ingest.process([gateway.birth(), *gateway.hours(range(1, 4))])
    asked = ingest.process([gateway.node_birth(6, kept=(1, 9))])
    assert resends(asked) == [Resend(gateway.epoch, 4)]


def test_f08_what_a_gateway_says_it_has_lost_is_not_asked_for(ingest: Ingest, gateway: FakeGateway) -> None:
    ingest.process([gateway.node_birth(0), gateway.birth(), *gateway.hours(range(1, 4))])
    assert resends(ingest.process([gateway.node_birth(1, kept=(1, 9), lost=((4, 9),))])) == []
    asked = ingest.process([gateway.node_birth(2, kept=(1, 9), lost=((4, 5), (8, 9)))])
    assert resends(asked) == [Resend(gateway.epoch, 6)]


def test_a_message_on_another_devices_topic_is_set_aside(
    db: Database, ingest: Ingest, gateway: FakeGateway
) -> None:
    payload = gateway.data(1, NOW_US, 1.0, 2.0).payload
    ingest.process([gateway.birth(), Message("spBv1.0/429900/DDATA/gw-01/M-2", payload)])
    assert [code for code, _ in set_aside(db)] == ["CW-T1004"]


def test_a_late_will_does_not_end_a_newer_birth(db: Database, ingest: Ingest, gateway: FakeGateway) -> None:
    def online() -> bool:
        with db.reading() as session:
            return session.get_one(Gateway, "gw-01").online

    ingest.process([gateway.node_birth(4), gateway.node_birth(5), gateway.node_death(4)])
    assert online()
    ingest.process([gateway.node_death(5)])
    assert not online()
    ingest.process([gateway.node_birth(6)])
    assert online()


def test_points_nobody_bound_are_kept_for_whoever_binds_them(
    db: Database, ingest: Ingest, gateway: FakeGateway
) -> None:
    ingest.process([gateway.birth(), gateway.data(1, NOW_US, 1.0, 2.0)])
    with db.reading() as session:
        points = session.scalars(select(Point).order_by(Point.id)).all()
        assert [(p.measure, p.is_counter, p.is_consumption, p.building_id) for p in points] == [
            ("import_active_energy", True, False, None),
            ("active_power_total", False, False, None),
        ]


def test_quarantine_lists_newest_first_and_keeps_a_bounded_number(
    db: Database, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "KEEP_ROWS", 4)
    for half in (range(5), range(3, 10)):  # what is sent again is not kept again
        ingest.process([Message(f"spBv1.0/429900/DDATA/gw-01/M-{i}", b"\xff") for i in half])
    with db.reading() as session:
        rows: list[Quarantined] = quarantine.listing(session, limit=3)
        rest = quarantine.listing(session, before_id=rows[-1].id)
        assert [row.topic[-1] for row in [*rows, *rest]] == ["9", "8", "7", "6"]
        assert quarantine.count(session) == 4


def message(size: int) -> Message:
    return Message("t", b"x" * size)


def test_parking_is_bounded_for_each_gateway_and_for_all() -> None:
    parking = Parking(a_gateway=3000, all_gateways=5000)
    for _ in range(3):
        parking.put("gw-01", "a", message(700))
    parking.put("gw-01", "b", message(700))  # no room: the three are dropped, they come again
    assert (len(parking), parking.take("gw-01", "a")) == (1, [])
    parking.put("gw-02", "a", message(2000))
    parking.put("gw-03", "a", message(2000))  # no room for all: everything is dropped
    assert (len(parking), len(parking.take("gw-03", "a")), len(parking)) == (1, 1, 0)


def test_parking_gives_out_one_catalogue_in_order_and_keeps_the_others() -> None:
    parking = Parking()
    for i, catalogue in enumerate("abab"):
        parking.put("gw-01", catalogue, message(i))
    assert [len(m.payload) for m in parking.take("gw-01", "b")] == [1, 3]
    assert [len(m.payload) for m in parking.take("gw-01", "a")] == [0, 2]
    assert parking.take("gw-01", "a") == []


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)).map(lambda r: (r[0], r[0] + r[1]))))
def test_ranges_hold_the_same_numbers_and_are_the_fewest(ranges: list[tuple[int, int]]) -> None:
    numbers = {n for lo, hi in ranges for n in range(lo, hi + 1)}
    result = union(ranges)
    assert [n for lo, hi in result for n in range(lo, hi + 1)] == sorted(numbers)
    assert all(a[1] + 1 < b[0] for a, b in pairwise(result))
    assert result == of_numbers(numbers)
    missing = next((n for n in range(3, 34) if n not in numbers), None)
    assert first_missing(result, 3, 33) == missing
