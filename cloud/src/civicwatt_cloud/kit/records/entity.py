"""What a module says of its records: the manifest that routes, pages, workbooks and tests are made from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fastapi import APIRouter
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.indicators.spec import Indicator
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.spec import Workflow

Roles = frozenset[Role]
NOBODY: Roles = frozenset()


class Report(NamedTuple):
    """A workbook beyond the registry, downloaded from the page of its module or of its record."""

    path: str  # annual-return/export: below the module's address, or the record's
    zh: str
    en: str
    read: Roles
    asks_year: bool = False


@dataclass(frozen=True, eq=False)  # an entity is itself, whatever it holds
class Entity:
    """A kind of record."""

    key: str  # vehicle
    path: str  # vehicles: /api/v1/fleet/vehicles
    model: type[Record]
    zh: str
    en: str
    title: str  # the field people know a record by
    read: Roles
    write: Roles = NOBODY  # nobody: use cases only
    columns: tuple[str, ...] = ()  # of the list; the first ones matter most
    order: str = ""  # of a list that nobody ordered: -cost; else the newest first
    filters: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    natural_key: tuple[str, ...] = ()  # by which an import finds the record that is there
    sees_personal: Roles = NOBODY
    workflow: Workflow | None = None
    check: Callable[[Session, Any], None] | None = None  # rules over fields, before a record is written
    complete: Callable[[Context, Any], None] | None = None  # of a new record: its number, its clock
    has_files: bool = False
    is_urgent: Callable[[Any], bool] | None = None  # a record of which people hear at any hour
    reports: tuple[Report, ...] = ()  # of one record

    @property
    def workers(self) -> Roles:
        """Who works on such records: writes them, or takes a step of theirs."""
        arrows = self.workflow.transitions if self.workflow else ()
        return self.write.union(*(one.roles for one in arrows))


class Job(NamedTuple):
    """What a module does on its own from time to time, in one transaction: confirm, remind, watch."""

    name: str
    every_s: int  # real seconds
    run: Callable[[Context], None]  # on the platform's behalf


class Section(NamedTuple):
    """Kinds of records that are worked on together: one entry of the module's menu."""

    zh: str
    en: str
    entities: tuple[Entity, ...]


def entities_of(sections: tuple[Section, ...]) -> tuple[Entity, ...]:
    """All entities of these sections, in their order."""
    return tuple(one for section in sections for one in section.entities)


@dataclass(frozen=True, eq=False)  # a module is itself, whatever it holds
class Module:
    """An administrative module; a file that it does not need is absent."""

    key: str
    zh: str
    en: str
    entities: tuple[Entity, ...]
    routers: tuple[APIRouter, ...] = field(default=())  # what goes beyond the registry
    jobs: tuple[Job, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    reports: tuple[Report, ...] = ()
    sections: tuple[Section, ...] = ()  # of a module with too many entities for one row; each in one

    def entity(self, key: str) -> Entity:
        """The entity of that key. Errors: KeyError."""
        return {one.key: one for one in self.entities}[key]
