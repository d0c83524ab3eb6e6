"""What happens when an organisation changes."""

from civicwatt_cloud.kit import organisation
from civicwatt_cloud.kit.directory import Institution, Level
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.org.errors import NotYet
from civicwatt_cloud.modules.org.models import ChangeKind

MANAGER = frozenset({Role.ORGANISATION_MANAGER})


def answers_for_both(step: Step) -> None:
    """Whoever approves a change manages the other institution too, whose heads change. Errors: NotFound."""
    scope_of(step.actor, MANAGER, Level.CITY).institution(step.session, step.record.into_id)


def day_has_come(step: Step) -> None:
    """The day of the change. Errors: NotYet."""
    if step.record.on_day > step.today:
        raise NotYet(day=step.record.on_day)


def take_effect(step: Step) -> None:
    """The institution is merged or moved. Errors: Conflict."""
    change, session = step.record, step.session
    own = session.get_one(Institution, change.owner_id)
    into = session.get_one(Institution, change.into_id)
    if change.kind == ChangeKind.MERGE:
        organisation.merge(session, own, into, change.on_day, change.document)
        change.owner_id = own.id  # the change itself stays the former institution's
    else:
        organisation.move(session, own, into, change.on_day)
