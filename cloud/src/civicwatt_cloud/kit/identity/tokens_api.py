"""Routes of machines' tokens."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.access import today
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.identity import tokens
from civicwatt_cloud.kit.identity.accounts_api import Either, Id
from civicwatt_cloud.kit.identity.models import ServiceToken
from civicwatt_cloud.kit.identity.own_api import PROBLEMS

router = APIRouter(prefix="/api/v1", tags=["服务令牌"], responses=PROBLEMS)


class NewToken(BaseModel):
    """What a machine's token is for, and for how many days."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00]+$", examples=["财务系统"])]
    days: int = Field(ge=1, le=tokens.LONGEST_DAYS)


class TokenOut(BaseModel):
    """A token, without what it is."""

    id: int
    name: str
    created: str
    expires: str
    last_used: str | None


class TokenIssued(TokenOut):
    """A new token; it can be read this once."""

    token: str


@router.get("/accounts/{account_id}/tokens", operation_id="list_tokens", summary="账号的服务令牌")
def list_tokens(request: Request, account_id: Id, _actor: Either) -> list[TokenOut]:
    """The tokens of an account, also expired ones."""
    with request.app.state.database.reading() as session:
        return [TokenOut(**_shown(request, row)) for row in tokens.tokens_of(session, account_id)]


@router.post(
    "/accounts/{account_id}/tokens", operation_id="issue_token", summary="签发服务令牌", status_code=201
)
def issue(request: Request, account_id: Id, said: NewToken, actor: Either) -> TokenIssued:
    """A token for an account that no person signs in to."""
    now_us, wanted = identity.real_now_us(), (account_id, said.name, said.days)
    with request.app.state.database.session() as session:
        row, token = tokens.issue(session, actor, wanted, now_us, today(request))
        return TokenIssued(**_shown(request, row), token=token)


@router.delete("/tokens/{token_id}", operation_id="end_token", summary="作废服务令牌", status_code=204)
def end(request: Request, token_id: Id, actor: Either) -> None:
    """It opens nothing any more."""
    with request.app.state.database.session() as session:
        tokens.end(session, actor, token_id, today(request))


def _shown(request: Request, row: ServiceToken) -> dict[str, Any]:
    zone = request.app.state.zone
    return {
        "id": row.id,
        "name": row.name,
        "created": iso(row.created_us, zone),
        "expires": iso(row.expires_us, zone),
        "last_used": iso(row.used_us, zone) if row.used_us else None,
    }
