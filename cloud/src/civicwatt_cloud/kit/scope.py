"""The one place that turns an actor into the institutions, and so the records, that the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution, Level, region_of, region_prefix
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.roles import Role


@dataclass(frozen=True, slots=True)
class Scope:
    """Parts of the organisation tree; without a node nothing is visible."""

    nodes: tuple[str, ...]

    def visible(self) -> ColumnElement[bool]:
        """The condition on Institution that every query of institutions carries."""
        return or_(false(), *(Institution.path.startswith(node, autoescape=True) for node in self.nodes))

    def institution_ids(self) -> Select[int]:
        """The ids of the visible institutions: every query of records asks for owners among them."""
        return select(Institution.id).where(self.visible())

    def institution(self, session: Session, institution_id: int) -> Institution:
        """The institution. Errors: NotFound, alike for one that is absent and one out of scope."""
        row = session.scalar(select(Institution).where(Institution.id == institution_id, self.visible()))
        if row is None:
            raise NotFound()
        return row

    @property
    def region_code(self) -> str | None:
        """The widest region that a node of it is or lies in; None: nothing is visible."""
        return region_of(min(self.nodes, key=len)) if self.nodes else None

    def has(self, session: Session, institution_id: int) -> bool:
        """Whether an institution is visible."""
        query = select(Institution.id).where(Institution.id == institution_id, self.visible())
        return bool(self.nodes) and session.scalar(query) is not None

    def holds(self, division: str) -> bool:
        """Whether a division, or what reports under its code, lies within."""
        return any(division.startswith(node) for node in self.nodes)


def scope_of(actor: Actor, roles: Iterable[Role], level: Level | None = None) -> Scope:
    """What the actor may see in one of these roles, held at this level or above."""
    return Scope(actor.nodes(roles, level))


def scope_of_region(code: str) -> Scope:
    """A region and all in it."""
    return Scope((region_prefix(code),))
