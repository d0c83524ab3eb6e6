"""What every use case is given."""

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.identity import Actor


class Context(NamedTuple):
    """What a use case works with: one transaction, on whose behalf, in which zone, at which business time."""

    session: Session
    actor: Actor
    zone: ZoneInfo
    now_us: int  # business time, UTC µs

    @property
    def today(self) -> date:
        """The business day."""
        return date_of(self.now_us, self.zone)
