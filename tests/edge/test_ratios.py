"""Order and ratios of a device change what its registers mean, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_edge.config import DeviceConfig
from civicwatt_edge.polling.questions import questions
from civicwatt_edge.ratios import factor
from civicwatt_protocols import templates
from civicwatt_protocols.modbus.encode import encode_micro
from civicwatt_protocols.quantity import to_micro


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("import_active_energy", 4000),
        ("reactive_power_l1", 4000),
        ("current_l3", 40),
        ("voltage_ab", 100),
        ("power_factor_total", 1),
        ("frequency", 1),
        ("water_volume", 1),
    ],
)
def test_each_quantity_has_its_ratios(measure, expected):
    assert factor(measure, ct=40, pt=100) == expected


@given(raw=st.integers(0, 2**31 - 1), ct=st.integers(1, 10_000))
def test_registers_are_multiplied_as_integers(raw, ct):
    register = next(one for one in templates.load("acrel/adw300").registers if one.unit == "kWh")
    config = DeviceConfig(id="M", template="acrel/adw300", ct=ct, measures=(register.measure,))
    (question,) = questions(config, {register.measure: 0})
    micro = raw * register.scale_micro
    [(_, value)] = question.decoder.decode(encode_micro(register, micro))
    assert value == micro * ct / 1_000_000
    if value < 2**33:
        assert to_micro(value) == micro * ct


def test_the_order_of_a_device_overrides_that_of_its_template():
    register = templates.load("eastron/sdm630").registers[0]
    config = DeviceConfig(id="M", template="eastron/sdm630", order="CDAB", measures=(register.measure,))
    (question,) = questions(config, {register.measure: 0})
    words = encode_micro(register, 230_500_000)
    assert question.decoder.decode(words[2:] + words[:2]) == [(register.measure, 230.5)]
    assert question.decoder.decode(words) != [(register.measure, 230.5)]
