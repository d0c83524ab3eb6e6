"""F29: payloads of this and of the former layout, kept as files, are read as they were meant."""

from pathlib import Path

import pytest

from civicwatt_protocols.sparkplug import payload
from civicwatt_protocols.uplink import (
    Ack,
    Catalogue,
    ClockQuality,
    GapReason,
    History,
    NodeBirth,
    PointDefinition,
    Rebirth,
    Record,
    Reload,
    Resend,
    as_historical,
    decode_birth,
    decode_command,
    decode_node_birth,
    decode_node_death,
    decode_record,
    encode_ack,
    encode_birth,
    encode_node_birth,
    encode_node_death,
    encode_rebirth,
    encode_record,
    encode_resend,
    peek,
    published,
    with_sequence,
)

FOLDER = Path(__file__).parent / "golden" / "uplink"
LAYOUTS = ["former", "present"]
NOW_US = 1_790_000_041_500_000
SLOT_US = 1_790_000_040_000_000
EPOCH = "0193b0a0-0000-7000-8000-000000000001"
POINTS = ((100, "import_active_energy"), (101, "active_power_total"), (300, "voltage_l1"), (4, "frequency"))
CATALOGUE = Catalogue("M-0101-1", "acrel/adw300", tuple(PointDefinition(*point) for point in POINTS))
RECORD = Record(
    7, SLOT_US, CATALOGUE.device, CATALOGUE.hash, (81234.56, -0.0, None, 50.02), {2: GapReason.TIMEOUT}
)
REASONS = (GapReason.LATE, GapReason.THINNED, GapReason.REFUSED, GapReason.INVALID)
GAPS = Record(
    8, SLOT_US + 60_000_000, CATALOGUE.device, CATALOGUE.hash, (None,) * 4, dict(enumerate(REASONS))
)
HISTORY = History(EPOCH, 1, 90, ((3, 4), (9, 9)))


def golden(layout: str, name: str) -> bytes:
    return bytes.fromhex((FOLDER / layout / f"{name}.hex").read_text())


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["ddata", "ddata_historical"])
def test_f29_records(layout: str, name: str) -> None:
    body = golden(layout, name)
    assert peek(body) == (EPOCH, 7, CATALOGUE.hash)
    assert decode_record(body, CATALOGUE) == RECORD


@pytest.mark.parametrize("layout", LAYOUTS)
def test_f29_births_and_deaths(layout: str) -> None:
    assert decode_birth(golden(layout, "dbirth"), "M-0101-1") == CATALOGUE
    history = HISTORY if layout == "present" else None
    assert decode_node_birth(golden(layout, "nbirth")) == NodeBirth(5, ClockQuality.SYNCHRONISED, history)
    assert decode_node_death(golden(layout, "ndeath")) == 5


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("name", "command"),
    [("ack", Ack(EPOCH, ((1, 40), (43, 43)))), ("rebirth", Rebirth()), ("resend", Resend(EPOCH, 17))],
)
def test_f29_commands(layout: str, name: str, command: object) -> None:
    assert decode_command(golden(layout, name)) == command


COMMANDS = {
    "ack": encode_ack(EPOCH, [(1, 40), (43, 43)]),
    "rebirth": encode_rebirth(),
    "resend": encode_resend(EPOCH, 17),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_f29_a_gateway_of_the_former_layout_hears_what_it_always_heard(name: str) -> None:
    def said(data: bytes) -> list[tuple[object, ...]]:
        return [(one.name, one.alias, one.datatype, one.value) for one in payload.decode(data).metrics]

    assert said(COMMANDS[name]) == said(golden("former", name))


def test_f29_what_only_the_present_layout_says() -> None:
    assert decode_birth(golden("present", "dbirth_values"), "M-0101-1") == CATALOGUE
    assert decode_record(golden("present", "ddata_gaps"), CATALOGUE) == GAPS
    assert decode_command(golden("present", "reload")) == Reload()


BODY = encode_record(RECORD, CATALOGUE, EPOCH)
PRESENT = {
    "ddata": with_sequence(published(BODY, NOW_US), 200),
    "ddata_historical": with_sequence(published(as_historical(BODY), NOW_US), 3),
    "ddata_gaps": with_sequence(published(encode_record(GAPS, CATALOGUE, EPOCH), NOW_US), 4),
    "dbirth": encode_birth(CATALOGUE, NOW_US, 1, ClockQuality.SYNCHRONISED),
    "dbirth_values": encode_birth(CATALOGUE, NOW_US, 1, ClockQuality.UNSYNCHRONISED, BODY),
    "nbirth": encode_node_birth(NOW_US, 5, 0, ClockQuality.SYNCHRONISED, HISTORY),
    "ndeath": encode_node_death(5),
}


@pytest.mark.parametrize("name", PRESENT)
def test_f29_the_present_layout_does_not_change_unnoticed(name: str) -> None:
    assert PRESENT[name] == golden("present", name), "a new layout: move the files to `former` first"
