"""The form of an approval: what a record says, who took which step, and when."""

import json
from typing import NamedTuple

from sqlalchemy import select

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.workbooks.columns import OWNER, Targets
from civicwatt_cloud.kit.workbooks.exporting import rows, titles_of
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.models import WorkflowStep
from civicwatt_cloud.kit.workflow.opinions import VERBS, told

PLATFORM = "系统"  # who took a step that no person took


class Line(NamedTuple):
    """A field and what it says."""

    title: str
    text: str


class Signed(NamedTuple):
    """A step, who signed for it and when, and what was said."""

    step: str
    by: str
    at: str
    said: str


class Form(NamedTuple):
    """All that stands on the form."""

    title: str
    printed: str
    lines: list[Line]
    steps: list[Signed]


def form_of(context: Context, entity: Entity, targets: Targets, record_id: int) -> Form:
    """The form of a record of which the actor sees what it says. Errors: NotPermitted, NotFound."""
    registry.get_open(context, entity, record_id)
    wanted = select(entity.model).where(entity.model.id == record_id)
    cells = next(rows(context, entity, targets, wanted))
    told = zip(titles_of(entity), cells, strict=True)
    lines = [Line(title, "" if cell is None else str(cell)) for title, cell in told if title != OWNER]
    taken = steps.taken(context, entity, record_id)
    names = steps.names(context, taken)
    signed = [_signed(context, entity, one, names.get(one.account_id or 0, PLATFORM)) for one in taken]
    return Form(f"{entity.zh}审批表", _minute(context, context.now_us), lines, signed)


def _signed(context: Context, entity: Entity, step: WorkflowStep, by: str) -> Signed:
    arrows = entity.workflow.transitions if entity.workflow else ()
    arrow = next((one for one in arrows if one.event == step.event), None)
    said = json.loads(step.said)
    if verb := VERBS.get(step.event):
        return Signed(verb.zh, by, _minute(context, step.at_us), told(said))
    texts = [
        f"{arrow.form[name].zh}：{value}"
        for name, value in said.items()
        if arrow and name in arrow.form and value not in {None, ""}
    ]
    return Signed(arrow.zh if arrow else "发起", by, _minute(context, step.at_us), "；".join(texts))


def _minute(context: Context, t_us: int) -> str:
    return iso(t_us, context.zone)[:16].replace("T", " ")
