"""Who is told: the accounts that hold a role at a node or, where nobody does, at the nearest one above."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution, Level, Region, region_prefix
from civicwatt_cloud.kit.identity import Account, Grant, actor_named
from civicwatt_cloud.kit.roles import Role


def holders(
    session: Session, node: str, roles: Iterable[Role], today: date, level: Level | None = None
) -> frozenset[int]:
    """The accounts nearest to a node (`4299/U1/U7/`) that hold one of the roles, at this level or above.

    What everybody above is told nobody reads: a matter of a unit goes to the unit's own people first.
    """
    wanted = frozenset(roles)
    found = [
        (len(reached), account_id)
        for account_id, nodes in _nodes(session, node, wanted, today, level)
        for reached in nodes
        if node.startswith(reached)
    ]
    nearest = max((length for length, _ in found), default=0)
    return frozenset(account_id for length, account_id in found if length == nearest)


def _nodes(
    session: Session, node: str, roles: frozenset[Role], today: date, level: Level | None
) -> Iterable[tuple[int, tuple[str, ...]]]:
    """Accounts that may be among them, with the nodes at which they hold the roles today."""
    parts = node.split("/")
    above = ["/".join(parts[:n]) + "/" for n in range(1, len(parts))]
    regions = [code for code in session.scalars(select(Region.code)) if node.startswith(region_prefix(code))]
    candidates = (
        select(Account)
        .join(Grant, Grant.account_id == Account.id)
        .outerjoin(Institution, Institution.id == Grant.institution_id)
        .where(Account.disabled_us.is_(None), Grant.role.in_(roles))
        .where(or_(Grant.region_code.in_(regions), Institution.path.in_(above)))
        .distinct()
        .order_by(Account.id)
    )
    for account in session.scalars(candidates).all():
        yield account.id, actor_named(session, account, today).nodes(roles, level)
