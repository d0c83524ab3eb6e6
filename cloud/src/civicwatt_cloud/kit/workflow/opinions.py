"""What others are asked before somebody decides: rows of two events among the steps, which decide nothing."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from civicwatt_cloud.kit.identity import Account
from civicwatt_cloud.kit.workflow.models import WorkflowStep

ASKED, ANSWERED = "countersign", "countersigned"


class Verb(NamedTuple):
    """What such a row is called."""

    zh: str
    en: str


VERBS = {ASKED: Verb("加签", "ask for an opinion"), ANSWERED: Verb("会签", "give the opinion asked for")}


def steps_among(rows: Iterable[WorkflowStep]) -> list[WorkflowStep]:
    """The rows that are steps, without what was asked and answered in between."""
    return [one for one in rows if one.event not in VERBS]


def open_among(session: Session, rows: Iterable[WorkflowStep]) -> WorkflowStep | None:
    """What is asked and not answered yet; a step that leaves the state ends it, a disabled account too."""
    found: WorkflowStep | None = None
    for one in rows:
        if one.event == ASKED:
            found = one
        elif one.event == ANSWERED or one.source != one.target:
            found = None
    if found is None or session.get_one(Account, found.asked_id).disabled_us is not None:
        return None
    return found


def told(said: Mapping[str, object]) -> str:
    """What was asked or answered, as it stands on a form."""
    if "question" in said:
        return str(said["question"])
    word = "同意" if said.get("agrees") else "不同意"
    return f"{word}：{said['opinion']}" if said.get("opinion") else word


def open_of(entity: str, model: Any) -> Select[Any]:
    """The same as a query, of the record of the enclosing one: the row that asks."""
    row, later = aliased(WorkflowStep), aliased(WorkflowStep)
    ends = select(later.id).where(
        and_(later.entity == row.entity, later.record_id == row.record_id, later.id > row.id),
        or_(later.event == ANSWERED, later.source != later.target),
    )
    return (
        select(row.id)
        .join(Account, and_(Account.id == row.asked_id, Account.disabled_us.is_(None)))
        .where(row.entity == entity, row.record_id == model.id, row.event == ASKED)
        .where(~ends.correlate(row).exists())
        .correlate(model)
    )
