"""Guards and effects of the workflow: who reviews after whom, what is frozen, what goes back."""

import hashlib
import json

from sqlalchemy import func, select

from civicwatt_cloud.kit.directory import Institution, Level, level_of, top_region
from civicwatt_cloud.kit.obligations import fulfil
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.returns import forms, periods
from civicwatt_cloud.modules.returns.checking import looking
from civicwatt_cloud.modules.returns.checking.rules import Finding
from civicwatt_cloud.modules.returns.errors import BasisMissing, Blocked, NoComment, OwnFiling, ReasonMissing
from civicwatt_cloud.modules.returns.filling import sheet
from civicwatt_cloud.modules.returns.filling.sheet import Rows, values_of
from civicwatt_cloud.modules.returns.models import EnergyReturn, ReturnComment, ReturnReport

OWN = frozenset({Role.REPORTER, Role.LIAISON})  # who fills it at the institution itself
FILLERS = OWN | {Role.ENERGY_MANAGER}
LADDER = ("county", "city", "province", "accepted")
_LEVELS = {"county": Level.COUNTY, "city": Level.CITY, "province": Level.PROVINCE}
MOST_NAMED = 5


def may_file(step: Step) -> None:
    """Errors: Blocked, ReasonMissing, BasisMissing."""
    rows = sheet.read(step.context, step.record.id)
    judge(step.context, step.record, rows, step.said.get("on_behalf"))


def judge(context: Context, row: EnergyReturn, rows: Rows, on_behalf: str | None) -> None:
    """Whether it can be filed as it stands. Errors: Blocked, ReasonMissing, BasisMissing."""
    if not is_own(context, row) and not (on_behalf or "").strip():
        raise BasisMissing("on_behalf")
    blocking, asking = looking.open_issues(looking.findings(context, row, rows), rows)
    if blocking:
        raise Blocked(",".join(one.code for one in blocking), **_told(blocking))
    if asking:
        raise ReasonMissing(",".join(one.code for one in asking), **_told(asking))


def is_own(context: Context, row: EnergyReturn) -> bool:
    """Whether the actor fills for the institution where his role is held."""
    path = context.session.get_one(Institution, row.owner_id).path
    return path in context.actor.nodes(OWN)


def filed(step: Step) -> None:
    """It is reported: frozen as it is, with its time."""
    freeze(step.context, step.record, sheet.read(step.context, step.record.id), step.said.get("on_behalf"))


def freeze(context: Context, row: EnergyReturn, rows: Rows, on_behalf: str | None) -> None:
    """Keep what is reported; the first filing decides whether it was in time."""
    said = None if is_own(context, row) else on_behalf
    told = {
        code: [one["micro"], one["source"], one["reason"], one["said"]]
        for code, one in sorted(rows.items())
        if one["micro"] is not None
    }
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    report = {"at_us": context.now_us, "who": context.actor.who, "on_behalf": said, "cells": text}
    number = 1 if row.filed_us is None else _reports(context, row) + 1
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    context.session.add(ReturnReport(return_id=row.id, number=number, sha256=sha256, **report))
    if row.filed_us is None:
        row.filed_us = context.now_us
        row.timeliness = periods.timeliness(context.now_us, row.due_us)
    row.filer, row.filer_id, row.on_behalf = context.actor.display_name, context.actor.account_id, said
    form, period = forms.versions()[row.form], periods.parse(row.period)
    row.fingerprint = looking.fingerprint(form, period, values_of(rows))
    fulfil(context.session, key_of(row))


def _reports(context: Context, row: EnergyReturn) -> int:
    count = select(func.count()).select_from(ReturnReport).where(ReturnReport.return_id == row.id)
    return context.session.scalar(count) or 0


def key_of(row: EnergyReturn) -> str:
    """Of the obligation to file it; the path of its page."""
    return f"returns/returns/{row.id}"


def not_own(step: Step) -> None:
    """Errors: OwnFiling."""
    if step.actor.account_id is not None and step.record.filer_id == step.actor.account_id:
        raise OwnFiling()


def passed(step: Step) -> None:
    """On to the level above; from the highest one of this installation it is accepted."""
    top = level_of(top_region(step.session).code)
    level = Level(step.session.get_one(Institution, step.record.owner_id).level)
    while step.record.state in _LEVELS and not _reviews(_LEVELS[step.record.state], level, top):
        step.record.state = LADDER[LADDER.index(step.record.state) + 1]


def _reviews(rung: Level, institution: Level, top: Level) -> bool:
    """Whether a level reviews an institution's return: none below it, none above the installation."""
    return rung.rank <= max(institution.rank, Level.PROVINCE.rank) and rung.rank >= top.rank


def may_return(step: Step) -> None:
    """Errors: NoComment."""
    not_own(step)
    said = (step.said.get("why") or "").strip()
    since = step.record.filed_us or 0
    comments = select(ReturnComment.id).where(
        ReturnComment.return_id == step.record.id, ReturnComment.at_us >= since
    )
    if not said and step.session.scalar(comments.limit(1)) is None:
        raise NoComment("why")


def _told(found: list[Finding]) -> dict[str, object]:
    some = found[:MOST_NAMED]
    return {
        "count": len(found),
        "titles_zh": "；".join(one.zh for one in some),
        "titles": "; ".join(one.en for one in some),
    }


def explained(step: Step) -> None:
    """Why what was reported differs from what the books say now."""
    step.record.reason, step.record.said = step.said["reason"], step.said.get("said")
