"""Routes of the pages about gateways: for the energy manager, within the own region."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.gateways import forms, listing
from civicwatt_cloud.modules.gateways.field_schemas import (
    GatewayList,
    PointReplacementIn,
    ReplacementList,
    ReplacementOut,
)

router = APIRouter(
    prefix="/api/v1",
    tags=["网关"],
    responses=problems(401, 403, 404, 409, 422),
)

MANAGER = frozenset({Role.ENERGY_MANAGER})
Manager = Annotated[Actor, Depends(Requires(MANAGER))]
Watcher = Annotated[Actor, Depends(Requires(MANAGER, is_activity=False))]


@router.get("/gateways", operation_id="get_gateways", summary="网关一览")
def gateways(request: Request, actor: Watcher) -> GatewayList:
    """Gateways of the region; the page refreshes itself."""
    state = request.app.state
    with state.database.reading() as session:
        return listing.listing(
            session, state.store, scope_of(actor, MANAGER), state.zone, state.clock.now_us()
        )


@router.get("/replacements", operation_id="get_replacements", summary="换表单一览")
def replacements(request: Request, actor: Manager) -> ReplacementList:
    """Replacement forms of the region's meters."""
    state = request.app.state
    with state.database.reading() as session:
        return forms.listing(session, scope_of(actor, MANAGER), state.zone)


@router.post("/replacements", operation_id="enter_replacement", summary="填写换表单")
def enter_replacement(request: Request, actor: Manager, wanted: PointReplacementIn) -> ReplacementOut:
    """A replacement form for a meter of the region."""
    with request.app.state.database.session() as session:
        point = forms.visible_counter(session, scope_of(actor, MANAGER), wanted.point_id)
        return forms.enter(forms.desk(request.app.state, session, actor.who), point, wanted)
