"""Positions that a Traccar server forwards, one request each; it proves itself by a token."""

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request

from civicwatt_cloud.kit.errors import NotFound, NotSignedIn
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.fleet.positions import sources

router = APIRouter(prefix="/api/v1/fleet", tags=["公务用车"], responses=PROBLEMS)


def forwarder(request: Request) -> None:
    """Declares who may forward positions: the holder of the token. Errors: NotFound, NotSignedIn."""
    settings: Settings = request.app.state.settings
    if settings.positions_token_file is None:
        raise NotFound()
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    token = settings.positions_token_file.read_bytes().strip()
    if scheme.lower() != "bearer" or not token or not hmac.compare_digest(given.strip().encode(), token):
        raise NotSignedIn()


@router.post(
    "/forwarded",
    operation_id="forward_position",
    summary="转发位置（Traccar）",
    status_code=204,
    dependencies=[Depends(forwarder)],
)
async def forward(request: Request, message: Annotated[dict[str, Any], Body()]) -> None:
    """Take one position in; answered after its commit. A device that no vehicle has is not found."""
    if not await request.app.state.positions.accept(sources.of_traccar(message)):
        raise NotFound()
