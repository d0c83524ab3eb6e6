"""What a person writes down about a project, as TOML: non-routine adjustments."""

from datetime import date
from pathlib import Path

from msgspec import field

from civicwatt_cloud.analysis.savings.adjustments import Adjustment
from civicwatt_protocols.errors import FileUnusable
from civicwatt_protocols.toml import Table, decode, text_of


class _Adjustment(Table, frozen=True, kw_only=True):
    first: date = field(name="from")
    last: date = field(name="to")
    reason: str
    document: str
    amount_per_day: float | None = None
    factor: float | None = None


class _Adjustments(Table, frozen=True, kw_only=True):
    adjustment: tuple[_Adjustment, ...]


def adjustments(path: Path) -> list[Adjustment]:
    """Tables `[[adjustment]]`: from, to (the last day), amount_per_day or factor, reason, document.

    Errors: FileUnusable, BadToml, UnknownKey, BadValue, BadAdjustment.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileUnusable(str(path), detail=str(error)) from error
    read = decode(text_of(data, path.name), _Adjustments, path.name)
    return [
        Adjustment(one.first, one.last, one.reason, one.document, one.amount_per_day, one.factor)
        for one in read.adjustment
    ]
