"""Routes of single sign-on: leaving for the provider, and coming back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from civicwatt_cloud.kit import crypto, identity
from civicwatt_cloud.kit.access import cookie_name, public
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import oidc
from civicwatt_cloud.kit.identity.errors import SignOnRefused
from civicwatt_cloud.kit.identity.oidc import Answer, Provider, Sealing
from civicwatt_cloud.kit.identity.own_api import PROBLEMS
from civicwatt_cloud.kit.identity.sessions import Visit
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.session_api import address_of, signed_in
from civicwatt_cloud.kit.settings import Settings

router = APIRouter(prefix="/api/v1/session/oidc", tags=["单点登录"], responses=PROBLEMS | problems(502))
Text = Annotated[str, Query(max_length=4096)]


@router.get(
    "",
    operation_id="leave_for_single_sign_on",
    summary="单点登录：前往认证中心",
    status_code=303,
    dependencies=[Depends(public)],
)
def leave(request: Request) -> Response:
    """Send the browser to the provider."""
    settings: Settings = request.app.state.settings
    to, cookie = oidc.leave(
        _provider(settings), _redirect_uri(request), _sealing(settings), identity.real_now_us()
    )
    response = RedirectResponse(to, 303)
    response.set_cookie(
        f"{cookie_name(request)}-oidc",
        cookie,
        max_age=oidc.LIFE_US // 1_000_000,
        path="/",
        httponly=True,
        samesite="lax",  # the provider sends the browser back
        secure=request.url.scheme == "https",
    )
    return response


@router.get(
    "/callback",
    operation_id="come_back_from_single_sign_on",
    summary="单点登录：返回",
    status_code=303,
    dependencies=[Depends(public)],
)
def come_back(request: Request, code: Text = "", state: Text = "") -> Response:
    """Open a session for whom the provider names."""
    settings: Settings = request.app.state.settings
    provider, name = _provider(settings), f"{cookie_name(request)}-oidc"
    if not code or not state:
        raise SignOnRefused()
    answer = Answer(code, state, request.cookies.get(name, ""), _redirect_uri(request))
    visit = Visit(address_of(request), identity.real_now_us())
    token = oidc.come_back(request.app.state.database, provider, answer, _sealing(settings), visit)
    response = RedirectResponse("/", 303)
    signed_in(request, response, token)
    response.delete_cookie(name, path="/", httponly=True, samesite="lax")
    return response


def _provider(settings: Settings) -> Provider:
    if settings.oidc_issuer is None:
        raise NotFound()
    file = settings.oidc_secret_file
    secret = file.read_text().strip() if file else None
    return Provider(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_claim)


def _sealing(settings: Settings) -> Sealing:
    return Sealing(settings.crypto, crypto.own_secret(settings.identity_key_path))


def _redirect_uri(request: Request) -> str:
    host = request.headers.get("host", "")
    return f"{request.url.scheme}://{host}{router.prefix}/callback"
