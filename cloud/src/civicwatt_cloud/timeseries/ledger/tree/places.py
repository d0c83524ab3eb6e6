"""Places of meters in the tree: those of a day, and how much a meter may err."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation

from civicwatt_cloud.timeseries.ledger.tree.models import TreeMeter


def in_force(places: Iterable[TreeMeter], when: date) -> list[TreeMeter]:
    """The places of a business day."""
    return [one for one in places if one.valid_from <= when and (one.valid_to is None or when < one.valid_to)]


def percent_of(accuracy_class: str) -> Decimal:
    """The greatest error of a class in percent: 1.0 → 1, 0.5S → 0.5. Raises ValueError."""
    try:
        percent = Decimal(accuracy_class.upper().removesuffix("S"))
    except InvalidOperation:
        percent = Decimal(-1)
    if not percent.is_finite() or not 0 <= percent <= 10:
        raise ValueError(accuracy_class)
    return percent
