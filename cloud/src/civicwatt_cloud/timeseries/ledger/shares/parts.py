"""Shares of institutions in a building they use together: dated, one whole, allocated to the digit."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.timeseries.ledger.shares.models import BuildingShare

WHOLE = 1_000_000  # parts: 100 %, to four decimals of a percent


class Shares(NamedTuple):
    """Parts of WHOLE by institution, from a business day on, until the next of the building."""

    valid_from: date
    parts: Mapping[int, int]


def allocate(micro: int, parts: Mapping[int, int]) -> dict[int, int]:
    """An amount by institution, by the largest remainder: Σ is the amount; a tie goes to the smaller id.

    Raises ValueError where the parts are not one whole.
    """
    if sum(parts.values()) != WHOLE or min(parts.values()) < 0:
        raise ValueError(f"shares are not one whole: {dict(parts)}")
    found, rests = {}, []
    for institution, part in parts.items():
        found[institution], rest = divmod(micro * part, WHOLE)
        rests.append((-rest, institution))
    for _, institution in sorted(rests)[: micro - sum(found.values())]:
        found[institution] += 1
    return found


def in_force(dated: Sequence[Shares], day: date) -> Mapping[int, int] | None:
    """The parts of a day, of shares in order; None before the first: all is the building's institution's."""
    at = bisect_right([one.valid_from for one in dated], day)
    return dated[at - 1].parts if at else None


def allocated(days: Iterable[tuple[date, int]], dated: Sequence[Shares], owner: int) -> dict[int, int]:
    """Days of a building [micro] by institution, each by the shares of its own day."""
    found: dict[int, int] = defaultdict(int)
    for day, micro in days:
        for institution, part in allocate(micro, in_force(dated, day) or {owner: WHOLE}).items():
            found[institution] += part
    return dict(found)


def shares(session: Session, buildings: Iterable[int]) -> dict[int, list[Shares]]:
    """The shares of these buildings in order; a building that nobody shares is left out."""
    found: dict[int, dict[date, dict[int, int]]] = {}
    row = BuildingShare
    for one in session.scalars(select(row).where(row.building_id.in_(list(buildings)))):
        found.setdefault(one.building_id, {}).setdefault(one.valid_from, {})[one.institution_id] = one.parts
    return {
        building: [Shares(day, parts) for day, parts in sorted(dated.items())]
        for building, dated in found.items()
    }
