"""An institution is merged into another: from that day its part of every building is the successor's."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.directory import Building
from civicwatt_cloud.kit.organisation import Succession
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.timeseries.ledger.shares.models import BuildingShare
from civicwatt_cloud.timeseries.ledger.shares.parts import WHOLE, in_force, shares


@events.on("org_change.take_effect")
def institution_merged(context: Context, facts: events.Facts) -> None:
    """What the former institution used stays its own; what is used from the day on is the successor's."""
    session, source_id = context.session, int(str(facts["owner_id"]))
    found = session.scalar(select(Succession).where(Succession.source_id == source_id))
    if found is None:  # it was moved
        return
    owned = select(Building.id).where(Building.institution_id == source_id)
    shared = select(BuildingShare.building_id).where(BuildingShare.institution_id == source_id)
    for building in session.scalars(owned.union(shared)).all():
        _take_over(session, building, found)


def _take_over(session: Session, building: int, found: Succession) -> None:
    """The shares from the day on, and those that are to begin later, name the successor."""
    owner = session.get_one(Building, building).institution_id
    dated = shares(session, (building,)).get(building, [])
    later = [one.valid_from for one in dated if one.valid_from > found.on_day]
    for day in (found.on_day, *later):
        parts = in_force(dated, day) or {owner: WHOLE}
        if found.source_id in parts:
            _write(session, building, day, _passed_on(parts, found), found.document)


def _passed_on(parts: Mapping[int, int], found: Succession) -> dict[int, int]:
    """The former one's part is added to the successor's."""
    rest = {one: part for one, part in parts.items() if one != found.source_id}
    return rest | {found.into_id: parts[found.source_id] + parts.get(found.into_id, 0)}


def _write(session: Session, building: int, day: date, parts: Mapping[int, int], document: str) -> None:
    """The shares of a day, instead of those there are."""
    row = BuildingShare
    session.execute(delete(row).where(row.building_id == building, row.valid_from == day))
    session.add_all(
        row(building_id=building, valid_from=day, institution_id=one, parts=part, document=document[:200])
        for one, part in parts.items()
    )
    session.flush()
