"""Routes that a gateway calls in its day; each request is signed with the gateway's key."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.modules.gateways import field, forms
from civicwatt_cloud.modules.gateways.field_schemas import (
    MetersIn,
    MetersOut,
    ReceivedOut,
    ReplacementIn,
    ReplacementOut,
)
from civicwatt_cloud.modules.gateways.signed import SignedGateway, signed_gateway

router = APIRouter(
    prefix="/api/v1/gateway",
    tags=["网关"],
    responses=problems(401, 404, 409, 422),
)

Signed = Annotated[SignedGateway, Depends(signed_gateway)]
Sequence = Annotated[int, Query(ge=0, le=2**63 - 2)]


@router.post("/meters", operation_id="bind_gateway_meters", summary="网关绑定自己的表计")
def bind_meters(request: Request, gateway: Signed, wanted: MetersIn) -> MetersOut:
    """Bind devices to buildings of the gateway's division."""
    state = request.app.state
    with state.database.session() as session:
        return field.bind_meters(session, gateway, wanted, state.zone, state.clock.now_us())


@router.post("/replacements", operation_id="report_gateway_replacement", summary="网关上报换表")
def report_replacement(request: Request, gateway: Signed, wanted: ReplacementIn) -> ReplacementOut:
    """A replacement form for one of the gateway's own meters."""
    with request.app.state.database.session() as session:
        point = field.counter_of(session, gateway.id, wanted.device, wanted.measure)
        desk = forms.desk(request.app.state, session, f"gateway/{gateway.id}")
        return forms.enter(desk, point, wanted)


@router.get("/received", operation_id="get_gateway_received", summary="待发箱的入库情况")
def received(
    request: Request,
    gateway: Signed,
    epoch: Annotated[str, Query(min_length=1, max_length=36)],
    first: Annotated[Sequence, Query(alias="from")],
    last: Annotated[Sequence, Query(alias="to", description="含")],
) -> ReceivedOut:
    """What of the gateway's outbox is stored."""
    with request.app.state.database.reading() as session:
        return field.received(session, gateway.id, epoch, first, last)
