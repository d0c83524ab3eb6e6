"""Can these values be true? Looks that a wrong template, scale or byte order hardly passes.

The limits are engineering defaults for low-voltage networks of 50 and 60 Hz, wide enough for any real meter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from civicwatt_protocols.measures import MEASURES

Values = Mapping[str, float | None]

PHASE_V, LINE_V = (80.0, 320.0), (140.0, 560.0)
FREQUENCY_HZ = (45.0, 65.0)
LARGEST_A = 10_000.0
LARGEST_COUNT = 10_000_000.0  # kWh, kvarh, m³ or GJ on one meter
SHARE, REST = 0.02, 5.0  # sums agree within 2 % and 5 units: phases and total are read an instant apart
PHASES = ("l1", "l2", "l3")


@dataclass(frozen=True, slots=True)
class Check:
    """One look at values that belong together. A strong one is passed by chance only rarely."""

    ok: bool
    measures: tuple[str, ...]
    zh: str
    en: str
    strong: bool = False


def judge(values: Values, earlier: Values | None = None, seconds: float = 0.0) -> list[Check]:
    """Every look that the values allow; with earlier values also whether counters rise as the power says."""
    found = [*_voltages(values), *_ranges(values), *_sums(values), *_power(values), *_counters(values)]
    return found if earlier is None else [*found, *_rises(earlier, values, seconds)]


def share(checks: list[Check]) -> float:
    """Passed looks among all; half of it where no strong one is passed, 0 without any look."""
    if not checks:
        return 0.0
    passed = sum(check.ok for check in checks) / len(checks)
    return passed if any(check.ok and check.strong for check in checks) else passed / 2


def _given(values: Values, *measures: str) -> dict[str, float]:
    return {one: value for one in measures if (value := values.get(one)) is not None}


def _voltages(values: Values) -> Iterator[Check]:
    for names, (low, high), zh, en in (
        (("voltage_l1", "voltage_l2", "voltage_l3"), PHASE_V, "相电压", "phase voltage"),
        (("voltage_ab", "voltage_bc", "voltage_ca"), LINE_V, "线电压", "line voltage"),
    ):
        found = _given(values, *names)
        if found:  # a phase that is not connected shows 0 or the little that is induced
            live = [value for value in found.values() if low <= value <= high]
            dead = [value for value in found.values() if 0 <= value < low / 2]
            ok = bool(live) and len(live) + len(dead) == len(found)
            yield Check(ok, tuple(found), f"{zh} {low:g}–{high:g} V", f"{en} {low:g}–{high:g} V", strong=True)


def _ranges(values: Values) -> Iterator[Check]:
    low, high = FREQUENCY_HZ
    for one, value in _given(values, "frequency").items():
        yield Check(
            low <= value <= high, (one,), f"频率 {low:g}–{high:g} Hz", f"frequency {low:g}–{high:g} Hz", True
        )
    factors = _given(values, *(f"power_factor_{place}" for place in ("total", *PHASES)))
    if factors:
        ok = all(abs(value) <= 1.0 for value in factors.values())
        yield Check(ok, tuple(factors), "功率因数 −1…1", "power factor −1…1")
    currents = _given(values, *(f"current_{phase}" for phase in PHASES))
    if currents:
        ok = all(abs(value) <= LARGEST_A for value in currents.values())
        yield Check(ok, tuple(currents), f"电流不大于 {LARGEST_A:g} A", f"current at most {LARGEST_A:g} A")


def _sums(values: Values) -> Iterator[Check]:
    for stem, total in (
        ("active_power", "active_power_total"),
        ("reactive_power", "reactive_power_total"),
        ("import_active_energy", "import_active_energy"),
    ):
        parts = _given(values, *(f"{stem}_{phase}" for phase in PHASES))
        whole = values.get(total)
        if len(parts) == len(PHASES) and whole is not None:
            ok = abs(sum(parts.values()) - whole) <= SHARE * abs(whole) + REST
            zh = f"三相之和 = {MEASURES[total].zh}"
            yield Check(ok, (*parts, total), zh, f"sum of the phases = {MEASURES[total].en}")


def _power(values: Values) -> Iterator[Check]:
    volts = _given(values, *(f"voltage_{phase}" for phase in PHASES))
    amperes = _given(values, *(f"current_{phase}" for phase in PHASES))
    power = values.get("active_power_total")
    if power is None or not volts or len(volts) != len(amperes):
        return
    apparent = sum(u * abs(i) for u, i in zip(volts.values(), amperes.values(), strict=True))
    ok = abs(power) <= apparent * 1.1 + 50.0  # W; the last digit of a small current
    measures = (*volts, *amperes, "active_power_total")
    yield Check(ok, measures, "有功功率不大于 电压×电流", "active power at most voltage × current")


def _counters(values: Values) -> Iterator[Check]:
    found = _given(values, *(key for key, measure in MEASURES.items() if measure.is_counter))
    if found:
        ok = all(0 <= value <= LARGEST_COUNT for value in found.values())
        yield Check(ok, tuple(found), f"累计量 0–{LARGEST_COUNT:g}", f"counters 0–{LARGEST_COUNT:g}")


def _rises(earlier: Values, values: Values, seconds: float) -> Iterator[Check]:
    for key in (key for key, measure in MEASURES.items() if measure.is_counter):
        before, after = earlier.get(key), values.get(key)
        if before is None or after is None:
            continue
        zh, en = MEASURES[key].zh, MEASURES[key].en
        yield Check(after >= before, (key,), f"{zh}只增不减", f"{en} only rises")
        power = max(abs(one.get("active_power_total") or 0.0) for one in (earlier, values))
        if MEASURES[key].unit == "kWh" and "active_power_total" in values:
            most_kwh = 2 * power * seconds / 3_600_000 + 1.0  # a digit of a coarse register
            ok = after - before <= most_kwh
            yield Check(ok, (key,), f"{zh}的增量与功率相符", f"the rise of {en} agrees with the power")
