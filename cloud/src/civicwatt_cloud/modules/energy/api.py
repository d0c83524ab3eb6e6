"""Routes of the energy pages. Only the energy manager reads consumption, within the own region."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.roles import EVERYBODY, Role
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.energy import lineage as lineages
from civicwatt_cloud.modules.energy import load as loads
from civicwatt_cloud.modules.energy import readings, service
from civicwatt_cloud.modules.energy import region_lineage as regions
from civicwatt_cloud.modules.energy.health import health as health_now
from civicwatt_cloud.modules.energy.schemas import (
    Health,
    InstitutionPage,
    Lineage,
    Live,
    Load,
    Overview,
    PointReadings,
    RegionLineage,
    RegionOut,
)
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.figures.recipes import FigureKey
from civicwatt_cloud.timeseries.intake.subscriber import Subscriber
from civicwatt_cloud.timeseries.ledger.queries import Step

router = APIRouter(
    prefix="/api/v1",
    tags=["用能"],
    responses=problems(401, 403, 404, 422),
)

MANAGER = frozenset({Role.ENERGY_MANAGER})
Manager = Annotated[Actor, Depends(Requires(MANAGER))]
Watcher = Annotated[Actor, Depends(Requires(MANAGER, is_activity=False))]
SignedIn = Annotated[Actor, Depends(Requires(EVERYBODY, is_activity=False))]
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)  # what may be asked for [engineering default]
PeriodKey = Annotated[str | None, Query(description="2026 或 2026-11，缺省为本年", examples=["2026-11"])]


def _view(request: Request, actor: Actor) -> Iterator[View]:
    database: Database = request.app.state.database
    state = request.app.state
    with database.reading() as session:
        yield View(
            session, scope_of(actor, MANAGER), state.rules, state.zone, state.clock.now_us(), state.store
        )


def manager_view(request: Request, actor: Manager) -> Iterator[View]:
    """What the energy manager looks at."""
    yield from _view(request, actor)


def watcher_view(request: Request, actor: Watcher) -> Iterator[View]:
    """The same for a page that refreshes itself."""
    yield from _view(request, actor)


def anybody_view(request: Request, actor: SignedIn) -> Iterator[View]:
    """What every role may look at; without a region it holds no institution."""
    yield from _view(request, actor)


ManagerView = Annotated[View, Depends(manager_view)]


@router.get("/overview", operation_id="get_overview", summary="总览：本区域各单位的用能")
def overview(actor: Manager, view: ManagerView, period: PeriodKey = None) -> Overview:
    """Figures of the region and of each institution."""
    code, name = actor.region() or ("", "")
    region = RegionOut(code=code, name=name)
    return service.overview(view, region, period)


@router.get("/live", operation_id="get_live", summary="实时功率")
def live(view: Annotated[View, Depends(watcher_view)]) -> Live:
    """What the meters say now."""
    return service.live_now(view)


@router.get("/figures/{key}", operation_id="get_region_lineage", summary="溯源：全区域一个指标的由来")
def region_lineage(view: ManagerView, key: FigureKey, period: PeriodKey = None) -> RegionLineage:
    """How a figure of the region came about."""
    return regions.region_lineage(view, key, period)


@router.get("/institutions/{institution_id}", operation_id="get_institution", summary="单位：指标与表计")
def institution(view: ManagerView, institution_id: Id, period: PeriodKey = None) -> InstitutionPage:
    """One institution."""
    return service.institution(view, institution_id, period)


@router.get(
    "/institutions/{institution_id}/load",
    operation_id="get_load",
    summary="单位：分项负荷",
    response_model=Load,
)
def load(
    view: ManagerView,
    institution_id: Id,
    start: Annotated[date, Query(alias="from", ge=FIRST_DAY, le=LAST_DAY, examples=["2026-11-16"])],
    end: Annotated[
        date, Query(alias="to", ge=FIRST_DAY, le=LAST_DAY, description="不含当日", examples=["2026-11-23"])
    ],
    step: Step = "hour",
) -> Response:
    """Load by end use on [from, to)."""
    # A year by the hour is 1 MB: written out once, not checked a second time on its way.
    answer = loads.load(view, institution_id, start, end, step)
    return Response(answer.model_dump_json(), media_type="application/json")


@router.get(
    "/institutions/{institution_id}/figures/{key}", operation_id="get_lineage", summary="溯源：一个指标的由来"
)
def lineage(view: ManagerView, institution_id: Id, key: FigureKey, period: PeriodKey = None) -> Lineage:
    """How a figure came about."""
    return lineages.lineage(view, institution_id, key, period)


@router.get("/points/{point_id}/readings", operation_id="get_readings", summary="一块表一天的读数")
def point_readings(
    view: ManagerView,
    point_id: Id,
    day: Annotated[date, Query(alias="date", ge=FIRST_DAY, le=LAST_DAY, examples=["2026-11-21"])],
) -> PointReadings:
    """Booked hours and raw readings of a day."""
    return readings.point_readings(view, point_id, day)


@router.get("/health", operation_id="get_health", summary="运行状态：网关与存储")
def health(request: Request, view: Annotated[View, Depends(anybody_view)]) -> Health:
    """Whether readings arrive."""
    subscriber: Subscriber | None = request.app.state.subscriber
    return health_now(view, is_broker_connected=subscriber is not None and subscriber.connected)
