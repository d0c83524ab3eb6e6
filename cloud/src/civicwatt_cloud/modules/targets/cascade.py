"""What a node of a plan looks like: its path, how it stands, its children and whether they add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import region_prefix
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.targets import rules
from civicwatt_cloud.modules.targets.choices import Indicator
from civicwatt_cloud.modules.targets.models import Plan, TargetFigure
from civicwatt_cloud.modules.targets.rules import Child, Held, Proposal
from civicwatt_protocols.quantity import MICRO

MOST_CHILDREN = 2000


class Wanted(NamedTuple):
    """Which node by which indicator in which year; no node: the highest one in scope."""

    year: int
    node: str | None
    indicator: Indicator


@dataclass(frozen=True, slots=True)
class Check:
    """Whether the children's targets come to the parent's [1e-6 of the unit]."""

    together: int | None
    target: int | None
    counted: int
    left_out: int  # children without a target

    @property
    def difference(self) -> int | None:
        """Children − parent: above zero they ask for too little."""
        if self.together is None or self.target is None:
            return None
        return self.together - self.target


@dataclass(frozen=True, slots=True)
class Cascade:
    """A node in a year."""

    plan: Plan
    node: TargetFigure
    years: Sequence[TargetFigure]
    children: Sequence[TargetFigure]
    check: Check | None
    proposals: dict[str, Proposal]
    above: Sequence[tuple[str, str]]  # code and name of the nodes from the plan's region down


def plan_of(session: Session, plan_id: int) -> Plan:
    """The plan; whose figures one may see is decided by the node. Errors: NotFound."""
    plan = session.get(Plan, plan_id)
    if plan is None or plan.removed_us is not None:
        raise NotFound()
    return plan


def look(session: Session, scope: Scope, plan: Plan, wanted: Wanted) -> Cascade:
    """The node of that code, or the highest one in scope. Errors: NotFound."""
    own = _own(session, scope, plan, wanted)
    query = select(TargetFigure).where(
        TargetFigure.plan_id == plan.id, TargetFigure.indicator == wanted.indicator.value
    )
    years = session.scalars(query.where(TargetFigure.node == own.node).order_by(TargetFigure.year)).all()
    below = query.where(
        TargetFigure.year == own.year, TargetFigure.parent == own.node, TargetFigure.node != own.node
    )
    children = session.scalars(below.order_by(TargetFigure.node).limit(MOST_CHILDREN)).all()
    return Cascade(
        plan,
        own,
        years,
        children,
        check(own, children),
        proposals(own, children),
        _above(session, scope, own),
    )


def is_made(session: Session, plan: Plan, year: int) -> bool:
    """Whether anything of that year is kept."""
    query = select(TargetFigure.node).where(TargetFigure.plan_id == plan.id, TargetFigure.year == year)
    return session.scalar(query.limit(1)) is not None


def check(own: TargetFigure, children: Sequence[TargetFigure]) -> Check | None:
    """Σ target × denominator ÷ Σ denominator of the children, against the node's own target."""
    if not children:
        return None
    held = [
        Held(Fraction(one.target), weight)
        for one in children
        if one.target is not None and (weight := _weight(one))
    ]
    whole = rules.together(held)
    return Check(None if whole is None else round(whole), own.target, len(held), len(children) - len(held))


def proposals(own: TargetFigure, children: Sequence[TargetFigure]) -> dict[str, Proposal]:
    """What could be asked of each child such that together they reach the node's reduction."""
    if own.reduction is None:
        return {}
    asked = [
        Child(one.node, Fraction(round(one.base * weight)), _past(one))
        for one in children
        if one.base is not None and (weight := _weight(one))
    ]
    found = rules.decomposed(asked, Fraction(own.reduction, 100_000)) if asked else []
    return {one.node: one for one in found}


def _weight(one: TargetFigure) -> Fraction | None:
    """The denominator of the base year; where the base value was stated, of this year."""
    if one.base_amount and one.base:
        return Fraction(one.base_amount, one.base)
    return Fraction(one.denominator) if one.denominator else None


def _past(one: TargetFigure) -> Fraction | None:
    """How far it has come since the base year, by the last whole year."""
    last = one.before if one.before is not None else None
    return (
        Fraction(round(MICRO * (one.base - last) / one.base), MICRO)
        if one.base and last is not None
        else None
    )


def _own(session: Session, scope: Scope, plan: Plan, wanted: Wanted) -> TargetFigure:
    year, node, indicator = wanted
    query = select(TargetFigure).where(
        TargetFigure.plan_id == plan.id, TargetFigure.year == year, TargetFigure.indicator == indicator.value
    )
    if node is not None:
        found = session.scalar(query.where(TargetFigure.code == node))
    else:
        root = region_prefix(plan.region)
        keys = [
            root if root.startswith(one) else one
            for one in scope.nodes
            if root.startswith(one) or one.startswith(root)
        ]
        keys = sorted(keys, key=len)[:1]
        found = session.scalar(query.where(TargetFigure.node.in_(keys)))
    if found is None or not scope.holds(found.node):
        raise NotFound()
    return found


def _above(session: Session, scope: Scope, own: TargetFigure) -> list[tuple[str, str]]:
    """The way from the highest node in scope to this one."""
    found: list[tuple[str, str]] = []
    at: TargetFigure | None = own
    while at is not None and at.node != at.parent and scope.holds(at.parent):
        query = select(TargetFigure).where(
            TargetFigure.plan_id == own.plan_id,
            TargetFigure.year == own.year,
            TargetFigure.indicator == own.indicator,
            TargetFigure.node == at.parent,
        )
        at = session.scalar(query)
        if at is not None:
            found.append((at.code, at.name))
    return found[::-1]
