"""Who asks, and what is granted to them on a day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from civicwatt_cloud.kit.directory import Institution, Level, Region, level_of, region_of, region_prefix
from civicwatt_cloud.kit.identity.codes import digest
from civicwatt_cloud.kit.identity.models import Account, Grant, Method, OpenSession
from civicwatt_cloud.kit.identity.policy import policy_of
from civicwatt_cloud.kit.identity.sessions import SEEN_EVERY_US, has_ended
from civicwatt_cloud.kit.roles import Role

# Asked with every request, so the two queries are made once: making one costs more than asking it.
_OWN, _OWNER = aliased(Grant), aliased(Account)
_DAY: BindParameter[date] = bindparam("today")
_OPENED = (
    select(OpenSession, Account)
    .outerjoin(Account, Account.id == OpenSession.account_id)
    .where(OpenSession.token_hash == bindparam("token_hash"))
)
_GRANTS = (
    select(Grant.role, Region, Institution, _OWNER.id)
    .outerjoin(_OWN, _OWN.id == Grant.delegated_id)
    .outerjoin(_OWNER, _OWNER.id == _OWN.account_id)
    .outerjoin(Region, Region.code == Grant.region_code)
    .outerjoin(Institution, Institution.id == Grant.institution_id)
    .where(Grant.account_id == bindparam("account_id"), Grant.valid_from <= _DAY)
    .where(or_(Grant.valid_to.is_(None), Grant.valid_to > _DAY))
    .where(or_(Grant.delegated_id.is_(None), _OWN.valid_to.is_(None), _OWN.valid_to > _DAY))
    .where(_OWNER.disabled_us.is_(None))  # holds where nobody lends it, too
    .order_by(Grant.id)
)


class Granted(NamedTuple):
    """A role, and the node it reaches from: all whose path begins so; an administrator's has none."""

    role: Role
    node: str | None
    level: Level
    name: str  # of the node
    owner_id: int | None = None  # the account that lends it


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and what is granted today. In the set-up session there is no account yet."""

    account_id: int | None
    username: str
    display_name: str
    grants: tuple[Granted, ...] = ()
    method: Method | None = None  # how the session was opened
    password_set_us: int | None = None
    has_second_factor: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere."""
        return frozenset(one.role for one in self.grants)

    @property
    def who(self) -> str:
        """As the audit names the actor: an account, or the platform itself."""
        return self.username if self.account_id is None else f"account/{self.username}"

    def nodes(self, roles: Iterable[Role], level: Level | None = None) -> tuple[str, ...]:
        """Where one of these roles is held, at this level of the administration or above."""
        wanted = frozenset(roles)
        return tuple(
            one.node
            for one in self.grants
            if one.role in wanted and one.node is not None and (level is None or one.level.rank <= level.rank)
        )

    def region(self) -> tuple[str, str] | None:
        """Code and name of the widest node of the business; None for an administrator."""
        placed = [(one.node, one.name) for one in self.grants if one.node is not None]
        if not placed:
            return None
        node, name = min(placed, key=lambda one: len(one[0]))
        return region_of(node), name


def actor_of(session: Session, token: str, now_us: int, today: date) -> tuple[Actor, bool] | None:
    """Who holds the token, and whether its last use should be noted; None when the session has ended.

    `now_us` is real time, which sessions live in; `today` the business day, by which grants hold.
    """
    found = session.execute(_OPENED, {"token_hash": digest(token)}).one_or_none()
    if found is None or has_ended(found[0], now_us, policy_of(session)):
        return None
    opened, account = found
    is_stale = now_us - opened.seen_us > SEEN_EVERY_US
    if account is None:
        return Actor(None, "", ""), is_stale
    if account.disabled_us is not None:
        return None
    return replace(actor_named(session, account, today), method=Method(opened.method)), is_stale


def actor_named(session: Session, account: Account, today: date) -> Actor:
    """The account with what is granted to it on a day."""
    rows = session.execute(_GRANTS, {"account_id": account.id, "today": today})
    grants = tuple(
        _granted(Role(role), region, institution)._replace(owner_id=lender)
        for role, region, institution, lender in rows
    )
    return Actor(
        account.id,
        account.username,
        account.display_name,
        grants,
        password_set_us=account.password_set_us,
        has_second_factor=account.totp_step is not None,
    )


def _granted(role: Role, region: Region | None, institution: Institution | None) -> Granted:
    if institution is not None:
        return Granted(role, institution.path, Level(institution.level), institution.name)
    if region is not None:
        return Granted(role, region_prefix(region.code), level_of(region.code), region.name)
    return Granted(role, None, Level.NATION, "")
