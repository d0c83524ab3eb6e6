"""Arithmetic of targets, pure: paths, attainment, decomposition, a stated series. Shares are of 1."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

# [engineering defaults] of the proposal: how much of a lead in past improvement is taken off the next target,
# and between which multiples of the common reduction every proposal stays.
LEAN = Fraction(1, 2)
LEAST, MOST = Fraction(1, 2), Fraction(3, 2)


class Span(NamedTuple):
    """The years of a plan."""

    base: int
    end: int

    def share(self, year: int) -> Fraction:
        """How much of the way lies behind at the end of a year, 0 … 1."""
        return Fraction(max(0, min(year, self.end) - self.base), self.end - self.base)


def target(base: Fraction, reduction: Fraction) -> Fraction:
    """The value of the last year: base × (1 − reduction)."""
    return base * (1 - reduction)


def linear(base: Fraction, reduction: Fraction, span: Span, year: int) -> Fraction:
    """The value of a year if every year takes off the same: base × (1 − reduction × years ÷ all years)."""
    return base * (1 - reduction * span.share(year))


def compound(base: Fraction, reduction: Fraction, span: Span, year: int) -> float:
    """The value of a year if every year takes off one share: base × (1 − reduction)^(years ÷ all years)."""
    kept: float = float(1 - reduction) ** float(span.share(year))
    return float(base) * kept


def yearly_rate(reduction: Fraction, span: Span) -> float:
    """The share that every year takes off on the compound path: 1 − (1 − reduction)^(1 ÷ years)."""
    kept: float = float(1 - reduction) ** (1.0 / (span.end - span.base))
    return 1.0 - kept


def attained(base: Fraction, actual: Fraction, reduction: Fraction) -> Fraction | None:
    """The share of the whole reduction that is reached; above 1: more than that. None: nothing to reduce."""
    whole = base * reduction
    return (base - actual) / whole if whole else None


class Child(NamedTuple):
    """A node below: its amount in the base year, and its past improvement, if known."""

    node: str
    amount: Fraction
    past: Fraction | None


class Proposal(NamedTuple):
    """What is proposed for a node, and what it follows from."""

    node: str
    weight: Fraction  # its share of the amounts
    past: Fraction | None
    reduction: Fraction
    is_bounded: bool  # held by LEAST or MOST × the common reduction


def decomposed(children: Sequence[Child], reduction: Fraction) -> list[Proposal]:
    """Reductions for the children, Σ weight × reduction = the parent's.

    reduction_i = R + LEAN × (mean past − past_i), within LEAST × R … MOST × R; what the bounds take or leave
    is shared by the others alike. Who has improved more already is asked for less; of whom nothing is known
    counts as the mean.
    """
    whole = sum((one.amount for one in children), Fraction(0))
    if not whole:
        return []
    weights = [one.amount / whole for one in children]
    known = [(w, one.past) for w, one in zip(weights, children, strict=True) if one.past is not None]
    weight_known = sum((w for w, _ in known), Fraction(0))
    mean = sum((w * past for w, past in known), Fraction(0)) / weight_known if weight_known else Fraction(0)
    wanted = [reduction + LEAN * (mean - (mean if one.past is None else one.past)) for one in children]
    shares, bounded = _within(weights, wanted, reduction)
    return [
        Proposal(one.node, weight, one.past, share, is_bounded)
        for one, weight, share, is_bounded in zip(children, weights, shares, bounded, strict=True)
    ]


def _within(
    weights: Sequence[Fraction], wanted: Sequence[Fraction], reduction: Fraction
) -> tuple[list[Fraction], list[bool]]:
    """The wanted reductions moved by one common amount such that, kept in bounds, they add up; by bisection
    of the few places at which a bound begins to hold, so exactly.
    """
    low, high = sorted((LEAST * reduction, MOST * reduction))

    def total(shift: Fraction) -> Fraction:
        kept = (min(high, max(low, one + shift)) for one in wanted)
        return sum((w * one for w, one in zip(weights, kept, strict=True)), Fraction(0))

    edges = sorted({edge - one for one in wanted for edge in (low, high)})
    at = min(max(bisect_left(edges, reduction, key=total), 1), len(edges) - 1)  # the total only ever rises
    below, above = edges[at - 1], edges[at]
    rise = total(above) - total(below)
    shift = below + (above - below) * (reduction - total(below)) / rise if rise else below
    shares = [min(high, max(low, one + shift)) for one in wanted]
    return shares, [share != one + shift for share, one in zip(shares, wanted, strict=True)]


class Held(NamedTuple):
    """A node with its target and the weight of it."""

    target: Fraction
    weight: Fraction  # its denominator in the base year


def together(children: Sequence[Held]) -> Fraction | None:
    """What the children's targets come to for their parent: Σ target × denominator ÷ Σ denominator."""
    whole = sum((one.weight for one in children), Fraction(0))
    return sum((one.target * one.weight for one in children), Fraction(0)) / whole if whole else None


@dataclass(frozen=True, slots=True)
class Stated:
    """A total that was published with its changes [%] against the year before and a base year."""

    year: int
    total: Fraction
    on_year: Fraction
    base_year: int
    on_base: Fraction


class Point(NamedTuple):
    """A year of a stated series; the changes [%] are those of the last year against it."""

    year: int
    total: Fraction
    change: Fraction | None


def series(stated: Stated) -> list[Point]:
    """The base year, the year before and the year itself, each rounded to 2 decimals.

    total_before = total ÷ (1 + change ÷ 100); the changes are those of the totals before they are rounded.
    """
    found = [Point(stated.year, _rounded(stated.total), None)]
    for year, percent in ((stated.year - 1, stated.on_year), (stated.base_year, stated.on_base)):
        before = stated.total / (1 + percent / 100)
        found.append(Point(year, _rounded(before), _rounded((stated.total / before - 1) * 100)))
    return sorted(found)


def _rounded(value: Fraction) -> Fraction:
    return round(value * 100) / Fraction(100)
