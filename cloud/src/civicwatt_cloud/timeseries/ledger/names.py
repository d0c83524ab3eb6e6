"""What people call a booked point in a formula or a tree: gateway/device, account, code."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.timeseries.points import Point


@dataclass(frozen=True, slots=True)
class Named:
    """A booked point by its id, with what a formula must know of it."""

    id: int
    carrier: str
    title: str  # gateway/device, or the account or code


class Names:
    """The booked points by each name they have; a device may also stand without its gateway."""

    def __init__(self, session: Session) -> None:
        self._found: dict[str, list[Named]] = defaultdict(list)
        self._titles: dict[int, str] = {}
        columns = select(Point.id, Point.gateway, Point.device, Point.carrier)
        for point, gateway, device, carrier in session.execute(columns.where(Point.is_consumption)):
            title = f"{gateway}/{device}" if gateway else device
            self.add(Named(point, carrier or "", title), {title, device})

    def add(self, named: Named, names: set[str]) -> None:
        """Make a point known."""
        self._titles[named.id] = named.title
        for name in names:
            self._found[name].append(named)

    def of(self, name: str) -> list[Named]:
        """All points of that name."""
        return self._found.get(name, [])

    def title(self, point: int) -> str:
        """What a booked point is called; one that is booked no more by its id."""
        return self._titles.get(point, f"#{point}")
