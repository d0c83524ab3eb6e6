"""Decimal numbers as people write them."""

from decimal import Decimal, InvalidOperation

MOST_DECIMALS = 30  # as a fraction, 1e-999999999 has a thousand million digits [engineering default]


def exact(value: object) -> Decimal | None:
    """A finite decimal number; None: it is none, has thousands' separators, or more than 30 decimals."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal) or "_" in str(value):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    places = number.as_tuple().exponent
    return number if isinstance(places, int) and places >= -MOST_DECIMALS else None
