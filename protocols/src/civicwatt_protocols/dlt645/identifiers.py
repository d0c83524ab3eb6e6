"""The data identifiers of DL/T 645-2007 that we understand, from identifiers.toml."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from civicwatt_protocols.errors import UnknownIdentifier
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.quantity import MICRO
from civicwatt_protocols.toml import Table, decode

Status = Literal["table", "widths", "memory"]
_THOUSAND = {"kW": "W", "kvar": "var", "kVA": "VA"}  # the meter's unit → the measure's


class Identifier(Table, frozen=True, kw_only=True):
    """One row; format is number, time, or both with + between."""

    di: str
    zh: str
    en: str
    format: str
    status: Status
    unit: str = ""
    measure: str | None = None
    signed: bool = False

    @property
    def number(self) -> str:
        """The format of the number, "" without one."""
        return next((one for one in self.format.split(" + ") if one.startswith("X")), "")

    @property
    def time(self) -> str:
        """The format of the time, "" without one."""
        return next((one for one in self.format.split(" + ") if not one.startswith("X")), "")

    @property
    def number_size(self) -> int:
        """Bytes of the number: two digits each."""
        return (self.number.count("X") + 1) // 2

    @property
    def size(self) -> int:
        """Bytes of the whole."""
        return self.number_size + len(self.time) // 2

    @property
    def decimals(self) -> int:
        """Digits behind the point."""
        return len(self.number.partition(".")[2])

    @property
    def step_micro(self) -> int:
        """What one unit of the last digit is worth, in millionths of the measure's unit."""
        step: int = MICRO // 10**self.decimals * (1000 if self.unit in _THOUSAND else 1)
        return step

    @property
    def measure_unit(self) -> str:
        """The unit of the measure that this row feeds."""
        return _THOUSAND.get(self.unit, self.unit)

    @property
    def span_micro(self) -> int | None:
        """Where the counter begins at 0 again; None for gauges, and where a sign takes the top digit."""
        if self.measure is None or self.signed or not MEASURES[self.measure].is_counter:
            return None
        span: int = 10 ** self.number.count("X") * self.step_micro
        return span


class Block(Table, frozen=True, kw_only=True):
    """Several identifiers in one answer."""

    di: str
    of: tuple[str, ...]
    status: Status


class _Document(Table, frozen=True, kw_only=True):
    identifiers: tuple[Identifier, ...]
    blocks: tuple[Block, ...]


def items(di: str) -> tuple[Identifier, ...]:
    """The rows that the data of an identifier are made of. Raises UnknownIdentifier."""
    try:
        return table()[di.upper()]
    except KeyError:
        raise UnknownIdentifier(di=di) from None


def measures(di: str) -> tuple[str, ...]:
    """The measures that the data of an identifier tell, in their order. Raises UnknownIdentifier."""
    return tuple(row.measure for row in items(di) if row.measure)


@cache
def table() -> Mapping[str, tuple[Identifier, ...]]:
    """Every identifier, blocks too, and its rows."""
    text = files(__package__).joinpath("identifiers.toml").read_text("utf-8")
    document = decode(text, _Document, "dlt645/identifiers.toml")
    rows = {one.di: (one,) for one in document.identifiers}
    blocks = {block.di: tuple(rows[di][0] for di in block.of) for block in document.blocks}
    return MappingProxyType(rows | blocks)
