"""Dated head counts and floor areas of all visible institutions, without an object of the register a row."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Building, Denominator, DenominatorKind
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.energy.rules import DatedValue

Areas = list[tuple[str, list[DatedValue]]]  # buildings by name; one without a floor area has no rows


def heads(session: Session, scope: Scope) -> dict[int, list[DatedValue]]:
    """Head counts by institution."""
    row = Denominator
    query = select(row.subject_id, row.value, row.valid_from, row.valid_to).where(
        row.kind == DenominatorKind.HEAD_COUNT, row.subject_id.in_(scope.institution_ids())
    )
    found: dict[int, list[DatedValue]] = defaultdict(list)
    for institution, value, valid_from, valid_to in session.execute(query):
        found[institution].append(DatedValue(value, valid_from, valid_to))
    return found


def areas(session: Session, scope: Scope) -> dict[int, Areas]:
    """Floor areas [0.01 m²] of the buildings by institution."""
    row = Denominator
    query = (
        select(Building.institution_id, Building.id, Building.name, row.value, row.valid_from, row.valid_to)
        .outerjoin(row, (row.subject_id == Building.id) & (row.kind == DenominatorKind.FLOOR_AREA))
        .where(Building.institution_id.in_(scope.institution_ids()))
        .order_by(Building.id)
    )
    found: dict[int, Areas] = defaultdict(list)
    before = None
    for institution, building, name, value, valid_from, valid_to in session.execute(query):
        if building != before:
            found[institution].append((name, []))
            before = building
        if value is not None:
            found[institution][-1][1].append(DatedValue(value, valid_from, valid_to))
    return found
