import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols.errors import NotOurMessage, NotSparkplug
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.sparkplug import payload
from civicwatt_protocols.sparkplug.payload import DataType, Metric, Payload
from civicwatt_protocols.uplink import (
    Catalogue,
    ClockQuality,
    History,
    NodeBirth,
    PointDefinition,
    decode_birth,
    decode_node_birth,
    decode_node_death,
    encode_birth,
    encode_node_birth,
    encode_node_death,
)

NOW_US = 1_790_000_000_123_456
POINTS = (PointDefinition(3, "import_active_energy"), PointDefinition(1, "frequency"))
CATALOGUE = Catalogue("M-1", "acrel/adw300", POINTS)


@given(
    st.lists(st.sampled_from(list(MEASURES)), unique=True),
    st.lists(st.integers(0, 2**64 - 1), min_size=len(MEASURES), max_size=len(MEASURES), unique=True),
)
def test_a_catalogue_is_read_back_from_its_birth(measures: list[str], aliases: list[int]) -> None:
    points = tuple(PointDefinition(alias, measure) for alias, measure in zip(aliases, measures, strict=False))
    catalogue = Catalogue("M-1", "acrel/adw300", points)
    assert decode_birth(encode_birth(catalogue, NOW_US, 1, ClockQuality.SYNCHRONISED), "M-1") == catalogue


def test_the_hash_names_exactly_this_content() -> None:
    assert CATALOGUE.hash == Catalogue("M-1", "acrel/adw300", POINTS).hash
    assert len(CATALOGUE.hash) == 16
    others = [
        replace(CATALOGUE, device="M-2"),
        replace(CATALOGUE, template="acrel/adl400"),
        replace(CATALOGUE, points=POINTS[::-1]),
        replace(CATALOGUE, points=POINTS[:1]),
        replace(CATALOGUE, points=(PointDefinition(4, "import_active_energy"), POINTS[1])),
    ]
    assert len({CATALOGUE.hash, *(other.hash for other in others)}) == 1 + len(others)


def test_the_hash_stays_the_same_from_release_to_release() -> None:
    content = (
        '{"device":"M-1","points":[[3,"import_active_energy"],[1,"frequency"]],"template":"acrel/adw300"}'
    )
    assert hashlib.sha256(content.encode()).hexdigest()[:16] == CATALOGUE.hash
    assert CATALOGUE.hash == "8157118d8ce78100"


def test_a_birth_declares_what_data_carry() -> None:
    read = payload.decode(encode_birth(CATALOGUE, NOW_US, 1, ClockQuality.SYNCHRONISED))
    named = {metric.name: metric for metric in read.metrics}
    assert read.seq == 1
    assert read.timestamp_ms == NOW_US // 1000
    assert all(metric.datatype is not None and metric.timestamp_ms for metric in read.metrics)
    assert {"cw/epoch", "cw/seq", "cw/birth", "cw/template", "cw/clock"} <= named.keys()
    energy = named["import_active_energy"]
    assert (energy.alias, energy.datatype, energy.properties) == (3, DataType.DOUBLE, {"engUnit": "kWh"})


def test_a_birth_that_contradicts_its_hash_is_refused() -> None:
    read = payload.decode(encode_birth(CATALOGUE, NOW_US, 1))
    read.metrics.pop()
    with pytest.raises(NotOurMessage):
        decode_birth(payload.encode(read), "M-1")
    with pytest.raises(NotOurMessage):
        decode_birth(encode_birth(CATALOGUE, NOW_US, 1), "M-2")


def test_a_birth_with_a_doubled_alias_is_refused() -> None:
    doubled = Catalogue("M-1", "acrel/adw300", (POINTS[0], PointDefinition(3, "frequency")))
    with pytest.raises(NotOurMessage):
        decode_birth(encode_birth(doubled, NOW_US, 1), "M-1")


def test_f29_a_newer_gateways_birth_may_name_a_measure_that_we_do_not_know() -> None:
    newer = replace(CATALOGUE, points=(*POINTS, PointDefinition(9, "happiness")))
    assert decode_birth(encode_birth(newer, NOW_US, 1), "M-1") == newer


def test_f29_a_clock_quality_that_we_do_not_know_says_nothing() -> None:
    read = payload.decode(encode_node_birth(NOW_US, 5))
    [clock] = [metric for metric in read.metrics if metric.name == "cw/clock"]
    clock.value = "atomic"
    assert decode_node_birth(payload.encode(read)).clock_quality is ClockQuality.UNKNOWN


def test_a_birth_whose_point_has_no_name_is_refused() -> None:
    read = payload.decode(encode_birth(CATALOGUE, NOW_US, 1))
    read.metrics[-1].name = None
    with pytest.raises(NotOurMessage):
        decode_birth(payload.encode(read), "M-1")


def test_a_third_partys_birth_is_not_ours() -> None:
    with pytest.raises(NotOurMessage):
        decode_birth(payload.encode(Payload(1, [Metric("a", None, 1, DataType.DOUBLE, 1.0)], 1)), "M-1")
    with pytest.raises(NotSparkplug):
        decode_birth(b"{}", "M-1")


def test_node_birth_and_death_carry_the_same_bd_seq() -> None:
    birth, death = encode_node_birth(NOW_US, 5, 0, ClockQuality.UNSYNCHRONISED), encode_node_death(5)
    assert decode_node_birth(birth) == NodeBirth(5, ClockQuality.UNSYNCHRONISED, None)
    assert decode_node_death(death) == 5


LOST = History("e-1", 1, 9, ((2, 3), (7, 7)))


@pytest.mark.parametrize("history", [History("e-1", 1, 1), History("e-1", 7, 2**63 - 1), LOST])
def test_f35_a_node_birth_tells_which_acked_records_are_kept(history: History) -> None:
    assert decode_node_birth(encode_node_birth(NOW_US, 5, history=history)).history == history


@pytest.mark.parametrize("kept", ["", "7", "9-3", "1-2,4-5", "x-y"])
def test_a_history_that_is_no_range_is_refused(kept: str) -> None:
    read = payload.decode(encode_node_birth(NOW_US, 5, history=History("e-1", 1, 9)))
    read.metrics[-1].value = kept
    with pytest.raises(NotOurMessage):
        decode_node_birth(payload.encode(read))


def test_node_birth_and_death_keep_sparkplugs_rules() -> None:
    birth, death = payload.decode(encode_node_birth(NOW_US, 5)), payload.decode(encode_node_death(5))
    named = {metric.name: metric.value for metric in birth.metrics}
    assert (birth.seq, birth.timestamp_ms) == (0, NOW_US // 1000)
    assert (named["bdSeq"], named["Node Control/Rebirth"]) == (5, False)
    assert death.seq is None
    assert [metric.name for metric in death.metrics] == ["bdSeq"]


def test_a_node_without_bd_seq_is_not_ours() -> None:
    foreign = payload.encode(Payload(1, [Metric("a", None, 1, DataType.DOUBLE, 1.0)], 0))
    with pytest.raises(NotOurMessage):
        decode_node_birth(foreign)
    with pytest.raises(NotOurMessage):
        decode_node_death(foreign)
