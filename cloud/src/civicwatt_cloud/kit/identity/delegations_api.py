"""Routes of delegation, for whoever holds a role of the business."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from civicwatt_cloud.kit.access import Requires, today
from civicwatt_cloud.kit.identity import Actor, delegations
from civicwatt_cloud.kit.identity.accounts import grants_of
from civicwatt_cloud.kit.identity.accounts_api import Day, GrantOut, Id, shown
from civicwatt_cloud.kit.identity.delegations import LENT, Lending
from civicwatt_cloud.kit.identity.own_api import PROBLEMS

router = APIRouter(prefix="/api/v1", tags=["委托"], responses=PROBLEMS)
Holder = Annotated[Actor, Depends(Requires(LENT))]


class NewDelegation(BaseModel):
    """Which of one's grants to lend to whom, from a day until the day before `valid_to`."""

    model_config = ConfigDict(extra="forbid")

    grant_id: int = Field(ge=1, le=2**31 - 1)
    username: str = Field(min_length=2, max_length=64, pattern=r"^[^\s\x00]+$")
    valid_from: Day
    valid_to: Day


class DelegationOut(BaseModel):
    """A lent role: by whom, to whom, for which days."""

    id: int
    role: str
    owner: str
    holder: str
    is_mine: bool = Field(description="I lend it")
    valid_from: date
    valid_to: date | None


@router.get("/grants/mine", operation_id="list_own_grants", summary="我的授权")
def list_own(request: Request, actor: Holder) -> list[GrantOut]:
    """What was granted to oneself: what can be lent is named by its id."""
    with request.app.state.database.reading() as session:
        rows = grants_of(session, [actor.account_id or 0])
        return [shown(row, region or institution) for row, region, institution in rows]


@router.get("/delegations", operation_id="list_delegations", summary="委托")
def list_delegations(request: Request, actor: Holder) -> list[DelegationOut]:
    """What one lends or has been lent, now or later."""
    with request.app.state.database.reading() as session:
        return [
            DelegationOut(
                id=grant.id,
                role=grant.role,
                owner=owner.display_name,
                holder=holder.display_name,
                is_mine=owner.id == actor.account_id,
                valid_from=grant.valid_from,
                valid_to=grant.valid_to,
            )
            for grant, owner, holder in delegations.of(session, actor, today(request))
        ]


@router.post("/delegations", operation_id="delegate_role", summary="委托他人", status_code=201)
def delegate(request: Request, said: NewDelegation, actor: Holder) -> GrantOut:
    """Lend a role on its node to another while one is away."""
    wanted = Lending(said.grant_id, said.username, said.valid_from, said.valid_to)
    with request.app.state.database.session() as session:
        return shown(delegations.delegate(session, actor, wanted, today(request)), None)


@router.delete("/delegations/{grant_id}", operation_id="end_delegation", summary="收回委托", status_code=204)
def take_back(request: Request, grant_id: Id, actor: Holder) -> None:
    """It is lent no longer, from today on."""
    with request.app.state.database.session() as session:
        delegations.take_back(session, actor, grant_id, today(request))
