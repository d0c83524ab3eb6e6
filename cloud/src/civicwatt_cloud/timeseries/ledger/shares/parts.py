"""Shares of institutions in a building they use together: dated, one whole, allocated to the digit."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.timeseries.ledger.shares.models import BuildingShare
from civicwatt_cloud.timeseries.stores.readings import Ints

WHOLE = 1_000_000  # parts: 100 %, to four decimals of a percent


class Shares(NamedTuple):
    """Parts of WHOLE by institution, from a business day on, until the next of the building."""

    valid_from: date
    parts: Mapping[int, int]


def split(micro: Ints, parts: Sequence[int]) -> Ints:
    """Each amount by part, one line a part: the largest remainder, Σ is the amount; a tie goes to the first.

    Raises ValueError where the parts are not one whole.
    """
    if sum(parts) != WHOLE or min(parts) < 0:
        raise ValueError(f"shares are not one whole: {parts}")
    of = np.array(parts, np.int64)[:, None]
    wholes, rest = np.divmod(micro, WHOLE)  # so that no product leaves 64 bits
    more, rests = np.divmod(rest * of, WHOLE)
    found: Ints = wholes * of + more
    rank: Ints = np.argsort(np.argsort(-rests, axis=0, kind="stable"), axis=0)
    found[rank < micro - found.sum(axis=0)] += 1
    return found


def allocate(micro: int, parts: Mapping[int, int]) -> dict[int, int]:
    """An amount by institution, as split(): a tie goes to the smaller id. Errors: ValueError, as split()."""
    ordered = sorted(parts)
    column = split(np.array([micro], np.int64), [parts[one] for one in ordered])[:, 0]
    return dict(zip(ordered, column.tolist(), strict=True))


def in_force(dated: Sequence[Shares], day: date) -> Mapping[int, int] | None:
    """The parts of a day, of shares in order; None before the first: all is the building's institution's."""
    at = bisect_right([one.valid_from for one in dated], day)
    return dated[at - 1].parts if at else None


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
