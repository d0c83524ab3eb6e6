"""What items are worth and what a score comes to; which certified units are looked at again. Pure.

Nothing unknown is a zero: an item without an answer, or points whose items nobody imported, leave the outcome
open as long as they could still decide it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from civicwatt_cloud.modules.certification.choices import Outcome
from civicwatt_cloud.modules.certification.schemes import Band, Item, Scheme

NONE = Decimal(0)


class Judged(NamedTuple):
    """A score, what could still be added to it, and what it comes to."""

    score: Decimal
    open: Decimal | None  # None: the total itself is not known
    vetoes: tuple[str, ...]  # keys of ★ items at 0, and of conditions that do not hold
    unanswered: tuple[str, ...]
    outcome: Outcome


def banded(figure: Fraction, mean: Fraction, bands: Iterable[Band]) -> Decimal:
    """The points of a figure against the mean of its type: exact, so 90.01 of 100 is not 0.9.

    Source: 节约型公共机构示范单位评价标准, 能源资源消耗指标: ≤ 0.9 → 7, ≤ 1.0 → 6, ≤ 1.1 → 5,
    ≤ 1.2 → 4, else 0.
    """
    within = (one.points for one in bands if figure <= mean * Fraction(one.up_to))
    return max(within, default=NONE)


def counted(item: Item, number: int) -> Decimal:
    """The points of several things of a kind, up to the item's."""
    return min(item.points, item.each * number)


def judged(scheme: Scheme, points: Mapping[str, Decimal | None]) -> Judged:
    """What the points come to; a condition that holds is 1, one that does not 0, what is not known None.

    Source: total 110, passed from 85 on with no ★ at 0 (示范单位); 100 and 80 (节约型机关); targets met or
    not beside the score (GB/T 29118-2023).
    """
    known = {one.key: points.get(one.key) for one in scheme.item}
    scored = [one for one in scheme.item if not one.is_condition]
    score = sum((known[one.key] or NONE for one in scored), NONE)
    unanswered = tuple(key for key, one in known.items() if one is None)
    vetoes = tuple(
        one.key for one in scheme.item if (one.star or one.is_condition) and known[one.key] == NONE
    )
    if scheme.total is None or scheme.pass_mark is None or scheme.unlisted is None:
        return Judged(score, None, vetoes, unanswered, Outcome.UNKNOWN)
    left = sum((one.points for one in scored if known[one.key] is None), NONE) + max(NONE, scheme.unlisted)
    decides = any(one.key in unanswered and (one.star or one.is_condition) for one in scheme.item)
    if vetoes or score + left < scheme.pass_mark:
        outcome = Outcome.FAILED
    elif decides or scheme.unlisted > 0 or score < scheme.pass_mark:
        outcome = Outcome.UNKNOWN
    else:
        outcome = Outcome.PASSED
    return Judged(score, left, vetoes, unanswered, outcome)


class Gap(NamedTuple):
    """Points that are not there yet."""

    item: Item
    missing: Decimal
    is_veto: bool


def gaps(scheme: Scheme, points: Mapping[str, Decimal | None]) -> list[Gap]:
    """What is missing, in the order in which effort pays: vetoes, then documents, then figures.

    A document can be handed in at once, a figure changes with a year of use; within each, most points first.
    """
    found = []
    for one in scheme.item:
        now = points.get(one.key)
        most = Decimal(1) if one.is_condition else one.points
        if now is None or now < most:
            is_veto = (one.star or one.is_condition) and not now
            found.append(Gap(one, NONE if one.is_condition else one.points - (now or NONE), is_veto))
    return sorted(
        found, key=lambda gap: (not gap.is_veto, gap.item.figure is not None, -gap.missing, gap.item.key)
    )


def drawn(seed: str, risks: Mapping[str, Fraction], share: Decimal) -> tuple[list[str], list[str]]:
    """Which certified units are looked at again, by number: those drawn by risk, those drawn by chance.

    At least `share` of them, half by risk (the greatest first), half, rounded up, by the published seed: in
    the order of SHA-256 of `seed/number`. Whoever has seed, numbers and risks finds the same list.
    """
    most = ceil(share * len(risks))
    by_risk = sorted((one for one in risks if risks[one] > 0), key=lambda one: (-risks[one], one))[
        : most // 2
    ]
    rest = sorted((one for one in risks if one not in by_risk), key=lambda one: (_lot(seed, one), one))
    return by_risk, rest[: most - len(by_risk)]


def _lot(seed: str, number: str) -> str:
    return hashlib.sha256(f"{seed}/{number}".encode()).hexdigest()
