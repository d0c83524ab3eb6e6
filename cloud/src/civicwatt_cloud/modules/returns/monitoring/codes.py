"""Codes of buildings (10 characters) and of their energies (15). Pure.

Source: 分项能耗数据采集技术导则 (建科〔2008〕114号); what is confirmed: reference/monitoring_2008.toml.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from civicwatt_cloud.modules.returns.choices import BuildingClass
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_protocols.toml import Table, decode

FILE = "monitoring_2008.toml"
DIVISION, BUILDING, ENERGY = 6, 10, 15  # lengths


class BuildingCode(NamedTuple):
    """The division, the class and the number of a building: 429900A008."""

    division: str
    building_class: BuildingClass
    number: int

    def __str__(self) -> str:
        """Ten characters."""
        return f"{self.division}{self.building_class.value}{self.number:03}"

    def energy(self, use: EndUse) -> str:
        """Fifteen characters: the building, and what is measured there."""
        return f"{self}{item(use)}"


class _File(Table, frozen=True, kw_only=True):
    source: str
    status: str
    items: dict[EndUse, str]


@cache
def _items() -> dict[EndUse, str]:
    return decode(files("civicwatt_cloud.reference").joinpath(FILE).read_text("utf-8"), _File, FILE).items


def item(use: EndUse) -> str:
    """The five characters of an energy item."""
    return _items()[use]


def parse(code: str) -> tuple[BuildingCode, str]:
    """A code of 15 characters, taken apart. Errors: ValueError."""
    if len(code) != ENERGY or not (code.isascii() and code.isalnum()):
        raise ValueError(code)
    division, kind, number = code[:DIVISION], code[DIVISION], code[DIVISION + 1 : BUILDING]
    return BuildingCode(division, BuildingClass(kind), int(number)), code[BUILDING:]
