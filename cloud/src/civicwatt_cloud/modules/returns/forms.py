"""The forms of the returns, versioned data of reference/return_forms.toml. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from civicwatt_cloud.modules.returns.choices import PeriodKind
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse
from civicwatt_protocols.toml import Table, decode

FILE = "return_forms.toml"
MONEY, MONEY_DIGITS = "元", 2
COST = "_cost"  # after an amount's code: what it cost


class FormField(Table, frozen=True, kw_only=True):
    """A line of a form; one with `cost` has a second cell, in 元."""

    code: str
    zh: str
    en: str
    unit: str
    digits: int = 0
    nature: Literal["flow", "stock"] = "flow"
    required: bool = False
    cost: bool = False
    uses: tuple[EndUse, ...] = ()  # whose consumption it is
    fact: Literal["", "head_count", "floor_area"] = ""  # of the directory
    part_of: str = ""

    @property
    def carrier(self) -> Carrier | None:
        """What flows."""
        return self.uses[0].carrier if self.uses else None


class FormModule(Table, frozen=True, kw_only=True):
    """A table of a form."""

    key: str
    zh: str
    en: str
    status: str
    kinds: tuple[PeriodKind, ...]
    fields: tuple[FormField, ...]


class Form(Table, frozen=True, kw_only=True):
    """A version of the forms, valid from a day until the day before `valid_to`."""

    version: str
    zh: str
    en: str
    valid_from: date
    source: str
    status: str
    module: tuple[FormModule, ...]
    valid_to: date | None = None

    def modules(self, kind: PeriodKind) -> tuple[FormModule, ...]:
        """The tables of a kind of return."""
        return tuple(one for one in self.module if kind in one.kinds)

    def lines(self, kind: PeriodKind) -> Iterator[FormField]:
        """All lines of a kind of return."""
        for module in self.modules(kind):
            yield from module.fields

    def cells(self, kind: PeriodKind) -> "Mapping[str, Cell]":
        """All cells of a kind of return, in their order."""
        return _cells(self, kind)


class Cell(Table, frozen=True, kw_only=True):
    """A place in a form where a number stands."""

    code: str
    line: FormField
    zh: str
    en: str
    unit: str
    digits: int
    is_cost: bool


class Check(Table, frozen=True, kw_only=True):
    """A check before a return is filed."""

    id: str
    zh: str
    en: str
    source: str
    status: str
    limit: str = ""  # the rule row that holds its figure
    blocks: bool = False
    asks: bool = False


class _File(Table, frozen=True, kw_only=True):
    form: tuple[Form, ...]
    check: tuple[Check, ...]


@cache
def _file() -> _File:
    return decode(files("civicwatt_cloud.reference").joinpath(FILE).read_text("utf-8"), _File, FILE)


def checks() -> Mapping[str, Check]:
    """The checks by their ids, in order."""
    return {one.id: one for one in _file().check}


def versions() -> Mapping[str, Form]:
    """The versions of the forms."""
    return {one.version: one for one in _file().form}


def form_on(day: date) -> Form:
    """The version that is in force; before the first one, the first."""
    found = [one for one in _file().form if one.valid_from <= day]
    return found[-1] if found else _file().form[0]


@cache
def _cells(form: Form, kind: PeriodKind) -> Mapping[str, Cell]:
    found: dict[str, Cell] = {}
    for line in form.lines(kind):
        found[line.code] = Cell(
            code=line.code,
            line=line,
            zh=line.zh,
            en=line.en,
            unit=line.unit,
            digits=line.digits,
            is_cost=False,
        )
        if line.cost:
            code = line.code + COST
            found[code] = Cell(
                code=code,
                line=line,
                zh=f"{line.zh}费用",
                en=f"cost of {line.en}",
                unit=MONEY,
                digits=MONEY_DIGITS,
                is_cost=True,
            )
    return found
