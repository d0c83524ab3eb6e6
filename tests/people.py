"""The people of a test's city, and what each of them does when."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import SECOND_US, date_of, iso
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant, actor_named
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps

ZONE = ZoneInfo("Asia/Shanghai")


def us(said: str) -> int:
    """An instant of the business zone, such as 2026-09-24 16:00."""
    return int(datetime.fromisoformat(said).replace(tzinfo=ZONE).timestamp()) * SECOND_US


def local(t_us: int | None) -> str | None:
    """The same, back."""
    return None if t_us is None else iso(t_us, ZONE)[:16].replace("T", " ")


def appointed(session: Session, name: str, role: Role, **node: object) -> int:
    """The account of somebody new who holds a role, at an `institution_id` or in a `region_code`."""
    account = Account(username=name, display_name=name, created_us=0)
    session.add(account)
    session.flush()
    session.add(Grant(account_id=account.id, role=role, valid_from=FOR_EVER, **node))
    session.flush()
    return account.id


def acting(session: Session, account_id: int | None, now_us: int) -> Context:
    """Somebody at an instant; nobody: the platform itself."""
    if account_id is None:
        return Context(session, PLATFORM, ZONE, now_us)
    account = session.get_one(Account, account_id)
    return Context(session, actor_named(session, account, date_of(now_us, ZONE)), ZONE, now_us)


def begun(context: Context, entity: Entity, owner: int, said: dict[str, Any]) -> Any:
    """A record as its route makes it."""
    row = registry.create(context, entity, owner, said)
    if entity.workflow:
        steps.begin(context, entity, row)
    return row
