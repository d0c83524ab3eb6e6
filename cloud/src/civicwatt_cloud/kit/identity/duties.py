"""What somebody who has signed in by password must do before anything else."""

from enum import StrEnum

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.identity.actors import Actor
from civicwatt_cloud.kit.identity.errors import PasswordExpired, SecondFactorDue
from civicwatt_cloud.kit.identity.models import Method
from civicwatt_cloud.kit.identity.policy import profile_of
from civicwatt_cloud.kit.roles import ADMINISTRATORS
from civicwatt_cloud.kit.settings import Settings


class Duty(StrEnum):
    """What is due."""

    CHANGE_PASSWORD = "change_password"  # noqa: S105 - no password
    SET_SECOND_FACTOR = "set_second_factor"


def duty_of(session: Session, actor: Actor, settings: Settings, now_us: int) -> Duty | None:
    """What is due; None: nothing, or the session was not opened by password."""
    if actor.method is not Method.PASSWORD:
        return None
    days = profile_of(session, settings.password_profile).rotation_days
    if days is not None and now_us - (actor.password_set_us or 0) >= days * DAY_US:
        return Duty.CHANGE_PASSWORD
    if settings.admin_second_factor and actor.roles & ADMINISTRATORS and not actor.has_second_factor:
        return Duty.SET_SECOND_FACTOR
    return None


def check_duty(session: Session, actor: Actor, settings: Settings, now_us: int) -> None:
    """Errors: PasswordExpired, SecondFactorDue."""
    match duty_of(session, actor, settings, now_us):
        case Duty.CHANGE_PASSWORD:
            raise PasswordExpired(days=profile_of(session, settings.password_profile).rotation_days)
        case Duty.SET_SECOND_FACTOR:
            raise SecondFactorDue()
