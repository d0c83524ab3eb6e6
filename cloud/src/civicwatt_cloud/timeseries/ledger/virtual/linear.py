"""A formula as a sum of factors times points, checked: what a virtual meter can mean. Pure."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from civicwatt_cloud.timeseries.ledger.virtual.errors import (
    BareConstant,
    BoundNotZero,
    DivisionByZero,
    FactorTooLarge,
    NotLinear,
)
from civicwatt_cloud.timeseries.ledger.virtual.formula import (
    Bound,
    Negative,
    Node,
    Number,
    Operation,
    Reference,
)

LARGEST_FACTOR = 1_000_000  # beyond, hours would not fit the ledger's integers [engineering default]


@dataclass(frozen=True, slots=True)
class Cut:
    """max(0, sum) or min(0, sum)."""

    name: Literal["max", "min"]
    terms: "Linear"


@dataclass(frozen=True, slots=True)
class Term:
    """A factor, never zero, times the consumption of a point or a cut sum."""

    factor: Fraction
    of: int | Cut

    @property
    def is_negative(self) -> bool:
        """Whether it takes away."""
        takes = isinstance(self.of, Cut) and self.of.name == "min"
        return (self.factor < 0) != takes


Linear = tuple[Term, ...]
_Sum = dict[int | Cut, Fraction]


def linear(node: Node, resolve: Callable[[Reference], int]) -> Linear:
    """The formula's terms, each point once a sum; `resolve` gives the point of a reference.

    Errors: NotLinear, BareConstant, BoundNotZero, DivisionByZero, FactorTooLarge, and what resolve raises.
    """
    found = _fold(node, resolve)
    if isinstance(found, Fraction) or not found:
        raise BareConstant(position=1)
    return _terms(found)


def points(terms: Linear) -> set[int]:
    """The points that a formula depends on."""
    found: set[int] = set()
    for term in terms:
        found |= points(term.of.terms) if isinstance(term.of, Cut) else {term.of}
    return found


def to_json(terms: Linear) -> str:
    """The terms as they are stored: [["3/2", 17], ["-1", {"max": […]}]]."""
    return json.dumps(_plain(terms))


def from_json(text: str) -> Linear:
    """What to_json was given."""
    return _restored(json.loads(text))


def _plain(terms: Linear) -> list[object]:
    return [
        [str(term.factor), {term.of.name: _plain(term.of.terms)} if isinstance(term.of, Cut) else term.of]
        for term in terms
    ]


def _restored(plain: Any) -> Linear:
    terms = []
    for factor, of in plain:
        if isinstance(of, dict):
            ((name, inner),) = of.items()
            terms.append(Term(Fraction(factor), Cut(name, _restored(inner))))
        else:
            terms.append(Term(Fraction(factor), of))
    return tuple(terms)


def _terms(found: _Sum) -> Linear:
    if any(abs(factor) > LARGEST_FACTOR for factor in found.values()):
        raise FactorTooLarge(limit=LARGEST_FACTOR)
    return tuple(Term(factor, of) for of, factor in found.items())


def _fold(node: Node, resolve: Callable[[Reference], int]) -> Fraction | _Sum:
    """A constant, or factors by what they multiply."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Reference):
        return {resolve(node): Fraction(1)}
    if isinstance(node, Negative):
        return _times(_fold(node.of, resolve), Fraction(-1))
    left, right = _fold(node.left, resolve), _fold(node.right, resolve)
    if isinstance(node, Bound):
        return _cut(node, left, right)
    if node.sign in "+-":
        return _plus(node, left, right if node.sign == "+" else _times(right, Fraction(-1)))
    return _product(node, left, right)


def _times(one: Fraction | _Sum, factor: Fraction) -> Fraction | _Sum:
    if isinstance(one, Fraction):
        return one * factor
    return {of: its * factor for of, its in one.items() if its * factor}


def _product(node: Operation, left: Fraction | _Sum, right: Fraction | _Sum) -> Fraction | _Sum:
    if node.sign == "*" and isinstance(left, Fraction):
        left, right = right, left
    if not isinstance(right, Fraction):
        raise NotLinear(position=node.position)
    if node.sign == "*":
        return _times(left, right)
    if right == 0:
        raise DivisionByZero(position=node.position)
    return _times(left, 1 / right)


def _plus(node: Operation, left: Fraction | _Sum, right: Fraction | _Sum) -> Fraction | _Sum:
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left + right
    if isinstance(left, Fraction) or isinstance(right, Fraction):
        raise BareConstant(position=node.position)
    total = dict(left)
    for of, factor in right.items():
        total[of] = total.get(of, Fraction(0)) + factor
    return {of: factor for of, factor in total.items() if factor}


def _cut(node: Bound, left: Fraction | _Sum, right: Fraction | _Sum) -> _Sum:
    """One side is the constant 0, the other a consumption."""
    sums = [one for one in (left, right) if not isinstance(one, Fraction) and one]
    if len(sums) != 1 or 0 not in (left, right):
        raise BoundNotZero(position=node.position)
    name: Literal["max", "min"] = "max" if node.name == "max" else "min"
    return {Cut(name, _terms(sums[0])): Fraction(1)}
