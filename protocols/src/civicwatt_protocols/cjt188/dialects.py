"""What differs between makers of CJ/T 188 meters, from dialects.toml."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta

from civicwatt_protocols.errors import UnknownDialect
from civicwatt_protocols.toml import Table, decode


class Quantity(StrEnum):
    """What a unit measures."""

    ENERGY = "energy"
    POWER = "power"
    VOLUME = "volume"
    FLOW = "flow"


class Unit(Table, frozen=True, kw_only=True):
    """A unit code: one unit is factor of the measure's unit."""

    code: Annotated[str, Meta(pattern="^[0-9A-F]{2}\\Z")]
    unit: str
    quantity: Quantity
    factor: Decimal
    decimals: int = 2


class Dialect(Table, frozen=True, kw_only=True):
    """One way to fill the content; its units add to, and override, those of `standard`."""

    name: str
    zh: str
    en: str
    units: tuple[Unit, ...] = ()
    unit_first: bool = False
    time_high_first: bool = False


class _Document(Table, frozen=True, kw_only=True):
    dialects: tuple[Dialect, ...]


def dialect(name: str = "standard") -> Dialect:
    """A dialect by its name. Raises UnknownDialect."""
    try:
        return dialects()[name]
    except KeyError:
        raise UnknownDialect(name=name, known=", ".join(dialects())) from None


def units(of: Dialect) -> Mapping[int, Unit]:
    """A dialect's units by code."""
    return {int(one.code, 16): one for one in (*dialect().units, *of.units)}


@cache
def dialects() -> Mapping[str, Dialect]:
    """All dialects by name."""
    text = files(__package__).joinpath("dialects.toml").read_text("utf-8")
    document = decode(text, _Document, "cjt188/dialects.toml")
    return MappingProxyType({one.name: one for one in document.dialects})
