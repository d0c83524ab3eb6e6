"""Routes of corrections 更正单: listed and decided by the energy manager, within the own region."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.energy import corrections
from civicwatt_cloud.modules.energy.api import MANAGER, Manager
from civicwatt_cloud.modules.energy.correction_schemas import CorrectionList, CorrectionOut, DecisionIn
from civicwatt_cloud.modules.energy.corrections import Take
from civicwatt_cloud.timeseries.ledger.closing.corrections import Decision, approve, reject

router = APIRouter(
    prefix="/api/v1",
    tags=["更正单"],
    responses=problems(401, 403, 404, 409, 422),
)
Number = Annotated[str, Path(pattern=r"^GZ-\d{4}-\d{6}$", examples=["GZ-2026-000001"])]


@router.get("/corrections", operation_id="get_corrections", summary="更正单一览，待审的在前")
def get_corrections(
    request: Request,
    actor: Manager,
    institution: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> CorrectionList:
    """Corrections of the region's closed months."""
    state = request.app.state
    with state.database.reading() as session:
        return corrections.listing(session, scope_of(actor, MANAGER), state.zone, actor.who, institution)


@router.post("/corrections/{number}/approve", operation_id="approve_correction", summary="批准：采用重算值")
def approve_correction(request: Request, actor: Manager, number: Number, wanted: DecisionIn) -> CorrectionOut:
    """Let the ledger take the recomputed value."""
    zone = request.app.state.zone
    return _decide(request, actor, number, wanted, lambda session, one: approve(session, number, one, zone))


@router.post("/corrections/{number}/reject", operation_id="reject_correction", summary="驳回：保留已上报的值")
def reject_correction(request: Request, actor: Manager, number: Number, wanted: DecisionIn) -> CorrectionOut:
    """Keep the reported value."""
    return _decide(request, actor, number, wanted, lambda session, one: reject(session, number, one))


def _decide(request: Request, actor: Actor, number: str, wanted: DecisionIn, take: Take) -> CorrectionOut:
    state = request.app.state
    decision = Decision(actor.who, state.clock.now_us(), wanted.reason.strip())
    with state.database.session() as session:
        return corrections.decided(
            session, scope_of(actor, MANAGER), number, decision, take=take, zone=state.zone
        )
