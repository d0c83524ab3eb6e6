"""Routes of the indicators: figures with their basis, the ranking of institutions, and the items beneath."""

from collections.abc import Set
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.errors import NotFound, NotPermitted
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.indicators import snapshots
from civicwatt_cloud.kit.indicators.figures import Figure, by_node, figure, ranked
from civicwatt_cloud.kit.indicators.spec import Asked, Indicator, Measured, Period, Sum
from civicwatt_cloud.kit.records.api import reading
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.registry import LONGEST_PAGE, PAGE
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.roles import BUSINESS
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import scope_of

router = APIRouter(prefix="/api/v1/indicators", tags=["指标"], responses=PROBLEMS)

Reader = Annotated[Actor, Depends(Requires(BUSINESS))]


class Wanted(BaseModel):
    """Over which period, and of which institution and all below it; None: of all in scope."""

    model_config = ConfigDict(extra="forbid")

    period: str = Field(max_length=8, description="年、季、月：2026、2026-Q3、2026-10")
    institution_id: int | None = Field(None, ge=1, le=2**31 - 1)


class WantedRanking(Wanted):
    """And what is ranked."""

    by: Literal["institution", "region"] = "institution"


class WantedPage(Wanted):
    """And which items of it."""

    offset: int = Field(0, ge=0, le=2**31 - 1)
    limit: int = Field(PAGE, ge=1, le=LONGEST_PAGE)


class Basis(BaseModel):
    """What a value rests on; sums in the smallest unit, rule rows by name and day."""

    numerator: int
    denominator: int
    counted: int
    missing: int
    rules: list[str]


class KeptOut(BaseModel):
    """What was kept when the period was closed."""

    value: str | None
    basis: Basis
    at: str


class SumOut(BaseModel):
    """What a sum of the basis is called; times its factor it is in this unit."""

    zh: str
    en: str
    unit: str
    factor: str


class IndicatorOut(BaseModel):
    """A figure of now, and the kept one where the period was closed."""

    key: str
    zh: str
    en: str
    unit: str
    digits: int
    factor: str = Field(description="from the quotient of the sums to the value")
    is_better_high: bool | None
    over: SumOut
    under: SumOut | None = Field(description="null: the figure is the sum itself")
    value: str | None
    basis: Basis
    kept: KeptOut | None


class RankOut(BaseModel):
    """The place of an institution or division; without a rank it stands apart, for want of a value."""

    rank: int | None
    key: str  # the institution's id, the division's code
    name: str
    value: str | None
    counted: int
    missing: int


class ItemOut(BaseModel):
    """A record's part in a figure."""

    owner_id: int
    entity: str
    record_id: int
    numerator: int
    denominator: int
    missing_zh: str
    missing: str


class Items(BaseModel):
    """One page of the records beneath a figure."""

    total: int
    rows: list[ItemOut]


@router.get("", operation_id="list_indicators", summary="指标")
def listing(request: Request, actor: Reader, wanted: Annotated[Wanted, Query()]) -> list[IndicatorOut]:
    """All figures that the actor may see, over a period."""
    period = Period.parse(wanted.period)
    with reading(request, actor) as context:
        seen = (one for one in _all(request) if actor.roles & one.read)
        return [_out(context, one, period, wanted.institution_id) for one in seen]


@router.get("/{key}/ranking", operation_id="rank_by_indicator", summary="指标排名")
def ranking(
    request: Request, actor: Reader, key: str, wanted: Annotated[WantedRanking, Query()]
) -> list[RankOut]:
    """Institutions or divisions in the order of a figure, the best first; equal values share a rank."""
    indicator, period = _one(request, actor, key), Period.parse(wanted.period)
    with reading(request, actor) as context:
        measured = _measured(context, indicator, period, wanted.institution_id)
        ranks = _regions if wanted.by == "region" else _institutions
        places, names = ranks(context.session, {one.owner_id for one in measured.items})
        figures = {place: figure(indicator, one) for place, one in by_node(measured.items, places).items()}
        return [
            RankOut(
                rank=one.rank,
                key=one.node,
                name=names[one.node],
                value=_text(one.value),
                counted=figures[one.node].counted,
                missing=figures[one.node].missing,
            )
            for one in ranked(indicator, figures)
        ]


