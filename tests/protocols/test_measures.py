import re

import pytest

from civicwatt_protocols.measures import MEASURES, Kind


@pytest.mark.parametrize("key", MEASURES)
def test_a_measure_is_named_in_both_languages(key: str) -> None:
    measure = MEASURES[key]
    assert measure.key == key
    assert re.fullmatch(r"[a-z][a-z0-9_]*", key)
    assert measure.zh
    assert measure.en


def test_no_two_measures_share_a_name() -> None:
    assert len({measure.zh for measure in MEASURES.values()}) == len(MEASURES)
    assert len({measure.en for measure in MEASURES.values()}) == len(MEASURES)


@pytest.mark.parametrize("key", MEASURES)
def test_energy_and_volume_are_counters_and_nothing_else_is(key: str) -> None:
    measure = MEASURES[key]
    assert (measure.unit in {"kWh", "kvarh", "m³", "GJ"}) == (measure.kind is Kind.COUNTER)


def test_the_list_is_closed() -> None:
    with pytest.raises(TypeError):
        MEASURES["x"] = MEASURES["frequency"]  # type: ignore[index]
