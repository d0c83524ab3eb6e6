"""Ranking as pure functions: exact quotients, places, ties."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple


class Place(NamedTuple):
    """Where one of the ranked stands."""

    of: int  # its place in what was given
    place: int
    tied: bool


def quotient(micro: int, factor: Fraction, numerator: int, denominator: int) -> int:
    """Micro × factor ÷ (numerator ÷ denominator), rounded half even as on the figure's own page."""
    above = micro * factor.numerator * denominator
    below = factor.denominator * numerator
    whole, rest = divmod(above, below)
    return whole + (2 * rest > below or (2 * rest == below and whole % 2 == 1))


def places(values: Sequence[int], *, descending: bool) -> Iterator[Place]:
    """The values in order; equal ones (to the digit shown) share a place and keep the order given.

    After two that share place 2 comes place 4.
    """
    order = sorted(range(len(values)), key=values.__getitem__, reverse=descending)
    place = 0
    for at, of in enumerate(order):
        same_before = at > 0 and values[order[at - 1]] == values[of]
        same_after = at + 1 < len(order) and values[order[at + 1]] == values[of]
        place = place if same_before else at + 1
        yield Place(of, place, same_before or same_after)
