"""The directory as pages walk it: institutions in scope, level by level or found by name; buildings."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import BUSINESS
from civicwatt_cloud.kit.scope import scope_of

SHOWN = 200


class Wanted(NamedTuple):
    """Which institutions: of these ids, or found by name or code, or below one, or the topmost."""

    ids: Sequence[int] = ()
    search: str = ""
    under: int | None = None


class Node(NamedTuple):
    """An institution, its region, and how many lie right below it."""

    institution: Institution
    region: str
    children: int


def nodes(context: Context, wanted: Wanted) -> tuple[int, list[Node]]:
    """How many there are, and the first of them in the order of the tree."""
    visible = scope_of(context.actor, BUSINESS).institution_ids()
    node, child = aliased(Institution), aliased(Institution)
    below = select(func.count()).where(child.parent_id == node.id).scalar_subquery()
    query = (
        select(node, Region.name, below, func.count().over())
        .join(Region, Region.code == node.region_code)
        .where(node.id.in_(visible))
        .order_by(node.path)
        .limit(SHOWN)
    )
    if wanted.ids:
        query = query.where(node.id.in_(wanted.ids))
    elif wanted.search:
        found = (one.icontains(wanted.search, autoescape=True) for one in (node.name, node.code))
        query = query.where(or_(*found))
    elif wanted.under is not None:
        query = query.where(node.parent_id == wanted.under)
    else:
        query = query.where(or_(node.parent_id.is_(None), node.parent_id.not_in(visible)))
    rows = context.session.execute(query).all()
    return (rows[0][3] if rows else 0), [Node(row, region, count) for row, region, count, _ in rows]


class Place(NamedTuple):
    """A building, and whose it is."""

    building: Building
    institution: str


def buildings(context: Context, wanted: Wanted) -> list[Place]:
    """The first buildings of the institutions in scope: those of these ids, or found by name or code."""
    visible = scope_of(context.actor, BUSINESS).institution_ids()
    owner = aliased(Institution)
    query = (
        select(Building, owner.name)
        .join(owner, owner.id == Building.institution_id)
        .where(Building.institution_id.in_(visible))
        .order_by(owner.path, Building.code)
        .limit(SHOWN)
    )
    if wanted.ids:
        query = query.where(Building.id.in_(wanted.ids))
    elif wanted.search:
        found = (one.icontains(wanted.search, autoescape=True) for one in (Building.name, Building.code))
        query = query.where(or_(*found))
    return [Place(building, name) for building, name in context.session.execute(query)]
