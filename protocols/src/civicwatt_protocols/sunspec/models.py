"""The information models we know, and their registers as measures."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from math import isfinite
from struct import Struct
from types import MappingProxyType
from typing import NamedTuple

from civicwatt_protocols.quantity import MICRO, to_micro
from civicwatt_protocols.toml import Table
from civicwatt_protocols.toml import decode as decode_toml

HEADER = 2  # registers of id and length, with which offsets in the models begin
MAX_SCALE = 10  # scale factors run from -10 to 10; 0x8000 is "not implemented"


class PointType(StrEnum):
    """Types of the points that we read; the value of each that means "not implemented"."""

    INT16 = "int16"
    UINT16 = "uint16"
    UINT32 = "uint32"
    UINT64 = "uint64"
    ACC32 = "acc32"
    ENUM16 = "enum16"
    FLOAT32 = "float32"


class _Coding(NamedTuple):
    struct: Struct
    not_implemented: int | None  # a float says NaN


_CODINGS = {
    PointType.INT16: _Coding(Struct(">h"), -0x8000),
    PointType.UINT16: _Coding(Struct(">H"), 0xFFFF),
    PointType.UINT32: _Coding(Struct(">I"), 0xFFFF_FFFF),
    PointType.UINT64: _Coding(Struct(">Q"), 0xFFFF_FFFF_FFFF_FFFF),
    PointType.ACC32: _Coding(Struct(">I"), 0),  # a counter that does not count stays at 0
    PointType.ENUM16: _Coding(Struct(">H"), 0xFFFF),
    PointType.FLOAT32: _Coding(Struct(">f"), None),
}


class Point(Table, frozen=True, kw_only=True):
    """One point: value = raw · 10**scale factor · scale, in the measure's unit.

    offset counts registers from the model's id; sf is the offset of the scale factor.
    """

    measure: str
    point: str
    offset: int
    type: PointType
    sf: int | None = None
    scale: Decimal = Decimal(1)

    @property
    def end(self) -> int:
        """The offset after the last register that the value needs, its scale factor included."""
        own = self.offset + _CODINGS[self.type].struct.size // 2
        return own if self.sf is None else max(own, self.sf + 1)


class ModelDefinition(Table, frozen=True, kw_only=True):
    """Models that have these points at the same offsets."""

    ids: tuple[int, ...]
    points: tuple[Point, ...]

    @property
    def end(self) -> int:
        """The offset after the last register that any point needs."""
        return max(point.end for point in self.points)


class _File(Table, frozen=True):
    models: tuple[ModelDefinition, ...]


@cache
def definitions() -> Mapping[int, ModelDefinition]:
    """What we read of each model, by its id."""
    origin = "models.toml"
    found = decode_toml(files(__package__).joinpath(origin).read_text("utf-8"), _File, origin)
    return MappingProxyType({id: one for one in found.models for id in one.ids})


def measures(models: Iterable[int]) -> tuple[str, ...]:
    """Every measure that devices with these models tell, once. Raises KeyError for an unknown model."""
    return tuple(dict.fromkeys(point.measure for id in models for point in definitions()[id].points))


def decode(model: int, data: bytes) -> list[tuple[str, float | None]]:
    """(measure, value) of each point that lies in the data; None where the device does not implement it.

    data: the model's registers after id and length, as many as there are. An unknown model has no measures.
    """
    definition = definitions().get(model)
    if definition is None:
        return []
    words = len(data) // 2 + HEADER
    return [(point.measure, _value(point, data)) for point in definition.points if point.end <= words]


def _value(point: Point, data: bytes) -> float | None:
    coding = _CODINGS[point.type]
    [raw] = coding.struct.unpack_from(data, 2 * (point.offset - HEADER))
    if raw == coding.not_implemented or not isfinite(raw):
        return None
    value = Decimal(raw) * point.scale
    if point.sf is not None:
        factor = int.from_bytes(data[2 * (point.sf - HEADER) :][:2], signed=True)
        if not -MAX_SCALE <= factor <= MAX_SCALE:
            return None
        value = value.scaleb(factor)
    return to_micro(value) / MICRO
