"""Routes of accounts and grants, for the system and the security administrator."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, or_, select

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.access import Requires, today
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.identity import Account, Actor, accounts
from civicwatt_cloud.kit.identity.accounts import Wanted
from civicwatt_cloud.kit.identity.own_api import PROBLEMS
from civicwatt_cloud.kit.roles import Role

router = APIRouter(prefix="/api/v1", tags=["账号与授权"], responses=PROBLEMS)

SystemAdmin = Annotated[Actor, Depends(Requires(frozenset({Role.SYSTEM_ADMIN})))]
SecurityAdmin = Annotated[Actor, Depends(Requires(frozenset({Role.SECURITY_ADMIN})))]
Either = Annotated[Actor, Depends(Requires(frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})))]
NODES = 20  # of each kind, to choose from
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Day = Annotated[date, Field(ge=date(1949, 10, 1), le=date(2099, 12, 31))]


class GrantOut(BaseModel):
    """A role on a node, from a day until the day before `valid_to`."""

    id: int
    role: Role
    region_code: str | None
    institution_id: int | None
    node: str | None = Field(description="name of the region or institution")
    valid_from: date
    valid_to: date | None


class AccountOut(BaseModel):
    """An account and all that was ever granted to it."""

    id: int
    username: str
    display_name: str
    is_disabled: bool
    has_password: bool
    has_second_factor: bool
    grants: list[GrantOut]


class AccountsOut(BaseModel):
    """One page of accounts."""

    total: int
    rows: list[AccountOut]


class NewAccount(BaseModel):
    """Whom to make an account for."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(min_length=2, max_length=64, pattern=r"^[^\s\x00]+$", examples=["li.na"])
    display_name: str = Field("", max_length=64, pattern=r"^[^\x00]*$", examples=["李娜"])


class InvitationOut(BaseModel):
    """A code by which the account's holder chooses a password; it can be read this once."""

    account_id: int
    code: str
    expires: str


class AccountChange(BaseModel):
    """Whether it can be signed in to."""

    model_config = ConfigDict(extra="forbid")

    is_disabled: bool


class GrantNode(BaseModel):
    """Where a role can be granted: a region, or an institution."""

    region_code: str | None
    institution_id: int | None
    name: str
    hint: str = Field(description="code, and for an institution its region: names repeat")


class NewGrant(BaseModel):
    """A role for an account, on a region or on an institution; without a first day from today."""

    model_config = ConfigDict(extra="forbid")

    account_id: int = Field(ge=1, le=2**31 - 1)
    role: Role
    region_code: str | None = Field(None, pattern=r"^\d{6}$")
    institution_id: int | None = Field(None, ge=1, le=2**31 - 1)
    valid_from: Day | None = None
    valid_to: Day | None = None


@router.get("/accounts", operation_id="list_accounts", summary="账号一览")
def list_accounts(
    request: Request,
    _actor: Either,
    q: Annotated[str, Query(max_length=64)] = "",
    offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> AccountsOut:
    """Accounts by name, with their grants."""
    found = or_(
        Account.username.icontains(q, autoescape=True), Account.display_name.icontains(q, autoescape=True)
    )
    with request.app.state.database.reading() as session:
        total = session.scalar(select(func.count()).select_from(Account).where(found)) or 0
        query = select(Account).where(found).order_by(Account.username).offset(offset).limit(limit)
        rows = session.scalars(query).all()
        grants: dict[int, list[GrantOut]] = {row.id: [] for row in rows}
        for grant, region, institution in accounts.grants_of(session, list(grants)):
            grants[grant.account_id].append(shown(grant, region or institution))
        return AccountsOut(
            total=total,
            rows=[
                AccountOut(
                    id=row.id,
                    username=row.username,
                    display_name=row.display_name,
                    is_disabled=row.disabled_us is not None,
                    has_password=row.password_hash is not None,
                    has_second_factor=row.totp_step is not None,
                    grants=grants[row.id],
                )
                for row in rows
            ],
        )


@router.post("/accounts", operation_id="create_account", summary="新建账号", status_code=201)
def create_account(request: Request, said: NewAccount, actor: SystemAdmin) -> InvitationOut:
    """A new account without grants, and the invitation to it."""
    now_us = identity.real_now_us()
    with request.app.state.database.session() as session:
        account, code = accounts.create(session, actor, said.username, said.display_name, now_us)
        return _invitation(request, account.id, code, now_us)


@router.patch(
    "/accounts/{account_id}", operation_id="change_account", summary="停用或启用账号", status_code=204
)
def change_account(request: Request, account_id: Id, said: AccountChange, actor: SystemAdmin) -> None:
    """Disable it, which ends its sessions, or enable it again."""
    with request.app.state.database.session() as session:
        if said.is_disabled:
            accounts.disable(session, actor, account_id, identity.real_now_us(), today(request))
        else:
            accounts.enable(session, actor, account_id)


@router.post(
    "/accounts/{account_id}/invitation", operation_id="invite_account", summary="重发邀请码", status_code=201
)
def invite_account(request: Request, account_id: Id, actor: Either) -> InvitationOut:
    """For who has lost password or second factor; the second factor is set up anew, sessions end."""
    now_us = identity.real_now_us()
    with request.app.state.database.session() as session:
        code = accounts.invite(session, actor, account_id, now_us, today(request))
        return _invitation(request, account_id, code, now_us)


@router.get("/grants/nodes", operation_id="find_grant_nodes", summary="授权范围：区划与单位")
def find_nodes(
    request: Request, _actor: SecurityAdmin, q: Annotated[str, Query(max_length=64)] = ""
) -> list[GrantNode]:
    """Regions, then institutions, by name or code; no more than one chooses from."""
    with request.app.state.database.reading() as session:
        regions, institutions = accounts.nodes(session, q.strip(), NODES)
        return [
            *(
                GrantNode(region_code=one.code, institution_id=None, name=one.name, hint=one.code)
                for one in regions
            ),
            *(
                GrantNode(
                    region_code=None,
                    institution_id=one.id,
                    name=one.name,
                    hint=f"{one.code} · {one.region_code}",
                )
                for one in institutions
            ),
        ]


@router.post("/grants", operation_id="grant_role", summary="授权", status_code=201)
def grant_role(request: Request, said: NewGrant, actor: SecurityAdmin) -> GrantOut:
    """Grant a role on a node; administrators' roles have none and exclude every other."""
    first = said.valid_from or today(request)
    wanted = Wanted(said.account_id, said.role, said.region_code, said.institution_id, first, said.valid_to)
    with request.app.state.database.session() as session:
        row = accounts.grant(session, actor, wanted)
        [(_, region, institution)] = [
            one for one in accounts.grants_of(session, [row.account_id]) if one[0].id == row.id
        ]
        return shown(row, region or institution)


@router.delete("/grants/{grant_id}", operation_id="end_grant", summary="结束授权", status_code=204)
def end_grant(request: Request, grant_id: Id, actor: SecurityAdmin) -> None:
    """It holds no longer, from today on."""
    with request.app.state.database.session() as session:
        accounts.end_grant(session, actor, grant_id, today(request))


def shown(row: identity.Grant, node: str | None) -> GrantOut:
    """A grant with the name of its node."""
    return GrantOut(
        id=row.id,
        role=Role(row.role),
        region_code=row.region_code,
        institution_id=row.institution_id,
        node=node,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _invitation(request: Request, account_id: int, code: str, now_us: int) -> InvitationOut:
    ends = iso(now_us + identity.CODE_LIFE_US, request.app.state.zone)
    return InvitationOut(account_id=account_id, code=code, expires=ends)
