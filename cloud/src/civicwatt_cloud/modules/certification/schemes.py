"""The schemes: versioned data of reference/schemes, and the rows that an installation adds. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from civicwatt_protocols.toml import Table, decode

Figure = Literal["energy_per_area", "energy_per_capita", "water_per_capita"]


class Band(Table, frozen=True, kw_only=True):
    """So many points up to this ratio to the mean of the same type."""

    up_to: Decimal
    points: Decimal


class Item(Table, frozen=True, kw_only=True):
    """A line of a scheme: with a figure it is scored by its bands, else declared with a document."""

    key: str
    section: str
    title: str
    title_en: str
    points: Decimal
    star: bool = False  # ★: none may be scored 0
    is_condition: bool = False  # has no points: it holds, or the whole is failed
    each: Decimal = Decimal(0)  # points of one of several things, up to `points`
    figure: Figure | None = None
    bands: tuple[Band, ...] = ()
    full_with: str = ""  # whoever holds this award has all points


class Section(Table, frozen=True, kw_only=True):
    """A chapter of a scheme."""

    key: str
    title: str
    title_en: str
    points: Decimal


class Scheme(Table, frozen=True, kw_only=True):
    """A version of a scheme, valid from a day until the day before `valid_to`; without a total: not found."""

    kind: str
    version: str
    title: str
    title_en: str
    valid_from: date
    source: str
    status: str
    total: Decimal | None = None
    pass_mark: Decimal | None = None
    valid_to: date | None = None
    note: str = ""
    section: tuple[Section, ...] = ()
    item: tuple[Item, ...] = ()

    @property
    def name(self) -> str:
        """What a certification names as its basis: `model_unit@2011`."""
        return f"{self.kind}@{self.version}"

    @property
    def unlisted(self) -> Decimal | None:
        """The points whose items nobody has imported; None: not even the total is known."""
        return None if self.total is None else self.total - sum((one.points for one in self.item), Decimal(0))

    def one(self, key: str) -> Item | None:
        """The item of that key."""
        return next((one for one in self.item if one.key == key), None)

    def with_items(self, more: Iterable[Item]) -> "Scheme":
        """The scheme with an installation's own items: one of the same key replaces ours."""
        items = {one.key: one for one in (*self.item, *more)}
        return msgspec.structs.replace(self, item=tuple(items.values()))


@cache
def shipped() -> Mapping[str, Scheme]:
    """The schemes that ship with CivicWatt, by name."""
    folder = files("civicwatt_cloud.reference") / "schemes"
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
    found = [decode((folder / name).read_text("utf-8"), Scheme, name) for name in names]
    return {one.name: one for one in found}


def in_force(schemes: Iterable[Scheme], kind: str, on: date) -> Scheme | None:
    """The latest version of a kind that is valid on a day."""
    valid = [
        one
        for one in schemes
        if one.kind == kind and one.valid_from <= on and (one.valid_to is None or on < one.valid_to)
    ]
    return max(valid, key=lambda one: one.valid_from, default=None)
