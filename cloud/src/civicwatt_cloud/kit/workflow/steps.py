"""Taking steps: the one way in which a record's state changes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import select

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.errors import CloudError, NotPermitted
from civicwatt_cloud.kit.identity import Account
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.errors import FieldMissing, NotWritable, Outdated, titles_of
from civicwatt_cloud.kit.records.fields import Kind
from civicwatt_cloud.kit.records.values import parse, show
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.workflow.errors import NoSuchStep, NotYours, OpinionAwaited, OwnStep
from civicwatt_cloud.kit.workflow.models import WorkflowStep
from civicwatt_cloud.kit.workflow.opinions import ASKED, VERBS, open_among, steps_among
from civicwatt_cloud.kit.workflow.spec import Step, Transition, Workflow

BEGUN = "begin"


def possible(context: Context, entity: Entity, row: Any) -> list[Transition]:
    """The steps that this actor may take now; guards are asked when one is taken."""
    flow = _flow(entity)
    taken = _taken(context, entity, row)
    return [one for one in flow.leaving(row.state) if _refusal(context, one, row, taken) is None]


def deciding(context: Context, entity: Entity, row: Any) -> None:
    """Refuse whoever may not decide now on what another began. Errors: NoSuchStep, and why he may not."""
    flow, taken = _flow(entity), _taken(context, entity, row)
    arrows = [one for one in flow.leaving(row.state) if one.by_another]
    refusals = [_refusal(context, one, row, taken) for one in arrows]
    if None in refusals:
        return
    if refusals and refusals[0]:
        raise refusals[0]
    state, verb = flow.state(row.state), VERBS[ASKED]
    raise NoSuchStep(state_zh=state.zh, state=state.en, event_zh=verb.zh, event=verb.en)


class Wanted(NamedTuple):
    """A step that somebody wants to take: of which revision, and what the form of the step says."""

    rev: int
    event: str
    said: Mapping[str, object]


def take(context: Context, entity: Entity, record_id: int, wanted: Wanted) -> Any:
    """Take a step of a record in scope.

    Errors: NotFound, NotPermitted, NoSuchStep, OwnStep, NotYours, OpinionAwaited, Outdated, and what the
    guard raises.
    """
    row = registry.get(context, entity, record_id)
    if row.rev != wanted.rev:
        raise Outdated(rev=row.rev)
    flow = _flow(entity)
    arrows = [one for one in flow.leaving(row.state) if one.event == wanted.event]
    if not arrows:
        state = flow.state(row.state)
        known = next(one for one in flow.transitions if one.event == wanted.event)
        raise NoSuchStep(state_zh=state.zh, state=state.en, event_zh=known.zh, event=known.en)
    if refusal := _refusal(context, arrows[0], row, _taken(context, entity, row)):
        raise refusal
    return apply(context, entity, row, arrows[0], wanted.said)


def apply(context: Context, entity: Entity, row: Any, arrow: Transition, said: Mapping[str, object]) -> Any:
    """The step itself, by an actor that was judged or by the platform: guard, state, effect, trace, event."""
    values = _parsed(context, arrow, said)
    step = Step(row, values, context)
    if arrow.guard:
        arrow.guard(step)
    before, source = registry.told(entity, row, context.zone), row.state
    row.state = arrow.target
    if arrow.effect:
        arrow.effect(step)
    registry.touched(context, entity, row, f"{entity.key}_{arrow.event}", before)
    shown = {name: show(arrow.form[name], value, context.zone) for name, value in values.items()}
    context.session.add(
        WorkflowStep(
            entity=entity.key,
            record_id=row.id,
            event=arrow.event,
            source=source,
            target=row.state,
            account_id=context.actor.account_id,
            at_us=context.now_us,
            said=json.dumps(shown, ensure_ascii=False),
        )
    )
    events.tell(context, f"{entity.key}.{arrow.event}", {"id": row.id, "owner_id": row.owner_id}, row)
    return row


def begin(context: Context, entity: Entity, row: Any) -> None:
    """Note who began a record that has a workflow, and tell it."""
    context.session.add(
        WorkflowStep(
            entity=entity.key,
            record_id=row.id,
            event=BEGUN,
            source="",
            target=row.state,
            account_id=context.actor.account_id,
            at_us=context.now_us,
            said="{}",
        )
    )
    events.tell(context, f"{entity.key}.{BEGUN}", {"id": row.id, "owner_id": row.owner_id}, row)


def taken(context: Context, entity: Entity, record_id: int) -> Sequence[WorkflowStep]:
    """The steps of a record, the first one first."""
    query = select(WorkflowStep).where(WorkflowStep.entity == entity.key, WorkflowStep.record_id == record_id)
    return context.session.scalars(query.order_by(WorkflowStep.id)).all()


def names(context: Context, taken: Sequence[WorkflowStep]) -> dict[int, str]:
    """What the people who took steps, or were asked, are called, by account."""
    accounts = {one for row in taken for one in (row.account_id, row.asked_id) if one is not None}
    query = select(Account.id, Account.display_name).where(Account.id.in_(accounts))
    return dict(context.session.execute(query).all())


def _taken(context: Context, entity: Entity, row: Any) -> Sequence[WorkflowStep]:
    return taken(context, entity, row.id)


def _refusal(
    context: Context, arrow: Transition, row: Any, taken: Sequence[WorkflowStep]
) -> CloudError | None:
    """Why this actor may not take an arrow; None: he may."""
    actor = context.actor
    if not scope_of(actor, arrow.roles, arrow.level).has(context.session, row.owner_id):
        return NotPermitted()
    done = steps_among(taken)
    began = done[0].account_id if done else None
    if arrow.is_applicants and began != actor.account_id:
        return NotYours(event_zh=arrow.zh, event=arrow.en)
    if arrow.by_another:
        barred = {actor.account_id, *_stands_in_for(context, arrow, row)}
        if any(one.account_id in barred for one in done):
            return OwnStep(event_zh=arrow.zh, event=arrow.en)
        if asked := open_among(context.session, taken):
            who = context.session.get_one(Account, asked.asked_id).display_name
            return OpinionAwaited(who=who, event_zh=arrow.zh, event=arrow.en)
    return None


def _stands_in_for(context: Context, arrow: Transition, row: Any) -> set[int]:
    """Whose lent role lets the actor take the arrow, where none of his own does."""
    grants = context.actor.grants
    owners = {one.owner_id for one in grants if one.owner_id is not None and one.role in arrow.roles}
    own = replace(context.actor, grants=tuple(one for one in grants if one.owner_id is None))
    if not owners or scope_of(own, arrow.roles, arrow.level).has(context.session, row.owner_id):
        return set()
    return owners


def _parsed(context: Context, arrow: Transition, said: Mapping[str, object]) -> dict[str, object]:
    if names := [name for name in said if name not in arrow.form]:
        raise NotWritable(names=", ".join(names))
    values = {name: parse(arrow.form[name], one, context.zone) for name, one in said.items()}
    for name, value in values.items():
        if arrow.form[name].kind is Kind.REFERENCE and value is not None:
            registry.referred(context, arrow.form[name], value)
    if missing := [name for name in arrow.form if name in arrow.required and values.get(name) is None]:
        raise FieldMissing(",".join(missing), **titles_of(arrow.form[name] for name in missing))
    return values


def _flow(entity: Entity) -> Workflow:
    if entity.workflow is None:
        raise TypeError(entity.key)
    return entity.workflow
