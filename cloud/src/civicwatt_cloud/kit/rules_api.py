"""Which rows a rule has, and which of them holds for a place on a day: what decided a figure."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.errors import NoRule, NotFound
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records.api import reading
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.roles import BUSINESS
from civicwatt_cloud.kit.rules import NATION, OF_ONE, RuleRow, place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import Scope, scope_of

router = APIRouter(prefix="/api/v1/rules", tags=["规则"], responses=PROBLEMS)

Reader = Annotated[Actor, Depends(Requires(BUSINESS))]


class Asked(BaseModel):
    """For which institution, on which day; the nation, today."""

    model_config = ConfigDict(extra="forbid")

    as_of: date | None = Field(None, ge=date(1900, 1, 1), le=date(2199, 12, 31))
    institution_id: int | None = Field(None, ge=1, le=2**31 - 1)


class RuleOut(BaseModel):
    """A row with its source; `holds`: it is the one that decides for the place on the day."""

    ref: str
    zh: str
    en: str
    value: str
    unit: str
    word: str
    basis: str
    source: str
    clause: str
    status: str
    scope: str
    level: str
    valid_from: date
    valid_to: date | None
    note: str
    holds: bool


@router.get("/{rule}", operation_id="get_rule", summary="规则行")
def rule_rows(
    request: Request,
    actor: Reader,
    rule: Annotated[str, Path(max_length=80)],
    asked: Annotated[Asked, Query()],
) -> list[RuleOut]:
    """The rows of a rule, those for institutions out of scope left out; the earliest first."""
    with reading(request, actor) as context:
        scope = scope_of(actor, actor.roles)
        rules, place = rules_of(context.session), NATION
        if asked.institution_id is not None:
            place = place_of(scope.institution(context.session, asked.institution_id))
        rows = _visible(context.session, scope, rules.rows(rule))
        if not rows:
            raise NotFound()
        day = asked.as_of or context.today
        try:
            holding = rules.value(rule, day, place).ref
        except NoRule:
            holding = ""
        return [_out(one, holding) for one in rows]


def _visible(session: Session, scope: Scope, rows: Sequence[RuleRow]) -> list[RuleRow]:
    codes = {one.scope.removeprefix(OF_ONE) for one in rows if one.scope.startswith(OF_ONE)}
    seen = set(session.scalars(select(Institution.code).where(Institution.code.in_(codes), scope.visible())))
    return [one for one in rows if one.scope.removeprefix(OF_ONE) not in codes - seen]


def _out(row: RuleRow, holding: str) -> RuleOut:
    return RuleOut(
        ref=row.ref,
        zh=row.title,
        en=row.title_en,
        value=str(row.value),
        unit=row.unit,
        word=row.word or "",
        basis=row.basis,
        source=row.source,
        clause=row.clause,
        status=row.status,
        scope=row.scope,
        level=row.level or "",
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        note=row.note,
        holds=row.ref == holding,
    )
