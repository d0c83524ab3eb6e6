"""Buildings that institutions share: who has which part of them on which days, by which document."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Building
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.timeseries.figures.rules import DatedValue
from civicwatt_cloud.timeseries.ledger.shares.models import BuildingShare
from civicwatt_cloud.timeseries.ledger.shares.parts import WHOLE, Shares, allocate, in_force, shares


@dataclass(frozen=True, slots=True)
class Span:
    """An institution's part of a building on the days [start, end)."""

    start: date
    end: date
    parts: int  # of WHOLE
    document: str

    @property
    def percent(self) -> str:
        """The part in percent, exactly: 33.3334."""
        whole, rest = divmod(self.parts, WHOLE // 100)
        return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True, eq=False)
class Sharing:
    """How one building is shared through time; before its first shares it is all its owner's."""

    owner: int
    dated: Sequence[Shares]
    documents: Mapping[tuple[int, date], str]

    def institutions(self) -> list[int]:
        """All that ever have a part."""
        return sorted(
            {self.owner, *(one for dated in self.dated for one, part in dated.parts.items() if part)}
        )

    def spans(self, institution: int) -> Iterator[Span]:
        """When and how much the institution has a part, in order."""
        for start, end in self.edges():
            parts = in_force(self.dated, start) or {self.owner: WHOLE}
            if parts.get(institution):
                yield Span(start, end, parts[institution], self.documents.get((institution, start), ""))

    def edges(self) -> Iterator[tuple[date, date]]:
        """The days [from, to) between which the shares stay as they are."""
        return pairwise([date.min, *(one.valid_from for one in self.dated), date.max])


def shared_buildings() -> Select[int]:
    """The ids of the buildings that anybody shares."""
    return select(BuildingShare.building_id)


def visible(scope: Scope) -> ColumnElement[bool]:
    """The condition on Building: a visible institution's own, or one that it shares."""
    return of_institutions(scope.institution_ids())


def of_institutions(ids: Select[int]) -> ColumnElement[bool]:
    """The condition on Building: own of these institutions, or shared by them."""
    return or_(
        Building.institution_id.in_(ids),
        Building.id.in_(shared_buildings().where(BuildingShare.institution_id.in_(ids))),
    )


def sharings(session: Session, scope: Scope) -> dict[int, Sharing]:
    """How the visible shared buildings are shared, by building."""
    query = select(Building.id, Building.institution_id).where(
        Building.id.in_(shared_buildings()), visible(scope)
    )
    owners = dict(session.execute(query).all())
    if not owners:
        return {}
    row = BuildingShare
    documents: dict[int, dict[tuple[int, date], str]] = defaultdict(dict)
    told = select(row.building_id, row.institution_id, row.valid_from, row.document)
    for building, institution, day, document in session.execute(told.where(row.building_id.in_(owners))):
        documents[building][institution, day] = document
    return {
        building: Sharing(owners[building], dated, documents[building])
        for building, dated in shares(session, owners).items()
    }


def parts_of_values(rows: Iterable[DatedValue], sharing: Sharing, institution: int) -> list[DatedValue]:
    """An institution's part of dated floor areas, cut where the shares change; the parts add up to them.

    It begins with its first part; from then on a day without one is a part of 0.
    """
    found: list[DatedValue] = []
    for row in sorted(rows, key=lambda row: row.valid_from):
        for start, end in sharing.edges():
            first, last = max(row.valid_from, start), min(row.valid_to or date.max, end)
            parts = in_force(sharing.dated, start) or {sharing.owner: WHOLE}
            value = allocate(row.value, parts).get(institution, 0)
            if first >= last or not (found or parts.get(institution)):
                continue
            until = None if last == date.max else last
            span = next((one for one in sharing.spans(institution) if one.start == start), None)
            told = f"{row.source}；分摊 {span.percent} %" if span else row.source
            source = f"{told}（{span.document}）" if span and span.document else told
            found.append(replace(row, value=value, valid_from=first, valid_to=until, source=source))
    return found
