"""The vehicles that fixes are for, and the fences that each of them is watched by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.geo import Area
from civicwatt_cloud.kit.records.choices import Sensitivity
from civicwatt_cloud.modules.fleet.areas import area_of
from civicwatt_cloud.modules.fleet.choices import FenceCalendar, FenceRule, VehicleState
from civicwatt_cloud.modules.fleet.errors import BadFence
from civicwatt_cloud.modules.fleet.models import Fence, Vehicle

log = structlog.get_logger()


class Known(NamedTuple):
    """A vehicle that may tell where it is."""

    id: int
    owner_id: int
    path: str  # of its owner
    home_fence_id: int | None
    state: str
    sensitivity: str = Sensitivity.INTERNAL


@dataclass(frozen=True, slots=True)
class Guarded:
    """A fence, ready for use."""

    id: int
    path: str  # of its owner
    is_for_all: bool
    rule: FenceRule
    calendar: FenceCalendar
    area: Area


def known(session: Session, phones: Collection[str]) -> dict[str, Known]:
    """Vehicles by their terminals' numbers; unknown ones are absent."""
    query = _vehicles().where(Vehicle.terminal_phone.in_(phones))
    return {row.terminal_phone or "": _known(row) for row in session.execute(query)}


def all_known(session: Session) -> list[Known]:
    """All vehicles that have a terminal."""
    query = _vehicles().where(Vehicle.terminal_phone.is_not(None))
    return [_known(row) for row in session.execute(query)]


def _vehicles() -> Select[int, int, str, int | None, str, str, str | None]:
    return (
        select(
            Vehicle.id,
            Vehicle.owner_id,
            Institution.path,
            Vehicle.home_fence_id,
            Vehicle.state,
            Vehicle.sensitivity,
            Vehicle.terminal_phone,
        )
        .join(Institution, Institution.id == Vehicle.owner_id)
        .where(Vehicle.removed_us.is_(None), Vehicle.state != VehicleState.DISPOSED)
    )


def _known(row: Row[int, int, str, int | None, str, str, str | None]) -> Known:
    return Known(row[0], row[1], row[2], row[3], row[4], row[5])


class Fences:
    """All fences, read again when one of them has changed."""

    def __init__(self) -> None:
        self._stamp: object = None
        self._all: dict[int, Guarded] = {}

    def refresh(self, session: Session) -> Mapping[int, Guarded]:
        """The fences as they are now."""
        marks = select(func.count(), func.sum(Fence.rev), func.sum(Fence.removed_us), func.max(Fence.id))
        stamp = tuple(session.execute(marks).one())
        if stamp != self._stamp:
            self._all, self._stamp = _read(session), stamp
        return self._all

    def guards(self, vehicle: Known) -> list[Guarded]:
        """Those that a vehicle is watched by."""
        return [
            one
            for one in self._all.values()
            if one.id == vehicle.home_fence_id or (one.is_for_all and vehicle.path.startswith(one.path))
        ]

    def of(self, vehicle: Known) -> dict[int, Area]:
        """Their areas."""
        return {one.id: one.area for one in self.guards(vehicle)}


def _read(session: Session) -> dict[int, Guarded]:
    query = select(Fence, Institution.path).join(Institution, Institution.id == Fence.owner_id)
    found = {}
    for fence, path in session.execute(query.where(Fence.removed_us.is_(None))):
        try:
            area = area_of(fence)
        except BadFence as error:  # was checked when it was written: a newer version reads it otherwise
            log.warning("fence_unusable", fence=fence.id, error=str(error))
            continue
        rule, calendar = FenceRule(fence.rule), FenceCalendar(fence.calendar)
        found[fence.id] = Guarded(fence.id, path, fence.is_for_all, rule, calendar, area)
    return found
