"""Indicators as pure functions: records, denominators and rule rows in; value, completeness, reason out.

综合能耗 [kgce] = Σ carriers × factor (electricity at 当量值). Water is not part of it
(公共机构能源资源消费统计); PV generation is shown apart: what is used of it is not bought.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.figures import reasons
from civicwatt_cloud.timeseries.figures.reasons import NO_ELECTRICITY_METER, Reason
from civicwatt_protocols.quantity import MICRO, from_micro

DIGITS = 6  # decimals of a quotient


@dataclass(frozen=True, slots=True)
class Consumption:
    """What the ledger holds of some meters in a period."""

    meters: int
    micro: int
    covered_s: int  # within settled hours
    expected_s: int
    is_read: bool  # the ledger has at least one row
    is_estimated: bool  # a part is interpolated or estimated
    since: date | None = None  # metering began here, within the period


NOTHING = Consumption(0, 0, 0, 0, is_read=False, is_estimated=False)


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A denominator, valid on [valid_from, valid_to)."""

    value: int
    valid_from: date
    valid_to: date | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A figure's value with what it is worth. `exact` is None exactly when the value is unknown."""

    exact: Fraction | None
    covered_s: int = 0
    expected_s: int = 0
    is_estimated: bool = False
    reason: Reason | None = None

    @property
    def value(self) -> Decimal | None:
        """The value, rounded half even to 6 decimals where it is a quotient."""
        return None if self.exact is None else from_micro(round(self.exact * MICRO))

    @property
    def completeness(self) -> float | None:
        """Covered ÷ expected seconds, rounded down to 4 decimals: 1 only when nothing is missing."""
        if self.expected_s <= 0:
            return None
        return min(10_000, 10_000 * self.covered_s // self.expected_s) / 10_000


def together(parts: Iterable[Consumption]) -> Consumption:
    """The consumption of all the meters."""
    rows = list(parts)
    since = [row.since for row in rows if row.meters]
    return Consumption(
        sum(row.meters for row in rows),
        sum(row.micro for row in rows),
        sum(row.covered_s for row in rows),
        sum(row.expected_s for row in rows),
        any(row.is_read for row in rows),
        any(row.is_estimated for row in rows),
        # metered from the start as soon as one meter was
        None if not since or None in since else min(day for day in since if day),
    )


def total(used: Consumption, none_bound: Reason) -> Result:
    """The sum of the meters' consumption [the measure's unit]."""
    if not used.meters:
        return Result(None, reason=none_bound)
    if not used.is_read:
        return Result(None, used.covered_s, used.expected_s, reason=reasons.NO_READINGS)
    reason = reasons.metered_since(used.since) if used.since else None
    return Result(Fraction(used.micro, MICRO), used.covered_s, used.expected_s, used.is_estimated, reason)


def converted(amounts: Mapping[Carrier, Consumption], factors: Mapping[Carrier, Fraction | Reason]) -> Result:
    """Σ amount × factor [kgce, kgCO2] over the carriers with a meter; unknown without electricity.

    A carrier without readings is left out, and the completeness and the reason tell it; one without a factor
    leaves the sum unknown.
    """
    used = together(amounts.values())
    electricity = total(amounts.get(Carrier.ELECTRICITY, NOTHING), NO_ELECTRICITY_METER)
    if electricity.exact is None:
        return replace(electricity, covered_s=used.covered_s, expected_s=used.expected_s)
    exact, reason = Fraction(0), electricity.reason
    for carrier, amount in amounts.items():
        factor = factors[carrier]  # [kgce, kgCO2 per unit]
        if isinstance(factor, Reason):
            return Result(None, used.covered_s, used.expected_s, used.is_estimated, factor)
        if amount.is_read:
            exact += Fraction(amount.micro, MICRO) * factor
        else:
            reason = reason or reasons.unread(carrier.zh, carrier.en)
    return Result(exact, used.covered_s, used.expected_s, used.is_estimated, reason)


def weighted_days(rows: Iterable[DatedValue], start: date, end: date) -> int | date:
    """Σ value × its days in [start, end), or the first day on which no row is valid."""
    day, weighted = start, 0
    for row in sorted(rows, key=lambda row: row.valid_from):
        until = min(end, row.valid_to or end)
        if until <= day:
            continue
        if row.valid_from > day:
            break
        weighted += row.value * (until - day).days
        day = until
    return weighted if day == end else day


def mean(rows: Iterable[DatedValue], start: date, end: date) -> Fraction | date:
    """Time-weighted mean over the days [start, end), or the first day on which no row is valid."""
    found = weighted_days(rows, start, end)
    return found if isinstance(found, date) else Fraction(found, (end - start).days)


def head_count(rows: Sequence[DatedValue], start: date, end: date) -> Fraction | Reason:
    """Mean persons; every elapsed day must have a head count."""
    if start >= end:
        return reasons.NOT_BEGUN
    found = mean(rows, start, end)
    if isinstance(found, date):
        return reasons.no_head_count(found)
    return found or reasons.no_head_count(start)


def floor_area(
    buildings: Sequence[tuple[str, Sequence[DatedValue]]], start: date, end: date
) -> Fraction | Reason:
    """Mean floor area [m²] of all buildings, each with its name (rows in 0.01 m²).

    A building counts from its first row on: before that it was not there. A building without any row, or days
    on which no building has an area, leave the area unknown.
    """
    if start >= end:
        return reasons.NOT_BEGUN
    if not buildings:
        return reasons.no_floor_area(start)
    weighted, first_day = 0, end
    for name, rows in buildings:
        if not rows:
            return reasons.no_floor_area(start, name)
        began = max(start, min(row.valid_from for row in rows))
        if began >= end:
            continue
        found = weighted_days(rows, began, end)
        if isinstance(found, date):
            return reasons.no_floor_area(found, name)
        weighted += found
        first_day = min(first_day, began)
    if first_day > start or not weighted:
        return reasons.no_floor_area(start)
    return Fraction(weighted, (end - start).days * 100)


def per(amount: Result, denominator: Fraction | Reason) -> Result:
    """The amount a person or m²; unknown when either is."""
    if amount.exact is None:
        return amount
    if isinstance(denominator, Reason):
        return replace(amount, exact=None, reason=denominator)
    return replace(amount, exact=amount.exact / denominator)


def known_sum(parts: Iterable[Fraction | None]) -> Fraction | None:
    """The sum of what is known; None where nothing is."""
    known = [part for part in parts if part is not None]
    return sum(known, Fraction(0)) if known else None


def region_sum(parts: Sequence[Result]) -> Result:
    """Σ over institutions of what is known; completeness and reason as in a ratio."""
    whole = region_ratio([(part, Fraction(1)) for part in parts])
    if whole.exact is None:
        return whole
    return replace(whole, exact=known_sum(part.exact for part in parts))


def region_ratio(parts: Sequence[tuple[Result, Fraction | Reason]]) -> Result:
    """Σ amounts ÷ Σ denominators over institutions.

    An institution whose own figure is unknown is in neither sum; its meters stay expected, so the
    completeness shows it, and the reason says how many are left out.
    """
    expected = sum(amount.expected_s for amount, _ in parts)
    reasons_of_unknown = [figure.reason for figure in (per(*part) for part in parts) if figure.exact is None]
    known = [
        (amount, amount.exact, denominator)
        for amount, denominator in parts
        if amount.exact is not None and not isinstance(denominator, Reason)
    ]
    if not known:
        return Result(None, 0, expected, reason=next(iter(reasons_of_unknown), reasons.NO_READINGS))
    why = next((reason for reason in reasons_of_unknown if reason), None)
    return Result(
        sum((exact for _, exact, _ in known), Fraction(0)) / sum(d for _, _, d in known),
        sum(amount.covered_s for amount, _, _ in known),
        expected,
        any(amount.is_estimated for amount, _, _ in known),
        reasons.left_out(len(reasons_of_unknown), len(parts), why) if why else None,
    )
