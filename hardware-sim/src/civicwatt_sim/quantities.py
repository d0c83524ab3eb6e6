"""What a meter shows besides its counter: every measure from one counter, in exact micro units.

A momentary power is the step's increment over the step's duration; voltage, current, power factor and
reactive energy agree with it, on three equal phases. Simulation assumptions, no measurement.
"""

from math import isqrt

import numpy as np

from civicwatt_protocols.quantity import MICRO
from civicwatt_sim import seeded
from civicwatt_sim.scenario import EndUse

UW_PER_STEP_UKWH = 4_000  # 1 µkWh in a quarter hour is 4,000 µW
PER_HOUR = 4  # steps
NOMINAL_V = 220 * MICRO
# reactive by active power, in thousandths: cos φ about 0.97, 0.90, 0.85, 0.95, 1.0
TAN_PHI = {EndUse.LIGHTING: 250, EndUse.HVAC: 484, EndUse.POWER: 620, EndUse.SPECIAL: 329, EndUse.PV: 0}
# Huawei SUN2000 register 32089: 0x0200 on-grid, 0xA000 standby without sun (values known from public code)
ON_GRID, NO_SUN = 0x0200, 0xA000
INVERTER_EFFICIENCY = 984  # thousandths

Values = dict[str, int]


def water(volume: int, increment: int) -> Values:
    """Measures of a water meter [micro m³, micro m³/h]."""
    return {"water_volume": volume, "water_flow": increment * PER_HOUR}


def electric(end_use: EndUse, energy: int, increment: int, step: int, key: int) -> Values:
    """Measures of a three-phase meter, or of an inverter, from its energy [micro kWh]."""
    tan = TAN_PHI[end_use]
    power = increment * UW_PER_STEP_UKWH
    values: Values = {}
    _powers(values, power, tan)
    _grid(values, step, key)
    reactive = energy * tan // 1000
    if end_use is EndUse.PV:
        values |= {"generated_active_energy": energy, "export_active_energy": energy}
        values |= {"import_active_energy": 0, "total_active_energy": energy}
        _inverter(values, power)
    else:
        values |= {"import_active_energy": energy, "total_active_energy": energy, "export_active_energy": 0}
    values |= {"import_reactive_energy": reactive, "total_reactive_energy": reactive}
    values["export_reactive_energy"] = 0
    for phase, part in enumerate(_thirds(values["import_active_energy"]), start=1):
        values[f"import_active_energy_l{phase}"] = part
    return values


def _powers(values: Values, power: int, tan: int) -> None:
    reactive = power * tan // 1000
    apparent = isqrt(power * power + reactive * reactive)
    factor = MICRO * 1000 * MICRO // isqrt((1_000_000 + tan * tan) * MICRO * MICRO)
    for stem, total in (
        ("active_power", power),
        ("reactive_power", reactive),
        ("apparent_power", apparent),
    ):
        values[f"{stem}_total"] = total
        for phase, part in enumerate(_thirds(total), start=1):
            values[f"{stem}_l{phase}"] = part
    for place in ("total", "l1", "l2", "l3"):
        values[f"power_factor_{place}"] = factor


def _grid(values: Values, step: int, key: int) -> None:
    """Voltage about 220 V ± 2 %, frequency 50 ± 0.03 Hz, and the currents that follow."""
    draws = seeded.uniform(key, np.arange(step * 4, step * 4 + 4, dtype=np.int64))
    volts = [NOMINAL_V + int((draw - 0.45) * 9 * MICRO) for draw in draws[:3]]
    for phase, volt in enumerate(volts, start=1):
        values[f"voltage_l{phase}"] = volt
        values[f"current_l{phase}"] = values[f"apparent_power_l{phase}"] * MICRO // volt
    for line, (a, b) in {"ab": (0, 1), "bc": (1, 2), "ca": (2, 0)}.items():
        one, other = volts[a], volts[b]
        values[f"voltage_{line}"] = isqrt(one * one + other * other + one * other)  # 120° apart
    values["frequency"] = 50 * MICRO + int((draws[3] - 0.5) * 0.06 * MICRO)


def _inverter(values: Values, power: int) -> None:
    running = power > 0
    direct = power * 1000 // INVERTER_EFFICIENCY
    string_v = 640 * MICRO if running else 0
    values |= {
        "dc_power": direct,
        "pv1_voltage": string_v,
        "pv2_voltage": string_v,
        # an inverter has many strings; two of a dozen are shown
        "pv1_current": direct * MICRO // string_v // 12 if running else 0,
        "pv2_current": direct * MICRO // string_v // 12 if running else 0,
        "internal_temperature": 25 * MICRO + min(power // 10_000, 25 * MICRO),
        "device_status": (ON_GRID if running else NO_SUN) * MICRO,
        "fault_code": 0,
    }


def _thirds(total: int) -> tuple[int, int, int]:
    third = total // 3
    return third, third, total - 2 * third
