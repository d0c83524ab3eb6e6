"""Corrections of closed months as the energy manager sees and decides them, within the own region."""

import json
from collections.abc import Callable
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.energy.correction_schemas import CorrectionList, CorrectionOut
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.ledger.closing.causes import proposers
from civicwatt_cloud.timeseries.ledger.closing.corrections import Decision, State
from civicwatt_cloud.timeseries.ledger.closing.errors import NoSuchCorrection, OwnProposal
from civicwatt_cloud.timeseries.ledger.closing.models import Correction
from civicwatt_cloud.timeseries.points import Point
from civicwatt_protocols.quantity import format_micro

MOST = 200  # in the list [engineering default]
_Row = tuple[Correction, Point, Institution]
Take = Callable[[Session, Decision], object]  # approve or reject


def listing(
    session: Session, scope: Scope, zone: ZoneInfo, who: str, institution_id: int | None = None
) -> CorrectionList:
    """Corrections of the visible institutions, or of one. Errors: NotFound."""
    query = _visible(scope)
    if institution_id is not None:
        query = query.where(Institution.id == scope.institution(session, institution_id).id)
    waits = Correction.state == State.PROPOSED
    rows = session.execute(query.order_by(waits.desc(), Correction.number.desc()).limit(MOST))
    return CorrectionList(corrections=[_show(session, (*row,), zone, who) for row in rows])


def decided(
    session: Session, scope: Scope, number: str, decision: Decision, *, take: Take, zone: ZoneInfo
) -> CorrectionOut:
    """Approve or reject. Errors: NoSuchCorrection, also out of scope; OwnProposal; those of `take`."""
    row = session.execute(_visible(scope).where(Correction.number == number)).one_or_none()
    if row is None:
        raise NoSuchCorrection(number=number)
    if decision.who in proposers(session, row[0].point_id, row[0].month, zone):
        raise OwnProposal(number=number)
    take(session, decision)
    return _show(session, (*row,), zone, decision.who)


def _visible(scope: Scope) -> Select[Correction, Point, Institution]:
    return (
        select(Correction, Point, Institution)
        .join(Point, Point.id == Correction.point_id)
        .join(Building, Building.id == Point.building_id)
        .join(Institution, Institution.id == Building.institution_id)
        .where(scope.visible())
    )


def _show(session: Session, found: _Row, zone: ZoneInfo, who: str) -> CorrectionOut:
    row, point, institution = found
    waits = row.state == State.PROPOSED
    return CorrectionOut(
        number=row.number,
        point_id=point.id,
        meter=point.title or point.device,
        institution_id=institution.id,
        institution=institution.name,
        month=f"{row.month // 100}-{row.month % 100:02d}",
        unit=Carrier(point.carrier).unit if point.carrier else "",
        state=row.state,
        state_zh=State(row.state).zh,
        reported=format_micro(row.reported_micro),
        recomputed=format_micro(row.recomputed_micro),
        settled=None if row.settled_micro is None else format_micro(row.settled_micro),
        causes=json.loads(row.causes),
        proposed_at=iso(row.proposed_us, zone),
        own=waits and who in proposers(session, row.point_id, row.month, zone),
        decided_by=row.decided_by,
        reason=row.reason,
    )
