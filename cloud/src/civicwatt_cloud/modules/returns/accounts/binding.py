"""What must hold of accounts, bindings and sites before they are kept."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Building
from civicwatt_cloud.modules.returns.account_models import (
    AccountBinding,
    EnergySite,
    MonitoredBuilding,
    SupplyAccount,
)
from civicwatt_cloud.modules.returns.choices import SiteClass
from civicwatt_cloud.modules.returns.errors import (
    NotItsMeter,
    NotShared,
    NumberTooLong,
    Overlaps,
)
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.ledger.shares.models import BuildingShare
from civicwatt_cloud.timeseries.points import Point

LAST_NUMBER = 999  # of a building within its division and class
SHARED = frozenset({SiteClass.SHARED_ACCOUNT, SiteClass.SHARED_NONE})


def account_fits(_session: Session, row: SupplyAccount) -> None:
    """The end use follows from the energy where there is one only. Errors: NotItsMeter."""
    if EndUse(row.use).carrier != row.energy:
        raise NotItsMeter("use", point=row.use)


def binding_fits(session: Session, row: AccountBinding) -> None:
    """Nobody else's on the same days; the meter is the institution's. Errors: Overlaps, NotItsMeter."""
    others = select(AccountBinding).where(
        AccountBinding.account_id == row.account_id, AccountBinding.removed_us.is_(None)
    )
    for other in session.scalars(others):
        if other is not row and _meet(other, row):
            raise Overlaps("valid_from", start=other.valid_from, end=other.valid_to or "—")
    if row.point is not None:
        account = session.get_one(SupplyAccount, row.account_id)
        own = select(Point.id).join(Building, Building.id == Point.building_id)
        own = own.where(Point.id == row.point, Point.carrier == account.energy)
        if session.scalar(own.where(Building.institution_id == row.owner_id)) is None:
            raise NotItsMeter("point", point=row.point)


def _meet(one: AccountBinding, other: AccountBinding) -> bool:
    return one.valid_from < (other.valid_to or date.max) and other.valid_from < (one.valid_to or date.max)


def site_fits(session: Session, row: EnergySite) -> None:
    """A shared building has shares on that day, which are one whole, and one of them is the institution's.

    Errors: NotShared.
    """
    if SiteClass(row.site_class) not in SHARED:
        return
    days = select(BuildingShare.valid_from).where(
        BuildingShare.building_id == row.building_id, BuildingShare.valid_from <= row.valid_from
    )
    last = days.order_by(BuildingShare.valid_from.desc()).limit(1).scalar_subquery()
    mine = select(BuildingShare.parts).where(
        BuildingShare.building_id == row.building_id,
        BuildingShare.valid_from == last,
        BuildingShare.institution_id == row.owner_id,
    )
    if session.scalar(mine) is None:
        raise NotShared("building_id", day=row.valid_from)


def number_fits(_session: Session, row: MonitoredBuilding) -> None:
    """It has three digits in the building's code. Errors: NumberTooLong."""
    if row.number > LAST_NUMBER:
        raise NumberTooLong("number", most=LAST_NUMBER)
