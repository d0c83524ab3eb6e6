"""公务用车专用标识: a vehicle shows that it is an official one, unless an approval says that it need not."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.modules.fleet.choices import Mark
from civicwatt_cloud.modules.fleet.errors import NotExempt
from civicwatt_cloud.modules.fleet.models import MarkExemption, Vehicle

APPROVED = "approved"


def check_mark(session: Session, vehicle: Vehicle) -> None:
    """Nobody types an exemption in: it was approved. Errors: NotExempt."""
    if vehicle.mark != Mark.EXEMPT:
        return
    query = select(MarkExemption.id).where(
        MarkExemption.vehicle_id == vehicle.id,
        MarkExemption.state == APPROVED,
        MarkExemption.removed_us.is_(None),
    )
    if session.scalar(query) is None:
        raise NotExempt()
