"""Closed months 关账: which months of which points the books must leave alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.timeseries.ledger.closing.corrections import Decision, reopened
from civicwatt_cloud.timeseries.ledger.closing.errors import MonthNotOver, NobodySaid
from civicwatt_cloud.timeseries.ledger.closing.models import ClosedMonth
from civicwatt_cloud.timeseries.ledger.months import days_of_month, hours_of_month
from civicwatt_cloud.timeseries.ledger.shares.parts import Shares, in_force, shares
from civicwatt_cloud.timeseries.points import Point


def close(
    session: Session, institution: Institution, month: int, decision: Decision, zone: ZoneInfo
) -> ClosedMonth:
    """Close a month of an institution, the reason being the return that was filed.

    One that is closed stays as it was. Errors: MonthNotOver, NobodySaid.
    """
    known = session.get(ClosedMonth, (institution.id, month))
    if known is not None:
        return known
    if not decision.who or not decision.reason:
        raise NobodySaid()
    if hours_of_month(month, zone)[1] * HOUR_US > decision.now_us:
        raise MonthNotOver(month=month)
    row = ClosedMonth(
        institution_id=institution.id,
        month=month,
        document=decision.reason,
        closed_by=decision.who,
        closed_us=decision.now_us,
    )
    session.add(row)
    after = {"document": decision.reason}
    audit.note(session, decision.who, Deed("month_closed", f"{institution.code} {month}", None, after))
    return row


def closed(session: Session, points: Iterable[int]) -> Mapping[int, set[int]]:
    """By point, the months (yyyymm) that the books must leave alone now; points without one are left out.

    A month is closed for a building as soon as any institution that has a share in it has reported.
    """
    owners = select(Point.id, Building.id, Building.institution_id).join(Building)
    rows = session.execute(owners.where(Point.id.in_(list(points)))).all()
    shared = shares(session, {building for _, building, _ in rows})
    by_institution = _closed_by(session, {owner for *_, owner in rows}, shared)
    found: dict[int, set[int]] = {}
    for point, building, owner in rows:
        found[point] = by_institution[owner] | {
            month
            for dated in shared.get(building, [])
            for institution in dated.parts
            for month in by_institution[institution]
            if institution in _sharing(shared[building], month)
        }
    for point, opened in reopened(session, found).items():
        found[point] -= opened
    return {point: months for point, months in found.items() if months}


def _closed_by(
    session: Session, owners: Iterable[int], shared: Mapping[int, Sequence[Shares]]
) -> Mapping[int, set[int]]:
    """The months that owners and sharers of buildings have closed."""
    sharers = {one for dated in shared.values() for shares in dated for one in shares.parts}
    found: dict[int, set[int]] = defaultdict(set)
    row = ClosedMonth
    query = select(row.institution_id, row.month).where(row.institution_id.in_({*owners, *sharers}))
    for institution, month in session.execute(query):
        found[institution].add(month)
    return found


def _sharing(dated: Sequence[Shares], month: int) -> set[int]:
    """The institutions that have a share in some day of a month."""
    first, after = days_of_month(month)
    days = [first, *(one.valid_from for one in dated if first < one.valid_from < after)]
    return {one for day in days for one in in_force(dated, day) or ()}
