import pytest

from civicwatt_protocols.errors import NotSparkplug
from civicwatt_protocols.sparkplug import payload
from civicwatt_protocols.sparkplug.state import HostState, decode_state
from civicwatt_protocols.uplink import (
    Catalogue,
    GapReason,
    PointDefinition,
    Record,
    as_historical,
    decode_birth,
    decode_record,
    encode_birth,
    encode_record,
    published,
    with_sequence,
)

NOW_US = 1_790_000_000_123_456
CATALOGUE = Catalogue("M-1", "acrel/adw300", (PointDefinition(3, "import_active_energy"),))
RECORD = Record(7, 1_789_999_980_000_000, "M-1", CATALOGUE.hash, (12.5,))


def test_a_hosts_state_is_read() -> None:
    assert decode_state(b'{"online": true, "timestamp": 1790000000123}') == HostState(True, 1790000000123)
    assert decode_state(b'{"timestamp": 0, "online": false, "more": 1}') == HostState(False, 0)


@pytest.mark.parametrize(
    "text",
    [b"", b"ONLINE", b"{}", b'{"online": 1, "timestamp": 1}', b'{"online": true, "timestamp": -1}', b"\xff"],
)
def test_what_is_no_state_is_refused(text: bytes) -> None:
    with pytest.raises(NotSparkplug):
        decode_state(text)


def test_the_time_of_publishing_leaves_the_slot_alone() -> None:
    body = encode_record(RECORD, CATALOGUE, "e")
    for sent in (published(body, NOW_US), published(as_historical(body), NOW_US)):
        assert payload.decode(with_sequence(sent, 200)).timestamp_ms == NOW_US // 1000
        assert decode_record(with_sequence(sent, 200), CATALOGUE) == RECORD


def test_a_birth_carries_the_newest_values_with_their_time_and_is_the_same_catalogue() -> None:
    birth = encode_birth(CATALOGUE, NOW_US, 1, newest=encode_record(RECORD, CATALOGUE, "e"))
    named = {metric.name: metric for metric in payload.decode(birth).metrics}
    assert (named["cw/epoch"].value, named["cw/seq"].value) == ("e", 7)
    energy = named["import_active_energy"]
    assert (energy.value, energy.timestamp_ms) == (12.5, RECORD.slot_us // 1000)
    assert decode_birth(birth, "M-1") == CATALOGUE


def test_a_birth_after_a_gap_has_no_value() -> None:
    gap = Record(8, RECORD.slot_us, "M-1", CATALOGUE.hash, (None,), {0: GapReason.TIMEOUT})
    birth = encode_birth(CATALOGUE, NOW_US, 1, newest=encode_record(gap, CATALOGUE, "e"))
    assert payload.decode(birth).metrics[-1].is_null
