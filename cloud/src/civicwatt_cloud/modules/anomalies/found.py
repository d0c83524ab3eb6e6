"""From judged hours of a counter to findings that are kept, each with the hours that show it."""

import json

import numpy as np
from sqlalchemy import select

from civicwatt_cloud.analysis.anomalies.detector import THRESHOLD
from civicwatt_cloud.analysis.anomalies.findings import findings
from civicwatt_cloud.analysis.anomalies.leaks import NIGHTS, leaks
from civicwatt_cloud.analysis.anomalies.missing import LEAST_ROWS, missing
from civicwatt_cloud.analysis.arrays import Numbers
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.anomalies import rules, worth
from civicwatt_cloud.modules.anomalies.choices import FindingKind
from civicwatt_cloud.modules.anomalies.models import Finding
from civicwatt_cloud.modules.anomalies.series import Rows
from civicwatt_cloud.modules.anomalies.spots import Place, Seen, Spot
from civicwatt_cloud.timeseries.carriers import Carrier

# [engineering defaults] of what is shown
BEFORE_H = 72  # of the hours before a finding
MOST_H = 24 * 21  # hours of one finding; of a longer one the first
DAY_H = 24
DECIMALS = 3


def keep(context: Context, place: Place, since: int, seen: Seen) -> None:
    """Keep what is found in hours from `since` on."""
    for spot in spots(place, seen):
        if place.rows.start + spot.end > since:
            _write(context, place, spot, seen)


def spots(place: Place, seen: Seen) -> list[Spot]:
    """What is found in the month, in its order."""
    counter, rows, first = place.counter, place.rows, place.first
    bound = max(first, rows.row(-(-counter.bound_from_us // HOUR_US)))
    return sorted(
        [
            *_profile(rows, first, seen),
            *_gaps(rows, bound, seen),
            *(_leaks(rows, first, seen) if counter.carrier is Carrier.WATER else ()),
        ],
        key=lambda spot: (spot.start, spot.rule),
    )


def _profile(rows: Rows, first: int, seen: Seen) -> list[Spot]:
    value, expected = seen.value[first:], seen.expected[first:]
    found = []
    for one in findings(seen.score[first:], value, expected, rows.day[first:], rows.hour[first:]):
        start, end = one.start + first, one.end + first
        apart = seen.value[start:end] - seen.expected[start:end]
        kind = rules.named(FindingKind(one.kind), apart, rows.dates[start:end])
        found.append(Spot("profile", kind, start, end, start + 1, apart, one.confidence))
    return found


def _gaps(rows: Rows, first: int, seen: Seen) -> list[Spot]:
    found = []
    for one in missing(seen.value[first:], seen.expected[first:]):
        start, end = one.start + first, one.end + first
        apart = -seen.expected[start:end]
        found.append(Spot("missing", FindingKind.MISSING, start, end, start + LEAST_ROWS, apart, 1.0))
    return found


def _leaks(rows: Rows, first: int, seen: Seen) -> list[Spot]:
    """By whole days: a night that is not over may still come to rest."""
    begin = int(np.argmax(rows.hour == 0))
    days = (len(seen.value) - begin) // DAY_H
    flow = seen.value[begin : begin + days * DAY_H].reshape(days, DAY_H)
    found = []
    for leak in leaks(flow):
        start, end = max(first, begin + leak.start * DAY_H), begin + leak.end * DAY_H
        if end > first:
            apart = np.full(end - start, leak.flow)
            known = max(start, begin + (leak.start + NIGHTS) * DAY_H)
            found.append(Spot("leak", FindingKind.LEAK, start, end, known, apart, rules.LEAK_SURE))
    return found


def _write(context: Context, place: Place, spot: Spot, seen: Seen) -> None:
    """A new row, or what has become of one that grows."""
    counter, month, rows = place
    begin_us = (rows.start + spot.start) * HOUR_US
    row = context.session.scalar(
        select(Finding).where(
            Finding.point_id == counter.point_id, Finding.rule == spot.rule, Finding.begin_us == begin_us
        )
    )
    seen_so_far = {
        "kind": spot.kind,
        "end_us": (rows.start + spot.end) * HOUR_US,
        "energy": round(float(np.nansum(spot.apart)) * 10),
        "cost": worth.of(context, place, spot),
        "confidence": round(spot.confidence * 100),
        "evidence": json.dumps({"unit": counter.carrier.unit, **evidence(rows, spot, seen)}),
    }
    if row is not None:
        for name, value in seen_so_far.items():
            setattr(row, name, value)
        return
    context.session.add(
        Finding(
            owner_id=counter.owner_id,
            rev=1,
            point_id=counter.point_id,
            building_id=counter.building_id,
            meter=counter.name,
            rule=spot.rule,
            begin_us=begin_us,
            found_us=(rows.start + spot.found) * HOUR_US,
            month=month.number,
            is_muted=True,
            **seen_so_far,
        )
    )


def evidence(rows: Rows, spot: Spot, seen: Seen) -> dict[str, object]:
    """The hours that show it, with what was expected and how far a value usually lies from that."""
    first, last = max(0, spot.start - BEFORE_H), min(spot.end, spot.start + MOST_H)
    usual = seen.score[: spot.start] < THRESHOLD
    before = slice(0, spot.start)
    width = rules.band(seen.value[before], seen.expected[before], usual, rows.hour[before])
    return {
        "from_hour": rows.start + first,
        "flagged": [spot.start - first, last - first],
        "actual": _rounded(seen.value[first:last]),
        "expected": _rounded(seen.expected[first:last]),
        "band": _rounded(width[rows.hour[first:last]]),
    }


def _rounded(values: Numbers) -> list[float | None]:
    return [None if np.isnan(one) else round(float(one), DECIMALS) for one in values]
