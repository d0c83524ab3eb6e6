"""F29: gateways of the former, of this and of a coming layout lose nothing."""

from pathlib import Path

import pytest
from cloud.timeseries.intake.fake_gateway import NOW_HOUR, FakeGateway
from sqlalchemy import select

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake import quarantine
from civicwatt_cloud.timeseries.intake.ingest import Ingest
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_cloud.timeseries.intake.sequences import received
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.sparkplug.message import PayloadMessage

FOLDER = Path(__file__).parents[3] / "protocols" / "golden" / "uplink"
DEVICE, EPOCH = "M-0101-1", "0193b0a0-0000-7000-8000-000000000001"
SLOT_US = 1_790_000_040_000_000


def golden(layout: str, name: str, kind: str) -> Message:
    device = f"/{DEVICE}" if kind.startswith("D") else ""
    data = bytes.fromhex((FOLDER / layout / f"{name}.hex").read_text())
    return Message(f"spBv1.0/429900/{kind}/gw-01{device}", data)


@pytest.mark.parametrize("layout", ["former", "present"])
@pytest.mark.parametrize("name", ["ddata", "ddata_historical"])
def test_f29_a_gateway_of_either_layout_is_stored_and_acked(
    db: Database, store: ReadingsStore, layout: str, name: str
) -> None:
    ingest = Ingest(db, store, Clock(SLOT_US))
    births = [golden(layout, "nbirth", "NBIRTH"), golden(layout, "dbirth", "DBIRTH")]
    commands = ingest.process([*births, golden(layout, name, "DDATA")])
    assert commands
    with db.reading() as session:
        assert received(session, "gw-01", EPOCH) == [(7, 7)]
        assert quarantine.count(session) == 0
        energy = session.scalars(select(Point.id).where(Point.measure == "import_active_energy")).one()
    found = store.scan([energy], 0, 2**62)
    assert (found.ts_us.tolist(), found.value.tolist()) == ([SLOT_US], [81234.56])


class NewerGateway(FakeGateway):
    """One of a release to come: a measure, a metric, a field and a reason that we do not know."""

    measures = ("import_active_energy", "happiness")

    def data(self, seq: int, slot_us: int, *values: float | None) -> Message:
        message = super().data(seq, slot_us, *values)
        body = PayloadMessage.FromString(message.payload)
        extra = body.metrics.add()
        extra.name, extra.string_value = "cw/newer", "x"
        for metric in body.metrics:
            if metric.is_null:
                metric.properties.values[1].string_value = "tired"
        unknown_field = b"\xa2\x06\x03abc"  # field 100
        return Message(message.topic, body.SerializeToString() + unknown_field)


def test_f29_what_a_coming_gateway_adds_is_tolerated_and_noted_once(
    db: Database, store: ReadingsStore, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway, ingest = NewerGateway(), Ingest(db, store, clock)
    commands = ingest.process(
        [
            gateway.node_birth(0),
            gateway.birth(),
            gateway.data(1, NOW_HOUR * HOUR_US, 12.5, 8.0),
            gateway.data(2, NOW_HOUR * HOUR_US + 60_000_000, None, 9.0),
        ]
    )
    assert len(commands) == 1
    with db.reading() as session:
        assert received(session, gateway.name, gateway.epoch) == [(1, 2)]
        assert quarantine.count(session) == 0
        points = {one.measure: one for one in session.scalars(select(Point))}
    assert not points["happiness"].is_counter  # stored and shown, never booked
    found = store.scan([point.id for point in points.values()], 0, 2**62)
    assert sorted(value for value in found.value.tolist() if value == value) == [8.0, 9.0, 12.5]
    assert found.reason.tolist() == [0, 0, 0, 0]  # a gap whose reason nobody here knows
    assert capsys.readouterr().out.count("metric_unknown") == 1
