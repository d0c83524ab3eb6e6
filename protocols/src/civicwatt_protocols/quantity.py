"""Exact quantities: integers of a millionth of the unit ("micro"): 1 kWh = 1_000_000.

Values travel as IEEE doubles in the measure's unit, rounded to 1e-6 when they are decoded ("as served").
A double holds every multiple of 1e-6 exactly enough up to 2^33 (8.6e9 kWh): to_micro gives the integer back.
"""

from decimal import Decimal
from fractions import Fraction

MICRO = 1_000_000


def to_micro(value: float | Decimal) -> int:
    """Round half even to 1e-6, exactly. Raises ValueError for NaN, OverflowError for infinity."""
    return round(Fraction(value) * MICRO)


def from_micro(micro: int) -> Decimal:
    """The exact decimal value, without trailing zeros: 1_500_000 → 1.5."""
    return Decimal(format_micro(micro))


def format_micro(micro: int) -> str:
    """The exact decimal text, without exponent and trailing zeros: 1_500_000 → "1.5"."""
    whole, rest = divmod(abs(micro), MICRO)
    text = f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
    return f"-{text}" if micro < 0 else text
