"""The closed list of measures: what a register may mean, in which unit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """How a measure behaves in time."""

    COUNTER = "counter"  # only ever rises; consumption is the difference of two readings
    GAUGE = "gauge"  # a momentary value


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure; key is the identifier in templates, catalogues and points."""

    key: str
    zh: str
    en: str
    unit: str
    kind: Kind

    @property
    def is_counter(self) -> bool:
        """Whether consumption is the difference of two readings."""
        return self.kind is Kind.COUNTER


_PHASES = (("_l1", "A相", "phase L1"), ("_l2", "B相", "phase L2"), ("_l3", "C相", "phase L3"))
_LINES = (("_ab", "AB线", "line AB"), ("_bc", "BC线", "line BC"), ("_ca", "CA线", "line CA"))
_TOTAL = ("_total", "总", "total")


def _gauges() -> Iterator[Measure]:
    for stem, zh, en, unit, places in (
        ("voltage", "电压", "voltage", "V", (*_PHASES, *_LINES)),
        ("current", "电流", "current", "A", _PHASES),
        ("active_power", "有功功率", "active power", "W", (_TOTAL, *_PHASES)),
        ("reactive_power", "无功功率", "reactive power", "var", (_TOTAL, *_PHASES)),
        ("apparent_power", "视在功率", "apparent power", "VA", (_TOTAL, *_PHASES)),
        ("power_factor", "功率因数", "power factor", "", (_TOTAL, *_PHASES)),
    ):
        for suffix, place_zh, place_en in places:
            yield Measure(stem + suffix, place_zh + zh, f"{en}, {place_en}", unit, Kind.GAUGE)
    for key, zh, en, unit in (
        ("frequency", "频率", "frequency", "Hz"),
        ("dc_power", "直流功率", "DC power", "W"),
        ("pv1_voltage", "光伏组串1电压", "PV string 1 voltage", "V"),
        ("pv1_current", "光伏组串1电流", "PV string 1 current", "A"),
        ("pv2_voltage", "光伏组串2电压", "PV string 2 voltage", "V"),
        ("pv2_current", "光伏组串2电流", "PV string 2 current", "A"),
        ("internal_temperature", "机内温度", "internal temperature", "°C"),
        ("device_status", "设备状态码", "device status code", ""),
        ("fault_code", "故障码", "fault code", ""),
        ("water_flow", "瞬时水流量", "water flow", "m³/h"),
        ("heat_power", "热功率", "heat power", "W"),
        ("heating_flow", "载热液体瞬时流量", "flow of the heating medium", "m³/h"),
        ("supply_temperature", "供水温度", "supply temperature", "°C"),
        ("return_temperature", "回水温度", "return temperature", "°C"),
    ):
        yield Measure(key, zh, en, unit, Kind.GAUGE)


def _counters() -> Iterator[Measure]:
    for key, zh, en, unit in (
        ("import_active_energy", "正向有功电能", "imported active energy", "kWh"),
        ("export_active_energy", "反向有功电能", "exported active energy", "kWh"),
        ("total_active_energy", "总有功电能", "total active energy", "kWh"),
        ("import_reactive_energy", "正向无功电能", "imported reactive energy", "kvarh"),
        ("export_reactive_energy", "反向无功电能", "exported reactive energy", "kvarh"),
        ("total_reactive_energy", "总无功电能", "total reactive energy", "kvarh"),
        ("generated_active_energy", "累计发电量", "generated active energy", "kWh"),
        ("water_volume", "累计用水量", "water volume", "m³"),
        ("gas_volume", "累计用气量", "gas volume", "m³"),
        ("heating_volume", "载热液体累积流量", "volume of the heating medium", "m³"),
        ("heat_energy", "累计热量", "heat energy", "GJ"),  # of kWh and MWh an exact multiple; not the reverse
        ("cooling_energy", "累计冷量", "cooling energy", "GJ"),
    ):
        yield Measure(key, zh, en, unit, Kind.COUNTER)
    for suffix, zh, en in _PHASES:
        key = f"import_active_energy{suffix}"
        yield Measure(key, f"{zh}正向有功电能", f"imported active energy, {en}", "kWh", Kind.COUNTER)
    for number in range(1, 5):  # by custom 1 尖, 2 峰, 3 平, 4 谷; the meter's time-of-use settings decide
        key, zh = f"import_active_energy_t{number}", f"费率{number}正向有功电能"
        yield Measure(key, zh, f"imported active energy, tariff {number}", "kWh", Kind.COUNTER)


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {measure.key: measure for measure in (*_gauges(), *_counters())}
)
