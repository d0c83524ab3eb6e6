"""What stands where in the content of a CJ/T 188 answer to 901F.

Water and gas, L = 16H: current and settled volume, time, status. Heat, L = 2EH: settled and current heat,
power, flow, volume, two temperatures, working hours, time, status. Source: layouts seen in public codecs
(xijunzhou/sdqr_energy_node_class Src/meter/cj188.h) and frames. The meaning of the status bits differs
between makers and is not told.
"""

from dataclasses import dataclass

from .dialects import Quantity


@dataclass(frozen=True, slots=True)
class Slot:
    """One place: a figure with its unit (quantity), or plain BCD of size bytes, 0 for time and status."""

    zh: str
    en: str
    quantity: Quantity | None = None
    measure: str | None = None
    size: int = 5
    decimals: int = 2
    unit: str = ""


TIME_SIZE, STATUS_SIZE = 7, 2


def layout(meter_type: int) -> tuple[Slot, ...] | None:
    """The slots before time and status; None for a kind of meter whose layout we do not know."""
    match meter_type >> 4:
        case 1:
            return _volumes("water_volume")
        case 2:
            return _heat("cooling_energy" if meter_type == 0x21 else "heat_energy")
        case 3:
            return _volumes("gas_volume")
    return None


def measures(meter_type: int) -> tuple[str, ...]:
    """The measures that the content tells, in its order; none for a kind of meter that we do not know."""
    return tuple(slot.measure for slot in layout(meter_type) or () if slot.measure)


def content_size(slots: tuple[Slot, ...]) -> int:
    """Bytes of the whole content."""
    return sum(slot.size for slot in slots) + TIME_SIZE + STATUS_SIZE


def _volumes(measure: str) -> tuple[Slot, ...]:
    return (
        Slot("当前累积流量", "current volume", Quantity.VOLUME, measure),
        Slot("结算日累积流量", "volume at the settling day", Quantity.VOLUME),
    )


def _heat(measure: str) -> tuple[Slot, ...]:
    return (
        Slot("结算日热量", "heat at the settling day", Quantity.ENERGY),
        Slot("当前热量", "current heat", Quantity.ENERGY, measure),
        Slot("热功率", "heat power", Quantity.POWER, "heat_power"),
        Slot("流量", "flow", Quantity.FLOW, "heating_flow"),
        Slot("累积流量", "volume", Quantity.VOLUME, "heating_volume"),
        Slot("供水温度", "supply temperature", None, "supply_temperature", 3, 2, "°C"),
        Slot("回水温度", "return temperature", None, "return_temperature", 3, 2, "°C"),
        Slot("累计工作时间", "working hours", None, None, 3, 0, "h"),
    )
