"""Which price table holds where: a meter's own goes before its building's, institution's, region's."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution, Region, region_prefix
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.ledger.tariffs.models import TariffAssignment
from civicwatt_cloud.timeseries.ledger.tariffs.price_tables import tariffs
from civicwatt_cloud.timeseries.ledger.tariffs.tariff import Tariff

Dated = Sequence[tuple[date, str | None]]  # key of a price table from a day on, in order; None: none here


class Level(StrEnum):
    """To what a price table is assigned, the narrowest first."""

    METER = "meter"
    BUILDING = "building"
    INSTITUTION = "institution"
    REGION = "region"

    @property
    def zh(self) -> str:
        """In Chinese, as in the table."""
        return {"meter": "表计", "building": "楼栋", "institution": "单位", "region": "区划"}[self]


class Priced(NamedTuple):
    """A counter whose consumption costs something."""

    point: int
    building: int
    carrier: Carrier


class Assigned(NamedTuple):
    """The price table of the days [start, end); None: none is assigned."""

    start: date
    end: date
    tariff: Tariff | None


def in_force(levels: Sequence[Dated], day: date) -> str | None:
    """The key of the narrowest level that has one on that day."""
    for dated in levels:
        held = [key for start, key in dated if start <= day]
        if held and held[-1] is not None:
            return held[-1]
    return None


def spans(levels: Sequence[Dated], first: date, after: date) -> list[tuple[date, date, str | None]]:
    """The days [first, after) cut where the table changes."""
    changes = {start for dated in levels for start, _ in dated if first < start < after}
    edges = [first, *sorted(changes), after]
    return [(start, end, in_force(levels, start)) for start, end in pairwise(edges)]


def assigned(
    session: Session, institution: Institution, counters: Sequence[Priced], first: date, after: date
) -> dict[int, list[Assigned]]:
    """The price tables of the counters of an institution, by point, through the days [first, after)."""
    known = {one.key: one for one in tariffs(session)}
    dated = _dated(session)
    regions = _regions(session, institution.region_code)
    found = {}
    for point, building, carrier in counters:
        subjects = [(Level.METER, point), (Level.BUILDING, building), (Level.INSTITUTION, institution.id)]
        subjects += [(Level.REGION, int(code)) for code in regions]
        levels = [dated.get((level.value, subject, carrier.value), []) for level, subject in subjects]
        found[point] = [
            Assigned(start, end, known[key] if key else None)
            for start, end, key in spans(levels, first, after)
        ]
    return found


def _dated(session: Session) -> Mapping[tuple[str, int, str], list[tuple[date, str | None]]]:
    found: dict[tuple[str, int, str], list[tuple[date, str | None]]] = {}
    for row in session.scalars(select(TariffAssignment).order_by(TariffAssignment.valid_from)):
        found.setdefault((row.level, row.subject_id, row.carrier), []).append((row.valid_from, row.key))
    return found


def _regions(session: Session, code: str) -> list[str]:
    """The region and those it lies in, the narrowest first."""
    holding = [one for one in session.scalars(select(Region.code)) if code.startswith(region_prefix(one))]
    return sorted(holding, key=lambda one: len(region_prefix(one)), reverse=True)
