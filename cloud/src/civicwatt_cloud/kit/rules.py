"""Rule rows: every legal or standard constant is data with source, clause and validity; code holds none."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from importlib.resources import files

from civicwatt_cloud.kit.errors import NoRule
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.toml import Table, decode

FILES = ("coal_factors.toml",)


class RuleRow(Table, frozen=True):
    """A constant with where it comes from; valid from a day until the day before `valid_to`."""

    id: str
    title: str
    title_en: str
    value: Decimal
    unit: str
    basis: str
    source: str
    clause: str
    valid_from: date
    status: str
    valid_to: date | None = None
    note: str = ""


class _File(Table, frozen=True):
    row: tuple[RuleRow, ...]


class Rules:
    """The rule rows of an installation, by id and day."""

    def __init__(self, rows: Iterable[RuleRow], origin: str = "") -> None:
        self._rows: dict[str, list[RuleRow]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.valid_from):
            earlier = self._rows[row.id]
            if earlier and (earlier[-1].valid_to is None or earlier[-1].valid_to > row.valid_from):
                raise BadValue(origin, key=row.id, detail=f"two rows are valid on {row.valid_from}")
            earlier.append(row)

    def value(self, rule: str, as_of: date) -> RuleRow:
        """The row of `rule` that is valid on that day. Errors: NoRule."""
        for row in self._rows.get(rule, ()):
            if row.valid_from <= as_of and (row.valid_to is None or as_of < row.valid_to):
                return row
        raise NoRule(rule=rule, as_of=as_of)


def parse(text: str, origin: str) -> tuple[RuleRow, ...]:
    """The rows of one file. Errors: BadToml, UnknownKey, BadValue."""
    return decode(text, _File, origin).row


def load() -> Rules:
    """The rows that ship with CivicWatt."""
    folder = files("civicwatt_cloud.reference")
    return Rules(row for name in FILES for row in parse((folder / name).read_text("utf-8"), name))
