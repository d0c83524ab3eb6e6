"""Routes beyond the registry: a plant's figures."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, reading
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.modules.pv import rules, service
from civicwatt_cloud.modules.pv.entities import PLANT

router = APIRouter(prefix="/api/v1/pv", tags=["光伏"], responses=PROBLEMS)


class PvFigure(BaseModel):
    """A value, or why there is none."""

    value: str | None
    unit: str
    reason: str | None
    reason_en: str | None


class PvPeriod(BaseModel):
    """The figures of a year or month."""

    label: str
    completeness: str | None
    generated: PvFigure
    exported: PvFigure
    imported: PvFigure
    used_here: PvFigure
    used: PvFigure
    self_use: PvFigure
    self_sufficiency: PvFigure
    specific_yield: PvFigure
    performance_ratio: PvFigure
    clear_sky: PvFigure
    of_clear_sky: PvFigure


class PvFigures(BaseModel):
    """A plant's year, and its months."""

    year: PvPeriod
    months: list[PvPeriod]


UNITS = {
    "generated": "kWh",
    "exported": "kWh",
    "imported": "kWh",
    "used_here": "kWh",
    "used": "kWh",
    "self_use": "%",
    "self_sufficiency": "%",
    "specific_yield": "kWh/kWp",
    "performance_ratio": "",
    "clear_sky": "kWh",
    "of_clear_sky": "%",
}


@router.get("/plants/{record_id}/figures", operation_id="get_pv_figures", summary="电站年度与月度指标")
def figures(
    request: Request,
    record_id: RecordId,
    actor: Annotated[Actor, Depends(Requires(PLANT.read))],
    year: Annotated[int, Query(ge=2000, le=2100)],
) -> PvFigures:
    """Generation, use here, export, yield; a performance ratio only where irradiation was measured."""
    with reading(request, actor) as context:
        plant = registry.get(context, PLANT, record_id)
        first, *rest = [_period(span.label, one) for span, one in service.figures(context, plant, year)]
        return PvFigures(year=first, months=rest)


def _period(label: str, found: rules.Figures) -> PvPeriod:
    told = {name: _figure(getattr(found, name), unit) for name, unit in UNITS.items()}
    return PvPeriod(label=label, completeness=_text(found.completeness), **told)


def _figure(found: rules.Figure, unit: str) -> PvFigure:
    why = found.why
    return PvFigure(value=_text(found.value), unit=unit, reason=why and why.zh, reason_en=why and why.en)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
