"""What people do with their own account: password, second factor, sessions; and the invitation to it."""

from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from civicwatt_cloud.kit import crypto, identity
from civicwatt_cloud.kit.access import Requires, cookie_name, public
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import Actor, Method, credentials, totp
from civicwatt_cloud.kit.identity.models import Account
from civicwatt_cloud.kit.identity.policy import profile_of
from civicwatt_cloud.kit.identity.sessions import sessions_of
from civicwatt_cloud.kit.identity.totp import Second
from civicwatt_cloud.kit.password_policy import MAX_LENGTH, Profile
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.session_api import address_of, forget_cookie
from civicwatt_cloud.kit.settings import Settings

PROBLEMS = problems(401, 403, 404, 409, 422, 429)
router = APIRouter(prefix="/api/v1", tags=["我的账号"], responses=PROBLEMS)
HANDLE = 16  # letters of a session's hash: enough to name it among one's own

Anybody = Annotated[Actor, Depends(Requires(own=True))]
Password = Annotated[str, Field(max_length=MAX_LENGTH)]


class Changed(BaseModel):
    """The current password, and a new one."""

    model_config = ConfigDict(extra="forbid")

    current: Password
    new: Password


class Accepted(BaseModel):
    """The code of an invitation, and the password that its holder chooses."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=64, examples=["8F3K-7M2Q-XN4T"])
    password: Password


class Digits(BaseModel):
    """What the authenticator shows."""

    model_config = ConfigDict(extra="forbid")

    digits: str = Field(max_length=16, examples=["492039"])


class SecondFactorOut(BaseModel):
    """What an authenticator scans."""

    uri: str
    picture: str = Field(description="the same as a QR code, drawn here: an SVG as a data URI")


class OwnSession(BaseModel):
    """One of one's open sessions."""

    id: str
    opened: str
    last_used: str
    method: Method
    address: str
    is_this: bool


@router.post("/password", operation_id="change_password", summary="修改密码", status_code=204)
def change_password(request: Request, response: Response, said: Changed, actor: Anybody) -> None:
    """Change the password; all sessions end."""
    database: Database = request.app.state.database
    now_us = identity.real_now_us()
    credentials.change_password(database, actor, (said.current, said.new), _profile(request), now_us)
    forget_cookie(request, response)


@router.post(
    "/invitation",
    operation_id="accept_invitation",
    summary="凭邀请码设置密码",
    status_code=204,
    dependencies=[Depends(public)],
)
def accept_invitation(request: Request, said: Accepted) -> None:
    """Choose a password with the code of an invitation."""
    database: Database = request.app.state.database
    said_, address = (said.code, said.password), address_of(request)
    credentials.accept_invitation(database, said_, address, _profile(request), identity.real_now_us())


@router.post("/second-factor", operation_id="begin_second_factor", summary="启用动态口令")
def begin_second_factor(request: Request, actor: Anybody) -> SecondFactorOut:
    """A secret for the authenticator; it counts once its digits are confirmed."""
    settings: Settings = request.app.state.settings
    secret = crypto.own_secret(settings.identity_key_path)
    with request.app.state.database.session() as session:
        account = session.get_one(Account, actor.account_id)
        uri = totp.begin(session, account, settings.crypto, secret)
    picture = segno.make(uri, error="m", micro=False).svg_data_uri(border=3)
    return SecondFactorOut(uri=uri, picture=picture)


@router.post(
    "/second-factor/confirm", operation_id="confirm_second_factor", summary="确认动态口令", status_code=204
)
def confirm_second_factor(request: Request, said: Digits, actor: Anybody) -> None:
    """From now on the digits are asked for at every sign-in by password."""
    settings: Settings = request.app.state.settings
    second = Second(said.digits, crypto.own_secret(settings.identity_key_path))
    with request.app.state.database.session() as session:
        totp.confirm(session, session.get_one(Account, actor.account_id), second, identity.real_now_us())


@router.get("/sessions", operation_id="list_own_sessions", summary="我的登录会话")
def list_sessions(request: Request, actor: Anybody) -> list[OwnSession]:
    """One's open sessions, the newest first."""
    state = request.app.state
    own = identity.digest(request.cookies.get(cookie_name(request), ""))
    with state.database.reading() as session:
        return [
            OwnSession(
                id=row.token_hash[:HANDLE],
                opened=iso(row.created_us, state.zone),
                last_used=iso(row.seen_us, state.zone),
                method=Method(row.method),
                address=row.address,
                is_this=row.token_hash == own,
            )
            for row in sessions_of(session, actor.account_id or 0, identity.real_now_us())
        ]


@router.delete(
    "/sessions/{session_id}", operation_id="end_own_session", summary="结束我的会话", status_code=204
)
def end_session(
    request: Request, session_id: Annotated[str, Path(min_length=HANDLE, max_length=HANDLE)], actor: Anybody
) -> None:
    """End one of one's own sessions."""
    with request.app.state.database.session() as session:
        rows = sessions_of(session, actor.account_id or 0, identity.real_now_us())
        found = [row for row in rows if row.token_hash.startswith(session_id)]
        if not found:
            raise NotFound()
        for row in found:
            session.delete(row)


def _profile(request: Request) -> Profile:
    with request.app.state.database.reading() as session:
        return profile_of(session, request.app.state.settings.password_profile)
