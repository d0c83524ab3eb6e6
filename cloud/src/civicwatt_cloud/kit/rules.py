"""Rule rows: every legal or standard constant is data with source, scope and validity; code holds none.

Of the rows of a rule that apply to a place on a day the narrowest holds: unit > county > city > province >
nation; there the one for the organ's level before the one for all, a local one before a shipped one, and the
latest effective one.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from civicwatt_cloud.kit.boundaries import Word, holds
from civicwatt_cloud.kit.directory import EVERYWHERE, Institution, Level, region_prefix
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.toml import Table, decode

NATION_WIDE = "nation"
OF_ONE = "institution:"  # before an institution's code
CODE_DIGITS = 6
NARROWEST = 4  # after nation, province, city, county


class Place(NamedTuple):
    """For whom a rule is asked: an institution's code, its division, and the level of the organ."""

    institution: str = ""
    region: str = EVERYWHERE
    level: Level | None = None


NATION = Place()


def place_of(institution: Institution) -> Place:
    """The place that an institution is."""
    return Place(institution.code, institution.region_code, Level(institution.level))


class RuleRow(Table, frozen=True, kw_only=True):
    """A constant with where it comes from; valid from a day until the day before `valid_to`."""

    id: str
    title: str
    title_en: str
    value: Decimal
    unit: str
    source: str
    clause: str
    valid_from: date
    status: str  # seen | national | local | choice | memory
    basis: str = ""
    valid_to: date | None = None
    scope: str = NATION_WIDE  # or a division's code, or institution:<code>
    level: Level | None = None  # only for organs of this level
    word: Word | None = None  # how the value bounds
    note: str = ""
    local: int = 0  # the number of an imported row; 0: it ships with CivicWatt

    def __post_init__(self) -> None:
        """Errors: ValueError."""
        is_code = len(self.scope) == CODE_DIGITS and self.scope.isascii() and self.scope.isdigit()
        if not (self.scope == NATION_WIDE or is_code or self.scope.removeprefix(OF_ONE) != self.scope):
            raise ValueError(f"scope {self.scope!r} is neither nation, a division's code, nor institution:…")

    @property
    def ref(self) -> str:
        """What a figure names as its basis: `housing.office_area/county/429900@2014-11-27#3`."""
        level = f"/{self.level}" if self.level else ""
        scope = "" if self.scope == NATION_WIDE else f"/{self.scope}"
        return f"{self.id}{level}{scope}@{self.valid_from}" + (f"#{self.local}" if self.local else "")

    def holds(self, value: Decimal | int) -> bool:
        """Whether a value in the row's unit keeps within its word. Errors: ValueError, without a word."""
        if self.word is None:
            raise ValueError(f"{self.ref} has no boundary word")
        return holds(self.word, value, self.value)

    def is_valid_on(self, day: date) -> bool:
        """Whether the row is in effect."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class _File(Table, frozen=True, kw_only=True):
    row: tuple[RuleRow, ...]


class Rules:
    """The rule rows of an installation, by id, place and day."""

    def __init__(self, rows: Iterable[RuleRow], origin: str = "") -> None:
        self._rows: dict[str, list[RuleRow]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.valid_from):
            if not row.local:
                self._alone(row, origin)
            self._rows[row.id].append(row)

    def _alone(self, row: RuleRow, origin: str) -> None:
        """Errors: BadValue, when a shipped row for the same organs is valid on the same day."""
        for other in self._rows[row.id]:
            if (other.scope, other.level, other.local) == (row.scope, row.level, 0) and other.is_valid_on(
                row.valid_from
            ):
                raise BadValue(origin, key=row.id, detail=f"two rows are valid on {row.valid_from}")

    def value(self, rule: str, as_of: date, place: Place = NATION) -> RuleRow:
        """The row of `rule` that holds for a place on a day. Errors: NoRule."""
        found = [
            (width, row.level is not None, bool(row.local), row.valid_from, row.local, row)
            for row in self._rows.get(rule, ())
            if row.is_valid_on(as_of) and (width := _narrowness(row, place)) is not None
        ]
        if not found:
            raise NoRule(rule=rule, as_of=as_of)
        return max(found, key=lambda one: one[:-1])[-1]

    def rows(self, rule: str) -> tuple[RuleRow, ...]:
        """All rows of a rule, the earliest first."""
        return tuple(self._rows.get(rule, ()))


def _narrowness(row: RuleRow, place: Place) -> int | None:
    """0 for the nation … 4 for one institution; None: the row is not for this place."""
    if row.level is not None and row.level != place.level:
        return None
    if row.scope == NATION_WIDE:
        return 0
    if row.scope.startswith(OF_ONE):
        return NARROWEST if row.scope.removeprefix(OF_ONE) == place.institution else None
    prefix = region_prefix(row.scope)
    return len(prefix) // 2 if region_prefix(place.region).startswith(prefix) else None


def parse(text: str, origin: str) -> tuple[RuleRow, ...]:
    """The rows of one file. Errors: BadToml, UnknownKey, BadValue."""
    return decode(text, _File, origin).row


@cache
def shipped() -> tuple[RuleRow, ...]:
    """The rows that ship with CivicWatt: of every reference/*.toml that holds some."""
    found: list[RuleRow] = []
    for file in sorted(files("civicwatt_cloud.reference").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml") and "\n[[row]]" in (text := file.read_text("utf-8")):
            found += parse(text, file.name)
    return tuple(found)


@cache
def load() -> Rules:
    """The rows that ship with CivicWatt; `rules_local.of` adds those of an installation."""
    return Rules(shipped())
