"""Routes of signing in and of the set-up."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from civicwatt_cloud.kit import crypto, identity, signin
from civicwatt_cloud.kit.access import Requires, cookie_name, public, today
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import BadRequest
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.identity.duties import Duty, duty_of
from civicwatt_cloud.kit.identity.totp import Second
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.roles import EVERYBODY, Role, title
from civicwatt_cloud.kit.settings import Settings

PROBLEMS = problems(401, 403, 409, 422, 429)
router = APIRouter(prefix="/api/v1", tags=["登录与设置"], responses=problems(401))

Anybody = Annotated[Actor, Depends(Requires(EVERYBODY, setup=True, is_activity=False, own=True))]
InSetup = Annotated[Actor, Depends(Requires(setup=True))]


class Credentials(BaseModel):
    """A one-time code, or username and password, with the digits of the second factor where there is one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"code": "8F3K-7M2Q-XN4T"}, {"username": "energy", "password": "…"}]},
    )

    code: str | None = Field(None, max_length=64)
    username: str | None = Field(None, max_length=64)
    password: str | None = Field(None, max_length=128)
    second_factor: str | None = Field(None, max_length=16, description="six digits of the authenticator")


class SessionRegion(BaseModel):
    """The part of the region tree that the account sees."""

    code: str
    name: str


class RoleOut(BaseModel):
    """A role, and what people call it."""

    key: Role
    zh: str
    en: str


class SessionOut(BaseModel):
    """Who is signed in."""

    username: str
    display_name: str
    roles: list[RoleOut]
    setup: bool = Field(description="only the set-up may be done")
    duty: Duty | None = Field(description="what must be done before anything else")
    has_second_factor: bool
    region: SessionRegion | None
    demo: bool


class SetupAccount(BaseModel):
    """An account to be made."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(min_length=1, max_length=64, examples=["energy"])
    display_name: str = Field(max_length=64, examples=["能源管理员"])
    role: Role
    password: str = Field(max_length=128)


class Setup(BaseModel):
    """The first accounts: one for each role."""

    model_config = ConfigDict(extra="forbid")

    accounts: list[SetupAccount] = Field(max_length=8)


@router.get("/session", operation_id="get_session", summary="当前登录")
def get_session(request: Request, actor: Anybody) -> SessionOut:
    """Who is signed in."""
    return _show(request, actor)


@router.post(
    "/session",
    operation_id="sign_in",
    summary="登录（一次性登录码，或账号密码）",
    dependencies=[Depends(public)],
    responses=PROBLEMS,
)
def sign_in(request: Request, response: Response, credentials: Credentials) -> SessionOut:
    """Open a session; a session that the browser still held ends."""
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    now_us, address = identity.real_now_us(), address_of(request)
    if credentials.code:
        token = signin.by_code(database, credentials.code, address, now_us, is_demo=settings.demo)
    elif credentials.username and credentials.password:
        second = Second(credentials.second_factor, crypto.own_secret(settings.identity_key_path))
        name, password = credentials.username, credentials.password
        token = signin.by_password(database, name, password, address, now_us, second=second)
    else:
        raise BadRequest(what="需要登录码，或账号和密码 · a code, or username and password, is needed")
    return signed_in(request, response, token)


@router.delete("/session", operation_id="sign_out", summary="退出登录", status_code=204)
def sign_out(request: Request, response: Response, _actor: Anybody) -> None:
    """End the session."""
    database: Database = request.app.state.database
    with database.session() as session:
        identity.close_session(session, request.cookies.get(cookie_name(request), ""))
    forget_cookie(request, response)


@router.post(
    "/setup", operation_id="set_up", summary="初始设置：三员与能源管理员", status_code=204, responses=PROBLEMS
)
def set_up(request: Request, response: Response, _actor: InSetup, setup: Setup) -> None:
    """Name the three administrators and the energy manager; the set-up session ends."""
    accounts = [signin.NewAccount(**account.model_dump()) for account in setup.accounts]
    profile = request.app.state.settings.password_profile
    signin.set_up(request.app.state.database, accounts, identity.real_now_us(), profile)
    forget_cookie(request, response)


def address_of(request: Request) -> str:
    """Where the request comes from."""
    return request.client.host if request.client else ""


def forget_cookie(request: Request, response: Response) -> None:
    """The session that it names has ended."""
    response.delete_cookie(cookie_name(request), path="/", httponly=True, samesite="strict")


def signed_in(request: Request, response: Response, token: str) -> SessionOut:
    """Hand the new session to the browser; one that it still held ends."""
    database: Database = request.app.state.database
    with database.session() as session:
        if former := request.cookies.get(cookie_name(request)):
            identity.close_session(session, former)
        found = identity.actor_of(session, token, identity.real_now_us(), today(request))
    assert found is not None  # noqa: S101 - the session was opened above
    response.set_cookie(
        cookie_name(request),
        token,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return _show(request, found[0])


def _show(request: Request, actor: Actor) -> SessionOut:
    place, state = actor.region(), request.app.state
    with state.database.reading() as session:
        duty = duty_of(session, actor, state.settings, identity.real_now_us())
    region = SessionRegion(code=place[0], name=place[1]) if place else None
    return SessionOut(
        username=actor.username,
        display_name=actor.display_name,
        roles=[RoleOut(key=one, zh=title(one, "zh"), en=title(one, "en")) for one in sorted(actor.roles)],
        setup=actor.account_id is None,
        duty=duty,
        has_second_factor=actor.has_second_factor,
        region=region,
        demo=request.app.state.settings.demo,
    )
