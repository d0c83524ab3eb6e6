"""What waits for the actor, over all modules: records from which a workflow goes on by a step of his,
obligations of his roles, notices that he has not read.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from civicwatt_cloud.kit import obligations
from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.identity import Account, Actor
from civicwatt_cloud.kit.notices.api import LAST_ID, NoticeOut, newest
from civicwatt_cloud.kit.notices.notify import unread
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import reading
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.fields import Kind, fields_of
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.records.sensitive import MASK, OPEN, is_guarded
from civicwatt_cloud.kit.records.values import show
from civicwatt_cloud.kit.roles import EVERYBODY
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.workflow.models import WorkflowStep
from civicwatt_cloud.kit.workflow.opinions import ANSWERED, VERBS, open_of
from civicwatt_cloud.kit.workflow.spec import Transition, Workflow

router = APIRouter(prefix="/api/v1", tags=["待办"], responses=PROBLEMS)
IN_WORDS = frozenset({Kind.TEXT, Kind.NOTE, Kind.CHOICE})
SHOWN = 100  # of each kind; the oldest come first


class About(BaseModel):
    """What a record is about, beside its title: the first thing that its list says in words."""

    field: str
    value: Any


class NextStep(BaseModel):
    """A step by its verb."""

    zh: str
    en: str


class Waiting(BaseModel):
    """A record that waits for the actor."""

    module: str
    path: str
    id: int
    title: Any  # the value of the entity's title field
    about: About | None
    owner: str
    state: str
    steps: list[NextStep]  # that the actor may take now, the first one foremost
    since: str | None


class Owed(BaseModel):
    """An obligation of one of the actor's roles."""

    zh: str
    en: str
    subject: str  # its page: upkeep/equipment/17
    owner: str
    due: str
    is_overdue: bool


class Inbox(BaseModel):
    """What waits for the actor, the oldest first; obligations, the most urgent first; the newest notices."""

    total: int  # of records
    rows: list[Waiting]
    owed_total: int
    owed: list[Owed]
    unread: int
    notices: list[NoticeOut]


@router.get("/inbox", operation_id="get_inbox", summary="待办")
def inbox(
    request: Request, actor: Annotated[Actor, Depends(Requires(EVERYBODY, is_activity=False))]
) -> Inbox:
    """What waits for the actor, over all modules; a step's own rules are judged when it is taken."""
    with reading(request, actor) as context:
        return waiting(context, request.app.state.modules)


def waiting(context: Context, modules: tuple[Module, ...]) -> Inbox:
    """What waits for the actor, over these modules."""
    total = 0
    rows: list[Waiting] = []
    for module in modules:
        for entity in module.entities:
            if entity.workflow and context.actor.roles & entity.read:
                count, found = _of_entity(context, module, entity, entity.workflow)
                total, rows = total + count, rows + found
    owed = _owed(context)
    return Inbox(
        total=total,
        rows=sorted(rows, key=lambda row: row.since or "")[:SHOWN],
        owed_total=len(owed),
        owed=owed[:SHOWN],
        unread=unread(context.session, context.actor.account_id),
        notices=newest(context, only_unread=True, before=LAST_ID, most=SHOWN),
    )


def _owed(context: Context) -> list[Owed]:
    owners = select(Institution.id, Institution.name)
    until_us = context.now_us + obligations.AHEAD_US  # as early as people are reminded
    rows = obligations.waiting(context.session, context.actor, until_us)
    found = owners.where(Institution.id.in_({row.owner_id for row in rows}))
    names = dict(context.session.execute(found).all())
    return [
        Owed(
            zh=row.zh,
            en=row.en,
            subject=row.subject,
            owner=names[row.owner_id],
            due=iso(row.due_us, context.zone),
            is_overdue=row.due_us < context.now_us,
        )
        for row in rows
    ]


def _of_entity(context: Context, module: Module, entity: Entity, flow: Workflow) -> tuple[int, list[Waiting]]:
    model, field, owners = entity.model, fields_of(entity.model)[entity.title], aliased(Institution)
    arrows = [one for one in flow.transitions if one.roles & context.actor.roles]
    verbs = [*((one.zh, one.en) for one in arrows), VERBS[ANSWERED]]
    ways = [*(_way(context, entity, flow, one) for one in arrows), _is_asked(context, entity)]
    since = _steps_of(entity).with_only_columns(func.max(WorkflowStep.at_us)).scalar_subquery()
    query = (
        select(model, owners.name, since.label("since_us"), func.count().over(), *ways)
        .join(owners, owners.id == model.owner_id)
        .where(registry.visible(entity, context.actor), or_(false(), *ways))
        .order_by("since_us", model.id)
        .limit(SHOWN)
    )
    found = context.session.execute(query).all()
    rows = [
        Waiting(
            module=module.key,
            path=entity.path,
            id=row.id,
            title=MASK
            if is_guarded(field) or row.sensitivity not in OPEN
            else show(field, getattr(row, entity.title), context.zone),
            about=_about(context, entity, row),
            owner=owner,
            state=row.state,
            steps=[
                NextStep(zh=zh, en=en) for (zh, en), is_open in zip(verbs, ways_open, strict=True) if is_open
            ],
            since=None if since_us is None else iso(since_us, context.zone),
        )
        for row, owner, since_us, _, *ways_open in found
    ]
    return (found[0][3] if found else 0), rows


def _about(context: Context, entity: Entity, row: Any) -> About | None:
    fields = fields_of(entity.model)
    for name in entity.columns:
        field, value = fields.get(name), getattr(row, name)
        if field is None or name == entity.title or field.kind not in IN_WORDS or not value:
            continue
        if not is_guarded(field) and row.sensitivity in OPEN:
            return About(field=name, value=show(field, value, context.zone))
    return None


def _way(context: Context, entity: Entity, flow: Workflow, arrow: Transition) -> ColumnElement[bool]:
    """The records that wait for the actor to take this step."""
    model, actor = entity.model, context.actor
    owners = scope_of(actor, arrow.roles, arrow.level).institution_ids()
    sources = [one for one in arrow.sources if flow.goes_on(arrow, one)]
    way = and_(model.state.in_(sources), model.owner_id.in_(owners))  # type: ignore[attr-defined]
    if arrow.is_applicants:
        first = _steps_of(entity).where(WorkflowStep.event.not_in(VERBS))
        first = first.order_by(WorkflowStep.id).limit(1)
        way &= first.with_only_columns(WorkflowStep.account_id).scalar_subquery() == actor.account_id
    if arrow.by_another:
        mine = _steps_of(entity).where(WorkflowStep.event.not_in(VERBS))
        way &= ~mine.where(WorkflowStep.account_id == actor.account_id).exists()
        way &= ~open_of(entity.key, model).exists()
    if flow.state(arrow.target).is_final and arrow.target in sources:  # a word after the end: once
        way &= ~_steps_of(entity).where(WorkflowStep.event == arrow.event).exists()
    return way


def _is_asked(context: Context, entity: Entity) -> ColumnElement[bool]:
    """The records on which the actor is asked for an opinion."""
    return open_of(entity.key, entity.model).where(Account.id == context.actor.account_id).exists()


def _steps_of(entity: Entity) -> Any:
    """The steps of the record of the enclosing query."""
    mine = and_(WorkflowStep.entity == entity.key, WorkflowStep.record_id == entity.model.id)
    return select(WorkflowStep.id).where(mine).correlate(entity.model)
