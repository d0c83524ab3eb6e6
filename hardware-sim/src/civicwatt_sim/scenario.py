"""A simulated city: who uses energy, in which buildings, through which meters. One JSON file."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from civicwatt_sim.errors import BadScenario


class InstitutionKind(StrEnum):
    """What an institution does; it decides when its people are there."""

    GOVERNMENT = "government"
    EDUCATION = "education"
    MEDICAL = "medical"
    VENUE = "venue"

    @property
    def zh(self) -> str:
        """The Chinese title."""
        return {"government": "党政机关", "education": "教育", "medical": "医疗", "venue": "场馆"}[self.value]


class EndUse(StrEnum):
    """What a meter measures: the four groups of electricity, generation and water.

    Source: 国家机关办公建筑和大型公共建筑能耗监测系统 (2008), groups A to D.
    """

    LIGHTING = "lighting"
    HVAC = "hvac"
    POWER = "power"
    SPECIAL = "special"
    PV = "pv"
    WATER = "water"

    @property
    def zh(self) -> str:
        """The Chinese title."""
        return _END_USE_ZH[self.value]


_END_USE_ZH = {
    "lighting": "照明插座",
    "hvac": "空调",
    "power": "动力",
    "special": "特殊用电",
    "pv": "光伏",
    "water": "用水",
}


class BusProtocol(StrEnum):
    """What is spoken on a bus; all but the first on a line behind a serial server."""

    MODBUS_TCP = "modbus_tcp"
    MODBUS_RTU = "modbus_rtu"
    DLT645 = "dlt645"
    CJT188 = "cjt188"


class Dated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number that holds from a day on, with the paper that says so."""

    valid_from: date
    value: int
    source: str


Rating = Annotated[float, msgspec.Meta(ge=0, le=100_000)]  # engineering default: a large substation


class Meter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One meter: where it hangs, what it measures, how large its load can be.

    All meters of a bus speak its protocol; the unit is also the address of a DL/T 645 or CJ/T 188 meter.
    """

    device: str
    name: str
    gateway: str
    bus: Annotated[int, msgspec.Meta(ge=0, le=255)]
    unit: Annotated[int, msgspec.Meta(ge=1, le=247)]
    template: str
    end_use: EndUse
    protocol: BusProtocol = BusProtocol.MODBUS_TCP
    rated_kw: Rating = 0.0
    rated_m3h: Rating = 0.0
    answers: bool = True


class Building(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A building; `areas` are floor areas [m²]."""

    code: str
    name: str
    areas: tuple[Dated, ...]
    meters: tuple[Meter, ...]


class Institution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invented public institution; `heads` are its energy users, empty where unknown."""

    code: str
    name: str
    kind: InstitutionKind
    level: str
    heads: tuple[Dated, ...]
    buildings: tuple[Building, ...]


class City(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole scenario; the meters count from the start of the day `installed`."""

    seed: int
    name: str
    division: str
    installed: date
    institutions: tuple[Institution, ...]

    def meters(self) -> Iterator[tuple[Institution, Building, Meter]]:
        """Every meter with the building and the institution it belongs to."""
        for institution in self.institutions:
            for building in institution.buildings:
                for meter in building.meters:
                    yield institution, building, meter


def read_city(path: Path) -> City:
    """Read and check a scenario file; raises BadScenario."""
    try:
        city = msgspec.json.decode(path.read_bytes(), type=City)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadScenario(str(path), problem=error) from error
    meters = [meter for _, _, meter in city.meters()]
    doubles = [name for name, count in Counter(m.device for m in meters).items() if count > 1]
    doubles += [f"{at}" for at, count in Counter((m.bus, m.unit) for m in meters).items() if count > 1]
    if doubles:
        raise BadScenario(str(path), problem=f"重复 duplicate: {', '.join(doubles)}")
    spoken = Counter(bus for bus, _ in {(meter.bus, meter.protocol) for meter in meters})
    if mixed := [str(bus) for bus, protocols in spoken.items() if protocols > 1]:
        raise BadScenario(str(path), problem=f"同一总线多种规约 several protocols on bus {', '.join(mixed)}")
    return city


def write_city(city: City, path: Path) -> None:
    """Write a scenario file."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(city), indent=1) + b"\n")
