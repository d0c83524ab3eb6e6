"""A record that waits for somebody makes a notice; when it goes on, what was said of it is over."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.events import Background, Facts
from civicwatt_cloud.kit.notices.holders import holders
from civicwatt_cloud.kit.notices.models import Kind as About
from civicwatt_cloud.kit.notices.notify import Matter, notify, settle
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.fields import Kind, fields_of
from civicwatt_cloud.kit.records.sensitive import MASK, OPEN, is_guarded
from civicwatt_cloud.kit.records.values import show
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.models import WorkflowStep
from civicwatt_cloud.kit.workflow.opinions import VERBS, open_among, steps_among
from civicwatt_cloud.kit.workflow.spec import Workflow


def hearers(modules: Sequence[Module]) -> tuple[Background, ...]:
    """For each step of each workflow of these modules."""
    return tuple(
        Background(f"notices/{entity.key}", f"{entity.key}.{event}", partial(_stepped, module, entity, flow))
        for module in modules
        for entity in module.entities
        if (flow := entity.workflow)
        for event in sorted({steps.BEGUN, *VERBS, *(arrow.event for arrow in flow.transitions)})
    )


def _stepped(module: Module, entity: Entity, flow: Workflow, context: Context, facts: Facts) -> None:
    row = context.session.get(entity.model, facts["id"])
    subject = f"{module.key}/{entity.path}/{facts['id']}"
    taken = steps.taken(context, entity, int(str(facts["id"])))
    key = f"waiting/{subject}/{taken[-1].id if taken else 0}"
    settle(context, subject, About.WAITING, but=key)
    if row is None or row.removed_us is not None:
        return
    owner = context.session.get_one(Institution, row.owner_id)
    accounts = _awaited(context, flow, row, owner, taken)
    if not accounts:
        return
    state, (title_zh, title_en) = flow.state(row.state), _titles(context, entity, row)  # type: ignore[attr-defined]
    matter = Matter(
        key=key,
        kind=About.WAITING,
        owner_id=owner.id,
        zh=f"{entity.zh}“{title_zh}”{state.zh}，等待办理（{owner.name}）",
        en=f"{entity.en} '{title_en}': {state.en}, waits for the next step ({owner.name})",
        subject=subject,
        is_urgent=entity.is_urgent is not None and entity.is_urgent(row),
    )
    notify(context, matter, accounts)


def _awaited(
    context: Context, flow: Workflow, row: Any, owner: Institution, taken: Sequence[WorkflowStep]
) -> set[int]:
    """Who can take the next step, but for whoever took the last one and knows; first, who is asked."""
    asked = open_among(context.session, taken)
    if asked and asked.asked_id:
        return {asked.asked_id}
    taken = steps_among(taken)
    today = context.today
    found: set[int] = set()
    for arrow in flow.leaving(row.state):
        if not flow.goes_on(arrow, row.state):
            continue
        if arrow.is_applicants:
            found |= {taken[0].account_id} if taken and taken[0].account_id else set()
            continue
        barred = {one.account_id for one in taken} if arrow.by_another else set()
        found |= holders(context.session, owner.path, arrow.roles, today, arrow.level) - barred
    return found - ({taken[-1].account_id} if taken else set())


def _titles(context: Context, entity: Entity, row: Any) -> tuple[str, str]:
    field, value = fields_of(entity.model)[entity.title], getattr(row, entity.title)
    if is_guarded(field) or row.sensitivity not in OPEN:  # it may leave by e-mail
        return MASK, MASK
    if value is None or field.kind is Kind.REFERENCE:
        return f"#{row.id}", f"#{row.id}"
    if field.choices:
        return field.choices(value).zh, field.choices(value).en
    shown = str(show(field, value, context.zone))
    return shown, shown
