"""Rows of a shared building's counters divided among its institutions: in columns, exact to the digit."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.kit.business_time import day_number
from civicwatt_cloud.timeseries.ledger.shares.parts import WHOLE, Shares, split
from civicwatt_cloud.timeseries.stores.readings import Ints


class Division(NamedTuple):
    """What one institution has of some rows."""

    institution: int
    places: Ints  # of the rows of which it has a part
    micro: Ints


def divide(day: Ints, micro: Ints, dated: Sequence[Shares], owner: int) -> Iterator[Division]:
    """Rows [day yyyymmdd] by the shares of their own day; before the first all is the owner's."""
    for places, parts in _in_force(day, dated, owner):
        ordered = sorted(one for one, part in parts.items() if part)
        for institution, amounts in zip(
            ordered, split(micro[places], [parts[one] for one in ordered]), strict=True
        ):
            yield Division(institution, places, amounts)


def divide_hours(day: Ints, micro: Ints, dated: Sequence[Shares], owner: int) -> Iterator[Division]:
    """Hours in order, from the first of their day on: an institution's hours add up to its day, to the digit.

    What it has by the end of an hour is its part of what the counter has by then; where a counter hardly
    counts, an hour can therefore be 1e-6 below zero.
    """
    begins = np.diff(day, prepend=-1) != 0
    so_far = np.cumsum(micro)
    before = (so_far - micro)[begins][np.cumsum(begins) - 1] if day.size else so_far
    for one in divide(day, so_far - before, dated, owner):
        earlier = np.where(begins[one.places], 0, np.roll(one.micro, 1))
        yield Division(one.institution, one.places, one.micro - earlier)


def _in_force(day: Ints, dated: Sequence[Shares], owner: int) -> Iterator[tuple[Ints, Mapping[int, int]]]:
    starts = np.array([day_number(one.valid_from) for one in dated], np.int64)
    place = np.searchsorted(starts, day, side="right")
    for n, parts in enumerate([{owner: WHOLE}, *(one.parts for one in dated)]):
        places = np.flatnonzero(place == n)
        if places.size:
            yield places, parts
