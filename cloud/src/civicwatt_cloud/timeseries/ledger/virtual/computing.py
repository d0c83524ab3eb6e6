"""Consumption of virtual meters from that of their operands: pure, exact in integers.

Values are whole numbers of a common denominator, never floats. An hour is rounded so that the hours of each
business day, counted from its start, hold together the exact sum rounded down; a day without hours is rounded
down by itself. So Σ hours = day = month to the digit, an hour that is exactly zero stays zero, and a day
booked again alone gives the same digits. Whole days must be given.

What is missing: a sum of additions holds what is known, its covered seconds are the mean of its operands';
a difference of which any operand is not wholly covered is unknown, and has no row.
"""

from collections.abc import Callable, Mapping, Sequence
from math import lcm
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.timeseries.ledger.days import HOUR_S, days_of
from civicwatt_cloud.timeseries.ledger.virtual.linear import Cut, Linear, Term
from civicwatt_cloud.timeseries.stores.readings import Bools, Ints

Exact = NDArray[Any]  # Python integers: they never overflow


class Rows(NamedTuple):
    """Consumption by hour or day in columns, by period; periods of which nothing is known are absent."""

    period: Ints  # hours since 1970-01-01T00Z, or yyyymmdd
    micro: Ints
    covered_s: Ints
    quality: Ints  # Quality.code


class Version(NamedTuple):
    """A formula, valid from a period until the next version's."""

    start: int  # an hour or a day, as the rows count
    terms: Linear


def hours(versions: Sequence[Version], operands: Mapping[int, Rows], zone: ZoneInfo) -> Rows:
    """The hours of a virtual meter whose operands (by point id) all have hours."""
    return _rows(
        versions, operands, lambda hours: days_of(hours, zone), lambda hours: np.full(len(hours), HOUR_S)
    )


def days(versions: Sequence[Version], operands: Mapping[int, Rows], seconds: Callable[[Ints], Ints]) -> Rows:
    """The days of a virtual meter of which some operand has days only; `seconds` of each day."""
    return _rows(versions, operands, lambda days: days, seconds)


def _rows(
    versions: Sequence[Version],
    operands: Mapping[int, Rows],
    group: Callable[[Ints], Ints],
    seconds: Callable[[Ints], Ints],
) -> Rows:
    nothing = np.zeros(0, np.int64)
    periods = np.unique(np.concatenate([nothing, *(rows.period for rows in operands.values())]))
    ordered = sorted(versions)
    ends = [*(version.start for version in ordered[1:]), None]
    found = []
    for version, end in zip(ordered, ends, strict=True):
        own = periods[(periods >= version.start) & ((periods < end) if end is not None else True)]
        found.append(_of_version(version.terms, operands, own, group(own), seconds(own)))
    empty = Rows(nothing, nothing, nothing, nothing)
    return Rows(*(np.concatenate(columns) for columns in zip(empty, *found, strict=True)))


class _Part(NamedTuple):
    """A formula's part in each period: value/denominator, and how far it is known."""

    value: Exact
    denominator: int
    covered_s: Ints  # of all its points together
    points: int
    quality: Ints
    is_known: Bools


def _of_version(
    terms: Linear, operands: Mapping[int, Rows], periods: Ints, group: Ints, seconds: Ints
) -> Rows:
    part = _sum(terms, operands, periods, seconds)
    micro = _rounded(part, group)
    covered_s = part.covered_s // part.points
    columns = (periods, micro, covered_s, part.quality)
    return Rows(*(column[part.is_known] for column in columns))


def _rounded(part: _Part, group: Ints) -> Ints:
    """Whole micros: the running sum of each group rounded down, and its differences."""
    if not len(group):
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    running = np.cumsum(part.value)
    before = np.repeat(running[starts] - part.value[starts], np.diff(np.append(starts, len(group))))
    whole = (running - before) // part.denominator
    micro = whole.copy()
    micro[1:] -= whole[:-1]
    micro[starts] = whole[starts]
    rounded: Ints = micro.astype(np.int64)
    return rounded


def _sum(terms: Linear, operands: Mapping[int, Rows], periods: Ints, seconds: Ints) -> _Part:
    parts = [_atom(term, operands, periods, seconds) for term in terms]
    shares = [part.denominator * term.factor.denominator for term, part in zip(terms, parts, strict=True)]
    denominator = lcm(*shares)
    value = sum(
        part.value * (term.factor.numerator * (denominator // share))
        for term, part, share in zip(terms, parts, shares, strict=True)
    )
    points = sum(part.points for part in parts)
    covered_s = np.sum([part.covered_s for part in parts], axis=0)
    if any(term.is_negative for term in terms):
        is_known = covered_s == points * seconds
    else:
        is_known = np.any([part.is_known for part in parts], axis=0)
    quality = np.max([part.quality for part in parts], axis=0)
    return _Part(
        np.where(is_known, value, 0),
        denominator,
        np.where(is_known, covered_s, 0),
        points,
        np.where(is_known, quality, 0),
        is_known,
    )


def _atom(term: Term, operands: Mapping[int, Rows], periods: Ints, seconds: Ints) -> _Part:
    """A point's rows, or a cut sum."""
    if isinstance(term.of, Cut):
        part = _sum(term.of.terms, operands, periods, seconds)
        bound = np.maximum if term.of.name == "max" else np.minimum
        return part._replace(value=bound(part.value, 0))
    value = np.zeros(len(periods), object)
    covered_s, quality = np.zeros((2, len(periods)), np.int64)
    is_known = np.zeros(len(periods), np.bool_)
    rows = operands.get(term.of)
    if rows is not None:
        mine = np.isin(rows.period, periods)
        at = np.searchsorted(periods, rows.period[mine])
        value[at] = rows.micro[mine].astype(object)
        covered_s[at] = np.minimum(rows.covered_s[mine], seconds[at])
        quality[at] = rows.quality[mine]
        is_known[at] = True
    return _Part(value, 1, covered_s, 1, quality, is_known)
