"""The meters of a drill and the file of the gateway that reads them."""

from dataclasses import dataclass
from datetime import date

from civicwatt_sim.scenario import Building, City, Dated, EndUse, Institution, InstitutionKind, Meter

DIVISION, GATEWAY = "429900", "gw-01"
INSTALLED = date(2026, 11, 16)
START_US = 1_794_961_500_000_000  # 2026-11-18 08:25 in Shanghai, a working day
FLOAT_METER, INTEGER_METER = "eastron/sdm630", "chint/dtsu666"
MEASURES = ("import_active_energy", "active_power_total", "voltage_l1", "current_l1", "frequency")

HEAD = """\
[gateway]
id = "{gateway}"
division = "{division}"
data = "data"
{options}
[broker]
port = {port}
{broker}
"""
BUS = """
[[bus]]
name = "b{number}"
url = "tcp://127.0.0.1:{port}"
timeout_ms = {timeout_ms}
"""
DEVICE = """
[[bus.device]]
id = "{device}"
unit = {unit}
template = "{template}"
interval_s = {interval_s}
measures = [{measures}]
"""


@dataclass(frozen=True)
class Shape:
    """How many meters, how often, how fast time runs."""

    meters: int = 6  # on each bus
    buses: int = 1
    interval_s: int = 10
    rate: float = 20.0  # of the clock of gateway and meters
    timeout_ms: int = 400
    measures: tuple[str, ...] = MEASURES
    dead: int = 0  # the first meters of each bus never answer
    options: str = ""  # further lines of [gateway]

    @property
    def interval_us(self) -> int:
        """The interval in µs of the clock."""
        return self.interval_s * 1_000_000


def name(bus: int, unit: int) -> str:
    """A device's name."""
    return f"M-{bus:02d}{unit:02d}"


def city(shape: Shape, seed: int) -> City:
    """One invented office with all the meters."""
    meters = tuple(
        Meter(
            device=name(bus, unit),
            name=f"照明 {bus}-{unit}",
            gateway=GATEWAY,
            bus=bus,
            unit=unit,
            template=_template(unit),
            end_use=EndUse.LIGHTING,
            rated_kw=20.0 + 3 * unit,
            answers=unit > shape.dead,
        )
        for bus in range(shape.buses)
        for unit in range(1, shape.meters + 1)
    )
    area = (Dated(INSTALLED, 9_000, "演练 drill"),)
    building = Building(code="YL01-1", name="演练楼", areas=area, meters=meters)
    office = Institution(
        code="YL01",
        name="演练单位",
        kind=InstitutionKind.GOVERNMENT,
        level="市级",
        heads=(),
        buildings=(building,),
    )
    return City(seed=seed, name="荆襄市", division=DIVISION, installed=INSTALLED, institutions=(office,))


def configuration(shape: Shape, bus_ports: list[int], broker_port: int, broker: str = "") -> str:
    """The gateway's file; `broker`: further lines about it."""
    text = HEAD.format(
        gateway=GATEWAY, division=DIVISION, options=shape.options, port=broker_port, broker=broker
    )
    measures = ", ".join(f'"{measure}"' for measure in shape.measures)
    for bus, port in enumerate(bus_ports):
        text += BUS.format(number=bus, port=port, timeout_ms=shape.timeout_ms)
        for unit in range(1, shape.meters + 1):
            text += DEVICE.format(
                device=name(bus, unit),
                unit=unit,
                template=_template(unit),
                interval_s=shape.interval_s,
                measures=measures,
            )
    return text


def _template(unit: int) -> str:
    return FLOAT_METER if unit % 2 else INTEGER_METER
