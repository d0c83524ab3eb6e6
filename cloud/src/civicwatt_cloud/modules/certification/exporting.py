"""A certified figure with what it is made from: dated denominators, factor rows, counters, raw readings."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from civicwatt_cloud.kit.business_time import day_start_us, iso
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.certification import proof
from civicwatt_cloud.modules.certification.errors import NotComputable
from civicwatt_cloud.modules.certification.measuring import ENERGY, VEHICLES
from civicwatt_cloud.modules.certification.models import Certification
from civicwatt_cloud.modules.certification.schemes import Figure
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.figures import dated, metering
from civicwatt_cloud.timeseries.figures.factors import Factor, Lookup
from civicwatt_cloud.timeseries.figures.reasons import Reason
from civicwatt_cloud.timeseries.ledger.models import LedgerMonth
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_protocols.quantity import MICRO, format_micro

CENTI = 100
USES: dict[Figure, tuple[EndUse, ...]] = {
    "energy_per_area": tuple(use for use in ENERGY if use not in VEHICLES),
    "energy_per_capita": ENERGY,
    "water_per_capita": (EndUse.WATER,),
}


def pack(context: Context, store: ReadingsStore, row: Certification, figure: Figure) -> bytes:
    """The figure of the year that was judged, as a pack for `civicwatt verify`.

    Parts of shared counters are not exported: their shares are another institution's, too.
    Errors: NotComputable.
    """
    session = context.session
    owner = session.get_one(Institution, row.owner_id)
    scope = Scope((owner.path,))
    start, end = date(row.year, 1, 1), date(row.year + 1, 1, 1)
    every = metering.addends(session, scope, metering.meters(session, scope, owner.id), owner.id)
    meters = [one for one in every if one.end_use in USES[figure]]
    factors = Lookup(rules_of(session), date(row.year, 12, 31)).of(place_of(owner)).coal
    carriers = {one.end_use.carrier for one in meters}
    denominators = _denominators(context, scope, owner.id, figure)
    if not denominators or not meters or any(one.sharing for one in meters):
        raise NotComputable(year=row.year)
    water = figure == "water_per_capita"
    inputs = {
        "certification": row.number,
        "institution": {"code": owner.code, "name": owner.name},
        "figure": figure,
        "start": str(start),
        "end": str(end),
        "denominators": denominators,
        "factors": {one.value: [] if water else _factor(factors[one], row.year) for one in sorted(carriers)},
        "counters": _counters(context, store, meters, row.year),
    }
    case = {"formula": "certified@1", "inputs": inputs}
    return proof.rendered(proof.computed({"title": f"{owner.name} {row.year}", "cases": [case]}))


def _factor(found: Factor | Reason, year: int) -> list[dict[str, str]]:
    """The rows whose product is the factor; one whose units differ stands as the product alone."""
    if isinstance(found, Reason):
        raise NotComputable(year=year)
    made = Decimal(1)
    for row in found.rows:
        made *= row.value
    refs = [row.ref for row in found.rows]
    if Decimal(found.value.numerator) == made * found.value.denominator:
        return [{"row": row.ref, "value": str(row.value), "unit": row.unit} for row in found.rows]
    return [{"row": " × ".join(refs), "value": str(found.value), "unit": "kgce"}]


def _denominators(context: Context, scope: Scope, owner: int, figure: Figure) -> list[dict[str, Any]]:
    if figure == "energy_per_area":
        rows = [
            (name, f"{Decimal(one.value) / CENTI}", one)
            for building, values in dated.floor_areas(context.session, scope).get(owner, [])
            for name, one in ((building.name, value) for value in values)
        ]
    else:
        rows = [("", str(one.value), one) for one in dated.head_counts(context.session, scope).get(owner, [])]
    return [
        {
            "of": name,
            "value": value,
            "from": str(one.valid_from),
            "to": None if one.valid_to is None else str(one.valid_to),
            "source": one.source,
        }
        for name, value, one in rows
    ]


def _counters(
    context: Context, store: ReadingsStore, meters: list[metering.Meter], year: int
) -> list[dict[str, Any]]:
    points = [one.point_id for one in meters]
    months = _months(context, points, year)
    start_us = day_start_us(date(year, 1, 1), context.zone)
    end_us = day_start_us(date(year + 1, 1, 1), context.zone)
    found = store.buckets(points, start_us, end_us, end_us - start_us)
    raw = {
        int(point): (int(found.first_us[at]), found.first[at], int(found.last_us[at]), found.last[at])
        for at, point in enumerate(found.point.tolist())
    }
    counters = []
    for one in meters:
        ends = raw.get(one.point_id)
        counters.append(
            {
                "device": f"{one.device}/{one.measure}#{one.point_id}",
                "use": one.end_use.value,
                "carrier": one.end_use.carrier.value,
                "unit": one.end_use.carrier.unit,
                "months": months.get(one.point_id, {}),
                "first": ends and {"at": iso(ends[0], context.zone), "value": _decimal(ends[1])},
                "last": ends and {"at": iso(ends[2], context.zone), "value": _decimal(ends[3])},
            }
        )
    return counters


def _months(context: Context, points: list[int], year: int) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    table = LedgerMonth
    query = select(table.point_id, table.month, table.micro).where(
        table.point_id.in_(points), table.month.between(year * 100 + 1, year * 100 + 12)
    )
    for point, month, micro in context.session.execute(query.order_by(table.point_id, table.month)):
        found.setdefault(point, {})[f"{month // 100}-{month % 100:02d}"] = format_micro(micro)
    return found


def _decimal(value: float) -> str:
    return format_micro(round(Decimal(repr(float(value))) * MICRO))
