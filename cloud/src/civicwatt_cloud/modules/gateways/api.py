"""Routes of enrolment: the energy manager makes codes and ends certificates, a gateway uses them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.access import Requires, public
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.errors import Conflict
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.gateways import enrolment
from civicwatt_cloud.modules.gateways.enrolment import Issued
from civicwatt_cloud.modules.gateways.schemas import (
    BrokerOut,
    CodeOut,
    CodeWanted,
    EnrolledOut,
    Enrolment,
    GatewayId,
    Renewal,
)
from civicwatt_cloud.modules.gateways.signed import SignedGateway, renewing_gateway
from civicwatt_cloud.timeseries.intake import roles

router = APIRouter(
    prefix="/api/v1",
    tags=["网关"],
    responses=problems(401, 403, 404, 409, 422, 429),
)

MANAGER = frozenset({Role.ENERGY_MANAGER})
Manager = Annotated[Actor, Depends(Requires(MANAGER))]
Renewing = Annotated[SignedGateway, Depends(renewing_gateway)]


@router.post(
    "/gateways/{gateway_id}/code", operation_id="make_gateway_code", summary="为网关生成一次性注册码"
)
def make_code(request: Request, actor: Manager, gateway_id: GatewayId, wanted: CodeWanted) -> CodeOut:
    """A code that lets this gateway in, once, within a day."""
    if roles.is_ours(gateway_id):
        raise Conflict(gateway_id, what="该编号由云端使用 · this id is the cloud's own")
    now_us = identity.real_now_us()
    with request.app.state.database.session() as session:
        division = enrolment.division_of(session, scope_of(actor, MANAGER), gateway_id, wanted.division)
        code = enrolment.issue_code(session, gateway_id, division, now_us, actor.who)
    expires_at = iso(now_us + identity.CODE_LIFE_US, request.app.state.zone)
    return CodeOut(gateway=gateway_id, division=division, code=code, expires_at=expires_at)


@router.delete(
    "/gateways/{gateway_id}/certificates",
    operation_id="revoke_gateway",
    summary="吊销网关证书",
    status_code=204,
)
def revoke(request: Request, actor: Manager, gateway_id: GatewayId) -> None:
    """End the gateway's certificates; the broker follows when its revocation list is renewed."""
    with request.app.state.database.session() as session:
        enrolment.division_of(session, scope_of(actor, MANAGER), gateway_id, None)
        enrolment.revoke(session, gateway_id, identity.real_now_us(), actor.who)


@router.post(
    "/gateway/enrol",
    operation_id="enrol_gateway",
    summary="网关注册：以一次性注册码换取证书",
    dependencies=[Depends(public)],
)
def enrol(request: Request, wanted: Enrolment) -> EnrolledOut:
    """A certificate for a code."""
    address = request.client.host if request.client else ""
    state = request.app.state
    issued = enrolment.enrol(
        state.database,
        state.settings.authority_path,
        wanted.code,
        wanted.csr,
        address=address,
        now_us=identity.real_now_us(),
    )
    return _show(request, issued)


@router.post("/gateway/renewal", operation_id="renew_gateway", summary="网关证书续期")
def renew(request: Request, gateway: Renewing, wanted: Renewal) -> EnrolledOut:
    """The next certificate, for a request signed with the present key."""
    state = request.app.state
    now_us = identity.real_now_us()
    return _show(
        request, enrolment.renew(state.database, state.settings.authority_path, gateway, wanted.csr, now_us)
    )


def _show(request: Request, issued: Issued) -> EnrolledOut:
    settings: Settings = request.app.state.settings
    host = settings.gateway_broker_host or request.url.hostname or ""
    return EnrolledOut(
        gateway=issued.gateway,
        division=issued.division,
        certificate=issued.certificate,
        ca=issued.ca,
        broker=BrokerOut(host=host, port=settings.gateway_broker_port),
    )
