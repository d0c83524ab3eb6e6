"""Dated head counts and floor areas of the visible institutions, row by row."""

from collections import defaultdict

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Building, Denominator, DenominatorKind
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.timeseries.figures.rules import DatedValue
from civicwatt_cloud.timeseries.figures.sharing import parts_of_values, shared_buildings, sharings


def head_counts(session: Session, scope: Scope) -> dict[int, list[DatedValue]]:
    """Dated head counts by institution."""
    found: dict[int, list[DatedValue]] = defaultdict(list)
    for row in session.scalars(
        select(Denominator).where(
            Denominator.kind == DenominatorKind.HEAD_COUNT,
            Denominator.subject_id.in_(scope.institution_ids()),
        )
    ):
        found[row.subject_id].append(_dated(row))
    return found


Areas = dict[int, list[tuple[Building, list[DatedValue]]]]


def floor_areas(session: Session, scope: Scope) -> Areas:
    """Buildings with their dated floor areas [0.01 m²] by institution; a building without one has no rows.

    Of a shared building each institution has its part.
    """
    shared = shared_areas(session, scope)
    own = Building.institution_id.in_(scope.institution_ids()), Building.id.not_in(shared_buildings())
    for building, rows in _floor_areas(session, and_(*own)):
        shared[building.institution_id].append((building, rows))
    for found in shared.values():
        found.sort(key=lambda one: one[0].code)
    return shared


def shared_areas(session: Session, scope: Scope) -> Areas:
    """The same of shared buildings only: the visible institutions' parts."""
    found: Areas = defaultdict(list)
    shared = sharings(session, scope)
    ids = set(session.scalars(scope.institution_ids())) if shared else set()
    for building, rows in _floor_areas(session, Building.id.in_(shared)) if shared else ():
        for institution in shared[building.id].institutions():
            parts = parts_of_values(rows, shared[building.id], institution)
            if institution in ids and (parts or not rows):
                found[institution].append((building, parts))
    return found


def _floor_areas(session: Session, where: ColumnElement[bool]) -> list[tuple[Building, list[DatedValue]]]:
    found: dict[int, tuple[Building, list[DatedValue]]] = {}
    row = Denominator
    for building, denominator in session.execute(
        select(Building, row)
        .outerjoin(row, (row.subject_id == Building.id) & (row.kind == DenominatorKind.FLOOR_AREA))
        .where(where)
        .order_by(Building.code, row.valid_from)
    ):
        _, rows = found.setdefault(building.id, (building, []))
        if denominator is not None:
            rows.append(_dated(denominator))
    return list(found.values())


def _dated(row: Denominator) -> DatedValue:
    return DatedValue(row.value, row.valid_from, row.valid_to, row.source)