@router.get("/{key}/items", operation_id="list_indicator_items", summary="指标明细")
def items(request: Request, actor: Reader, key: str, wanted: Annotated[WantedPage, Query()]) -> Items:
    """The records that a figure is made of, and those that it misses."""
    indicator, period = _one(request, actor, key), Period.parse(wanted.period)
    with reading(request, actor) as context:
        found = _measured(context, indicator, period, wanted.institution_id).items
        page = found[wanted.offset : wanted.offset + wanted.limit]
        return Items(total=len(found), rows=[ItemOut(**one._asdict()) for one in page])


def _all(request: Request) -> list[Indicator]:
    return [one for module in request.app.state.modules for one in module.indicators]


def _one(request: Request, actor: Actor, key: str) -> Indicator:
    found = [one for one in _all(request) if one.key == key]
    if not found:
        raise NotFound()
    if not actor.roles & found[0].read:
        raise NotPermitted()
    return found[0]


def _institutions(session: Session, owners: Set[int]) -> tuple[dict[int, list[str]], dict[str, str]]:
    """The place of each owner in the ranking, and what the places are called."""
    query = select(Institution.id, Institution.name).where(Institution.id.in_(owners))
    names = {str(one): name for one, name in session.execute(query)}
    return {one: [str(one)] for one in owners}, names


def _regions(session: Session, owners: Set[int]) -> tuple[dict[int, list[str]], dict[str, str]]:
    query = select(Institution.id, Region.code, Region.name).join(
        Region, Region.code == Institution.region_code
    )
    rows = session.execute(query.where(Institution.id.in_(owners))).all()
    return {one: [code] for one, code, _ in rows}, {code: name for _, code, name in rows}


def _owners(context: Context, indicator: Indicator, institution_id: int | None) -> Select[int]:
    """The institutions of the figure: those in scope, or one of them and all below it. Errors: NotFound."""
    scope = scope_of(context.actor, indicator.read)
    owners = scope.institution_ids()
    if institution_id is None:
        return owners
    node = scope.institution(context.session, institution_id)
    return owners.where(Institution.path.startswith(node.path, autoescape=True))


def _measured(context: Context, indicator: Indicator, period: Period, institution_id: int | None) -> Measured:
    owners, rules = _owners(context, indicator, institution_id), rules_of(context.session)
    return indicator.measure(Asked(context.session, owners, period, context.zone, rules, context.now_us))


def _out(context: Context, indicator: Indicator, period: Period, institution_id: int | None) -> IndicatorOut:
    measured = _measured(context, indicator, period, institution_id)
    one, node = figure(indicator, measured.items), _node(context, indicator, institution_id)
    kept = None if node is None else snapshots.kept(context.session, indicator, period, node)
    return IndicatorOut(
        key=indicator.key,
        zh=indicator.zh,
        en=indicator.en,
        unit=indicator.unit,
        digits=indicator.digits,
        factor=str(indicator.factor),
        is_better_high=indicator.is_better_high,
        over=_sum(indicator.over),
        under=_sum(indicator.under) if indicator.is_ratio else None,
        value=_text(one.value),
        basis=_basis(one, measured.rules),
        kept=kept
        and KeptOut(
            value=_text(kept.figure.value),
            basis=_basis(kept.figure, kept.rules),
            at=iso(kept.taken_us, context.zone),
        ),
    )


def _node(context: Context, indicator: Indicator, institution_id: int | None) -> str | None:
    """The one node that the figure is of; None: of several."""
    if institution_id is not None:
        return context.session.get_one(Institution, institution_id).path
    nodes = scope_of(context.actor, indicator.read).nodes
    return nodes[0] if len(nodes) == 1 else None


def _basis(one: Figure, rules: tuple[str, ...]) -> Basis:
    return Basis(
        numerator=one.numerator,
        denominator=one.denominator,
        counted=one.counted,
        missing=one.missing,
        rules=list(rules),
    )


def _sum(one: Sum) -> SumOut:
    return SumOut(zh=one.zh, en=one.en, unit=one.unit, factor=str(one.factor))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
