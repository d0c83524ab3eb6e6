"""The one place that turns an actor into the institutions that the actor may see."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution, region_prefix
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import Actor


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the region tree; without a region nothing is visible."""

    region_code: str | None

    def visible(self) -> ColumnElement[bool]:
        """The condition on Institution that every query of institutions carries."""
        if self.region_code is None:
            return false()
        prefix = region_prefix(self.region_code)
        return Institution.region_code.startswith(prefix) if prefix else true()

    def institution_ids(self) -> Select[int]:
        """The ids of the visible institutions."""
        return select(Institution.id).where(self.visible())

    def institution(self, session: Session, institution_id: int) -> Institution:
        """The institution. Errors: NotFound, alike for one that is absent and one out of scope."""
        row = session.scalar(select(Institution).where(Institution.id == institution_id, self.visible()))
        if row is None:
            raise NotFound()
        return row


def scope_of(actor: Actor) -> Scope:
    """What the actor may see."""
    return Scope(actor.region_code)
