from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols import templates
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.modbus.encode import served
from civicwatt_protocols.template import Register, RegisterType
from civicwatt_sim.registers import RegisterMap, served_counters
from civicwatt_sim.scenario import EndUse

MICRO = 1_000_000


@pytest.fixture
def at_noon(meters, us):
    return {device: meter.values(us(2026, 7, 15, 11, 20)) for device, meter in meters.items()}


def test_power_is_the_steps_consumption_over_its_duration(city, meters, us, at_noon):
    start = us(2026, 7, 15, 11, 15)
    for device, meter in meters.items():
        increment = int(meter.increments(start, start + 1)[0])
        values = at_noon[device]
        if meter.meter.end_use is EndUse.WATER:
            assert values["water_flow"] == increment * 4
        else:
            assert Fraction(values["active_power_total"], MICRO) == Fraction(increment, MICRO) * 1000 * 4


def test_power_current_voltage_and_factor_agree(meters, at_noon):
    for device, values in at_noon.items():
        if meters[device].meter.end_use is EndUse.WATER:
            continue
        shown = {key: value / MICRO for key, value in values.items()}
        assert sum(values[f"active_power_l{n}"] for n in (1, 2, 3)) == values["active_power_total"]
        p, q, s = (shown[f"{kind}_power_total"] for kind in ("active", "reactive", "apparent"))
        assert s == pytest.approx((p * p + q * q) ** 0.5)
        assert p == pytest.approx(s * shown["power_factor_total"], rel=1e-4)
        amps = [shown[f"voltage_l{n}"] * shown[f"current_l{n}"] for n in (1, 2, 3)]
        assert sum(amps) == pytest.approx(s, rel=1e-4, abs=0.01)
        assert all(210 < shown[f"voltage_l{n}"] < 230 for n in (1, 2, 3))
        assert all(365 < shown[f"voltage_{line}"] < 398 for line in ("ab", "bc", "ca"))
        assert 49.9 < shown["frequency"] < 50.1


def test_phases_of_energy_add_up(meters, at_noon):
    for device, values in at_noon.items():
        if meters[device].meter.end_use not in (EndUse.WATER, EndUse.PV):
            assert (
                sum(values[f"import_active_energy_l{n}"] for n in (1, 2, 3)) == values["import_active_energy"]
            )
            assert values["import_active_energy"] == meters[device].counter_micro(1784085600_000000)


def test_an_inverter_sleeps_at_night(meters, us):
    pv = next(meter for meter in meters.values() if meter.meter.end_use is EndUse.PV)
    night, noon = pv.values(us(2026, 7, 15, 1)), pv.values(us(2026, 7, 15, 12))
    assert night["active_power_total"] == night["dc_power"] == night["pv1_voltage"] == 0
    assert night["device_status"] != noon["device_status"]
    assert noon["dc_power"] > noon["active_power_total"] > 0
    assert noon["generated_active_energy"] > night["generated_active_energy"]


def test_every_measure_of_every_template_is_simulated(meters, us):
    simulated = {measure for meter in meters.values() for measure in meter.values(us(2026, 7, 15, 12))}
    for name in templates.names():
        assert {register.measure for register in templates.load(name).registers} <= simulated, name


def test_every_register_of_the_city_holds_the_years_peak(meters, us):
    for meter in meters.values():
        start = us(2025, 11, 1)
        peak = start + int(meter.increments(start, us(2026, 11, 1)).argmax()) * 900_000_000
        values = meter.values(peak)
        for function in (3, 4):
            RegisterMap(meter.template).serve(function, 0, 65536, values)
        assert {register.measure for register in meter.template.registers} <= set(values)


def test_consumption_is_counted_by_a_counter(meters):
    for meter in meters.values():
        assert MEASURES[meter.measure].is_counter


REGISTERS = [
    Register(
        measure="import_active_energy",
        function=3,
        address=0,
        type=kind,
        order="ABCD",
        scale=Decimal(scale),
        unit="kWh",
    )
    for kind, scale in (
        (RegisterType.FLOAT32, "1"),
        (RegisterType.FLOAT32, "0.1"),
        (RegisterType.FLOAT64, "0.001"),
        (RegisterType.UINT32, "0.01"),
        (RegisterType.INT64, "0.001"),
    )
]


@pytest.mark.parametrize("register", REGISTERS, ids=lambda r: f"{r.type}*{r.scale}")
@given(micro=st.lists(st.integers(min_value=0, max_value=4 * 10**13), min_size=1))
def test_columns_of_counters_are_rounded_as_the_register_rounds_each(register, micro):
    column = served_counters(register, np.array(micro, dtype=np.int64)).tolist()
    assert column == [served(register, one) for one in micro]
    assert all(0 <= one <= exact for one, exact in zip(column, micro, strict=True))


@given(st.integers(min_value=1, max_value=4 * 10**13))
def test_a_float_counter_is_the_nearest_float_below_in_exact_arithmetic(micro):
    """The oracle must not lean on the code it judges: fractions and numpy's float32 alone."""
    [got] = served_counters(REGISTERS[0], np.array([micro], dtype=np.int64)).tolist()
    below = np.float32(micro / MICRO)
    while round(Fraction(float(below)) * MICRO) > micro:
        below = np.nextafter(below, np.float32(0))
    assert got == round(Fraction(float(below)) * MICRO)
    above = np.nextafter(below, np.float32(np.inf))
    assert Fraction(float(above)) * MICRO > micro - Fraction(1, 2)
