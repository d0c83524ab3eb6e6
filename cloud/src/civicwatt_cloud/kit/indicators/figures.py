"""From items to figures: sums over parts of the tree (never averages of rates), ranks, ties."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from civicwatt_cloud.kit.indicators.spec import Indicator, Item


class Figure(NamedTuple):
    """A value and what it rests on; None: there is nothing to divide by, or nothing was counted."""

    value: Decimal | None
    numerator: int
    denominator: int
    counted: int
    missing: int


class Ranked(NamedTuple):
    """A place in a ranking: equal values share a rank, and the next one counts them (1, 2, 2, 4)."""

    rank: int | None  # None: apart, for want of a value
    node: str
    value: Decimal | None


def figure(indicator: Indicator, items: Iterable[Item]) -> Figure:
    """The figure of some items, rounded half up."""
    numerator = denominator = counted = missing = 0
    for item in items:
        if item.is_missing:
            missing += 1
            continue
        numerator, denominator, counted = (
            numerator + item.numerator,
            denominator + item.denominator,
            counted + 1,
        )
    return Figure(value(indicator, numerator, denominator, counted), numerator, denominator, counted, missing)


def value(indicator: Indicator, numerator: int, denominator: int, counted: int) -> Decimal | None:
    """The value of two sums."""
    if not counted or (indicator.is_ratio and not denominator):
        return None
    exact = Decimal(numerator) * Decimal(indicator.factor)
    if indicator.is_ratio:
        exact /= denominator
    return exact.quantize(Decimal(1).scaleb(-indicator.digits), ROUND_HALF_UP)


def by_node(items: Iterable[Item], nodes_of: Mapping[int, Iterable[str]]) -> dict[str, list[Item]]:
    """The items of each node: of an institution, of all above it and of its regions."""
    found: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        for node in nodes_of.get(item.owner_id, ()):
            found[node].append(item)
    return found


def nodes_above(path: str) -> list[str]:
    """A path and all that it lies in: `4299/U1/U7/` → itself, `4299/U1/`, 4299, 42, and the whole."""
    region, *codes = path.removesuffix("/").split("/")
    inner = ["/".join((region, *codes[:n])) + "/" for n in range(len(codes), 0, -1)]
    return inner + [region[:n] for n in range(len(region), -1, -2)]


def ranked(indicator: Indicator, figures: Mapping[str, Figure]) -> list[Ranked]:
    """Nodes in the order of their values, the best first; those without a value stand apart, at the end."""
    placed = [(one.value, node) for node, one in figures.items() if one.value is not None]
    placed.sort(key=lambda one: (-one[0] if indicator.is_better_high else one[0], one[1]))
    found: list[Ranked] = []
    for place, (said, node) in enumerate(placed, 1):
        is_tied = bool(found) and found[-1].value == said
        found.append(Ranked(found[-1].rank if is_tied else place, node, said))
    apart = sorted(node for node, one in figures.items() if one.value is None)
    return found + [Ranked(None, node, None) for node in apart]
