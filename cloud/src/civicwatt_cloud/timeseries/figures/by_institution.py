"""What each institution used in a period, in columns: its own counters, and its parts of shared ones."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Literal, NamedTuple

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US, date_of
from civicwatt_cloud.kit.rules import Place
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.figures import counters, parts
from civicwatt_cloud.timeseries.figures import steps as step_rules
from civicwatt_cloud.timeseries.figures.counters import Choice, Totals
from civicwatt_cloud.timeseries.figures.factors import ENERGY, Lookup, values
from civicwatt_cloud.timeseries.figures.parts import Look
from civicwatt_cloud.timeseries.figures.periods import Period
from civicwatt_cloud.timeseries.figures.reasons import Reason
from civicwatt_cloud.timeseries.figures.steps import Ints
from civicwatt_cloud.timeseries.figures.summed import Sums
from civicwatt_cloud.timeseries.figures.usage import View
from civicwatt_cloud.timeseries.ledger.queries import Piece


@dataclass(frozen=True, slots=True)
class Used:
    """What each institution used in a period, in columns; who has no counter is left out.

    Every counter of today is expected from the first day on, a shared one while the institution has a part.
    """

    places: Mapping[int, int]  # of an institution in the columns
    micro: list[int]
    rows: list[int]
    completeness: list[float]
    worst: list[int]  # Quality.code
    since: dict[int, date]  # where the first counter was bound within the period: from when on


_NOBODY = Used({}, [], [], [], [], {})


class Converted(NamedTuple):
    """Amounts that are to be multiplied by one number to be kgce or kgCO2, and who lacks a factor."""

    used: Used
    times: Fraction
    lacking: Mapping[int, Reason]


class _Booked(NamedTuple):
    """Totals, and the seconds that they should cover."""

    totals: Totals
    expected_s: Ints


def used(view: View, period: Period, choice: Choice) -> Used:
    """The chosen counters of the visible institutions."""
    found = _booked(view, period, choice)
    return _columns(view, period, found, found.totals.micro.tolist()) if found else _NOBODY


def converted(
    view: View, period: Period, of: Literal["coal", "carbon"], places: Mapping[int, Place]
) -> Converted:
    """Σ carriers × factor of the visible institutions; `places`: where each is, by id."""
    found: dict[Carrier, _Booked] = {
        carrier: booked
        for carrier in counters.metered_carriers(view.session, view.scope)
        if carrier in ENERGY and (booked := _booked(view, period, Choice(carrier=carrier)))
    }
    lookup = Lookup(view.rules, period.as_of)
    factors = {one: values(getattr(lookup.of(place), of)) for one, place in places.items()}
    scale = lcm(*{v.denominator for one in factors.values() for v in one.values() if isinstance(v, Fraction)})
    micro: dict[int, int] = defaultdict(int)
    lacking: dict[int, Reason] = {}
    for carrier, booked in found.items():
        for one, amount in zip(booked.totals.institution.tolist(), booked.totals.micro.tolist(), strict=True):
            factor = factors[one][carrier]
            if isinstance(factor, Reason):
                lacking.setdefault(one, factor)
            else:
                micro[one] += amount * factor.numerator * (scale // factor.denominator)
    if Carrier.ELECTRICITY not in found:
        return Converted(_NOBODY, Fraction(1, scale), lacking)
    whole = _merged(found)
    return Converted(
        _columns(view, period, whole, [micro[one] for one in whole.totals.institution.tolist()]),
        Fraction(1, scale),
        lacking,
    )


def _merged(found: Mapping[Carrier, _Booked]) -> _Booked:
    """All carriers of whoever has electricity; what is read is what is read of electricity."""
    electricity = found[Carrier.ELECTRICITY]
    whole, expected_s = electricity.totals, electricity.expected_s.copy()
    covered_s, worst = whole.covered_s.copy(), whole.worst.copy()
    for carrier, booked in found.items():
        if carrier is Carrier.ELECTRICITY:
            continue
        is_in = np.isin(booked.totals.institution, whole.institution)
        at = np.searchsorted(whole.institution, booked.totals.institution[is_in])
        covered_s[at] += booked.totals.covered_s[is_in]
        expected_s[at] += booked.expected_s[is_in]
        worst[at] = np.maximum(worst[at], booked.totals.worst[is_in])
    return _Booked(whole._replace(covered_s=covered_s, worst=worst), expected_s)


def _booked(view: View, period: Period, choice: Choice) -> _Booked | None:
    months = period.months()
    if not months:
        return None
    session, scope = view.session, view.scope
    found = counters.totals(session, scope, choice, Piece("month", months[0], months[-1] + 1))
    settled_us = min(period.settled_us, period.end_us)
    if settled_us < period.end_us:  # hours that are not settled are not expected yet
        hours = Piece("hour", max(settled_us, period.start_us) // HOUR_US, period.end_us // HOUR_US)
        unsettled_s = counters.totals(session, scope, choice, hours).covered_s
        found = found._replace(covered_s=found.covered_s - unsettled_s)
    expected_s = found.counters * (max(0, settled_us - period.start_us) // SECOND_US)
    return _Booked(*_with_parts(view, period, choice, found, expected_s))


def _columns(view: View, period: Period, found: _Booked, micro: list[int]) -> Used:
    totals = found.totals
    completeness = np.clip(10_000 * totals.covered_s // np.maximum(found.expected_s, 1), 0, 10_000) / 10_000
    return Used(
        {institution: place for place, institution in enumerate(totals.institution.tolist())},
        micro,
        totals.rows.tolist(),
        completeness.tolist(),
        totals.worst.tolist(),
        {
            place: date_of(int(totals.bound_from_us[place]), view.zone)
            for place in np.flatnonzero(totals.bound_from_us > period.start_us).tolist()
        },
    )


def _with_parts(
    view: View, period: Period, choice: Choice, own: Totals, expected_s: Ints
) -> tuple[Totals, Ints]:
    """The totals and expected seconds with what the institutions have of shared counters."""
    shared = counters.shared(view.session, view.scope, choice)
    if not shared:
        return own, expected_s
    institution = np.unique([*own.institution.tolist(), *(part.institution for part in shared)])
    places = {one: place for place, one in enumerate(institution.tolist())}
    found = Sums.zero(len(institution), 1)
    steps = step_rules.steps(period.start, period.end, "total", view.zone)
    grouped = [replace(part, bound_from_us=0, group=places[part.institution]) for part in shared]
    parts.add(Look(view.session, view.zone, period.settled_us), found, grouped, steps, "total")
    at = np.searchsorted(institution, own.institution)
    whole = Totals(
        institution,
        np.bincount([part.group for part in grouped], minlength=len(institution)),
        np.full(len(institution), np.iinfo(np.int64).max),
        *(column[:, 0] for column in (found.micro, found.covered_s, found.worst, found.rows)),
    )
    for part, place in zip(shared, (part.group for part in grouped), strict=True):
        whole.bound_from_us[place] = min(int(whole.bound_from_us[place]), part.bound_from_us)
    for into, more in ((whole.counters, own.counters), (whole.micro, own.micro), (whole.rows, own.rows)):
        into[at] += more
    whole.covered_s[at] += own.covered_s
    whole.worst[at] = np.maximum(whole.worst[at], own.worst)
    whole.bound_from_us[at] = np.minimum(whole.bound_from_us[at], own.bound_from_us)
    found.expected_s[at, 0] += expected_s
    return whole._replace(worst=np.maximum(whole.worst, 0)), found.expected_s[:, 0]
