"""A field of a record, described once: what it is called, its unit, who sees and who writes it.

The description lies on the column (`info["field"]`); list, form, filter, validation, workbook, audit and
search read it there. Quantities are whole numbers of their smallest unit: 分, 0.01 m², m.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Integer, String, inspect
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

from civicwatt_cloud.kit.records.choices import Choice, Sensitivity


class Kind(StrEnum):
    """How a field is read, shown and edited."""

    TEXT = "text"
    NOTE = "note"  # of several lines
    NUMBER = "number"  # with `digits` decimals
    DATE = "date"
    MOMENT = "moment"  # UTC µs
    CHECK = "check"
    CHOICE = "choice"
    REFERENCE = "reference"  # the id of another record


@dataclass(frozen=True, slots=True)
class Field:
    """What is known of a field."""

    zh: str
    en: str
    kind: Kind
    unit: str = ""
    digits: int = 0
    length: int = 0
    least: int | None = None  # in the smallest unit
    choices: type[Choice] | None = None
    target: str = ""  # the table of the other record
    is_ordinal: bool = False  # a number that names, as that of a year: no separators of thousands
    is_personal: bool = False  # masked for whom the entity does not name in `sees_personal`
    is_computed: bool = False  # written by use cases only, never by a form or a workbook
    sensitivity: Sensitivity = Sensitivity.INTERNAL


def text(zh: str, en: str, *, length: int = 200, unique: bool = False, **more: Any) -> MappedColumn[Any]:
    """A short text."""
    return _column(String(length), Field(zh, en, Kind.TEXT, length=length, **more), unique=unique)


def note(zh: str, en: str, *, length: int = 4000, **more: Any) -> MappedColumn[Any]:
    """A text of several lines."""
    return _column(String(length), Field(zh, en, Kind.NOTE, length=length, **more))


def number(
    zh: str, en: str, unit: str = "", *, digits: int = 0, least: int | None = 0, **more: Any
) -> MappedColumn[Any]:
    """A whole number of 10^-digits of the unit; not below `least`."""
    return _column(BigInteger(), Field(zh, en, Kind.NUMBER, unit, digits, least=least, **more))


def year(zh: str, en: str, **more: Any) -> MappedColumn[Any]:
    """A year of the calendar."""
    return number(zh, en, is_ordinal=True, **more)


def money(zh: str, en: str, *, least: int | None = 0, **more: Any) -> MappedColumn[Any]:
    """An amount [分], shown in 元."""
    return number(zh, en, "元", digits=2, least=least, **more)


def area(zh: str, en: str, **more: Any) -> MappedColumn[Any]:
    """An area [0.01 m²], shown in m²."""
    return number(zh, en, "m²", digits=2, **more)


def day(zh: str, en: str, **more: Any) -> MappedColumn[Any]:
    """A business date."""
    return _column(Date(), Field(zh, en, Kind.DATE, **more))


def moment(zh: str, en: str, **more: Any) -> MappedColumn[Any]:
    """An instant, UTC µs."""
    return _column(BigInteger(), Field(zh, en, Kind.MOMENT, **more))


def check(zh: str, en: str, **more: Any) -> MappedColumn[Any]:
    """Yes or no; no unless it is said."""
    return _column(Boolean(), Field(zh, en, Kind.CHECK, **more), default=False)


def choice(
    zh: str, en: str, choices: type[Choice], *, default: Choice | None = None, **more: Any
) -> MappedColumn[Any]:
    """One of a closed list, stored as its value."""
    return _column(String(32), Field(zh, en, Kind.CHOICE, choices=choices, **more), default=default)


def reference(zh: str, en: str, target: str, **more: Any) -> MappedColumn[Any]:
    """The id of a record of another table; who may write the one must see the other."""
    return _column(
        Integer(), Field(zh, en, Kind.REFERENCE, target=target, **more), ForeignKey(f"{target}.id")
    )


def _column(
    type_: Any, field: Field, *constraints: Any, unique: bool = False, default: object = None
) -> MappedColumn[Any]:
    return mapped_column(
        type_,
        *constraints,
        unique=unique or None,
        index=bool(constraints) or None,
        default=default,
        info={"field": field},
    )


@cache
def fields_of(model: type[DeclarativeBase]) -> Mapping[str, Field]:
    """The described columns of a model, in the order in which they stand there."""
    columns = inspect(model).columns
    return {name: column.info["field"] for name, column in columns.items() if "field" in column.info}


def is_required(model: type[DeclarativeBase], name: str) -> bool:
    """Whether a new record must name this field."""
    column = inspect(model).columns[name]
    return not column.nullable and column.default is None
