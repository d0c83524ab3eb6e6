"""加签: whoever is about to decide asks one more person first; the answer is an opinion, no decision."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.directory import Institution, Region, region_prefix
from civicwatt_cloud.kit.identity import Account, Grant, actor_named
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.errors import NobodyAsked, NotAskable
from civicwatt_cloud.kit.workflow.models import WorkflowStep
from civicwatt_cloud.kit.workflow.opinions import ANSWERED, ASKED, open_among, steps_among

LONGEST = 500  # letters of a question or an opinion


def has_any(entity: Entity) -> bool:
    """Whether somebody decides here on what another began."""
    return entity.workflow is not None and any(one.by_another for one in entity.workflow.transitions)


def ask(context: Context, entity: Entity, record_id: int, account_id: int, question: str) -> Any:
    """Ask an account for its opinion, before deciding oneself.

    Errors: NotFound, NotPermitted, NoSuchStep, OwnStep, OpinionAwaited, NotAskable.
    """
    row = registry.get(context, entity, record_id)
    steps.deciding(context, entity, row)
    if account_id not in {one.id for one in _askable(context, entity, row)}:
        raise NotAskable()
    return _note(context, entity, row, account_id, {"question": question})


def answer(context: Context, entity: Entity, record_id: int, *, agrees: bool, opinion: str) -> Any:
    """Say what one thinks of it. Errors: NotFound, NotPermitted, NobodyAsked."""
    row = registry.get(context, entity, record_id)
    account_id, asked = context.actor.account_id, open_of(context, entity, record_id)
    if account_id is None or asked is None or asked.asked_id != account_id:
        raise NobodyAsked()
    return _note(context, entity, row, account_id, {"agrees": agrees, "opinion": opinion})


def open_of(context: Context, entity: Entity, record_id: int) -> WorkflowStep | None:
    """What is asked of a record and not answered yet."""
    return open_among(context.session, steps.taken(context, entity, record_id))


def may_ask(context: Context, entity: Entity, row: Any) -> bool:
    """Whether the actor may decide on it now, and so ask."""
    return any(one.by_another for one in steps.possible(context, entity, row))


def askable(context: Context, entity: Entity, record_id: int) -> Sequence[Account]:
    """Whom the actor may ask now: who may open the record, without himself and whoever began it."""
    row = registry.get(context, entity, record_id)
    return _askable(context, entity, row) if may_ask(context, entity, row) else ()


def _askable(context: Context, entity: Entity, row: Any) -> list[Account]:
    session = context.session
    path = session.get_one(Institution, row.owner_id).path
    parts = path.split("/")
    above = ["/".join(parts[:n]) + "/" for n in range(1, len(parts))]
    regions = [code for code in session.scalars(select(Region.code)) if path.startswith(region_prefix(code))]
    began = [one.account_id for one in steps_among(steps.taken(context, entity, row.id))[:1]]
    barred = [one for one in (context.actor.account_id, *began) if one is not None]
    candidates = (
        select(Account)
        .join(Grant, Grant.account_id == Account.id)
        .outerjoin(Institution, Institution.id == Grant.institution_id)
        .where(Account.disabled_us.is_(None), Account.id.not_in(barred), Grant.role.in_(entity.read))
        .where(or_(Grant.region_code.in_(regions), Institution.path.in_(above)))
        .distinct()
        .order_by(Account.id)
    )
    return [
        one
        for one in session.scalars(candidates).all()
        if scope_of(actor_named(session, one, context.today), entity.read).has(session, row.owner_id)
    ]


def _note(context: Context, entity: Entity, row: Any, asked_id: int, said: Mapping[str, object]) -> Any:
    """A revision, a row of the audit and one of the trace, the event: as with every step."""
    event = ASKED if "question" in said else ANSWERED
    registry.touched(context, entity, row, f"{entity.key}_{event}", registry.told(entity, row, context.zone))
    context.session.add(
        WorkflowStep(
            entity=entity.key,
            record_id=row.id,
            event=event,
            source=row.state,
            target=row.state,
            account_id=context.actor.account_id,
            asked_id=asked_id,
            at_us=context.now_us,
            said=json.dumps(said, ensure_ascii=False),
        )
    )
    events.tell(context, f"{entity.key}.{event}", {"id": row.id, "owner_id": row.owner_id}, row)
    return row
