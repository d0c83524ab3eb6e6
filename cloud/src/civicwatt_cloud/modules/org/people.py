"""What happens to people: appointments, transfers, retirements, and what follows in the same transaction."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select, update

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.directory import region_prefix
from civicwatt_cloud.kit.identity import Grant
from civicwatt_cloud.kit.identity.delegations import LENT
from civicwatt_cloud.kit.people import Holding, Person, PersonEvent, PersonEventKind, PersonState
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import ADMINISTRATORS, Role
from civicwatt_cloud.kit.scope import Scope, scope_of

LEAVING = {
    PersonEventKind.TRANSFERRED: PersonState.TRANSFERRED,
    PersonEventKind.RETIRED: PersonState.RETIRED,
    PersonEventKind.DECEASED: PersonState.DECEASED,
}
LEFT = "person.left"  # facts: person_id, owner_id, on_day, kind


class Said(NamedTuple):
    """What happened to a person."""

    kind: PersonEventKind
    on_day: date
    document: str | None = None
    post_id: int | None = None  # of an appointment


class Entities(NamedTuple):
    """The manifest's entities that a personnel event writes."""

    person: Entity
    event: Entity


def happen(context: Context, entities: Entities, person_id: int, said: Said) -> PersonEvent:
    """Note an event and let it take effect: posts are held or given up; who leaves loses his grants.

    A grant that ends is his deputy's from that day on, so what waits for him waits for the deputy.
    Errors: NotFound, NotPermitted.
    """
    person = registry.get(context, entities.person, person_id)
    registry.writable(context, entities.person, person_id, person.rev)
    values = {"person_id": person.id, "kind": said.kind, "on_day": said.on_day, "document": said.document}
    event: PersonEvent = registry.add(context, entities.event, person.owner_id, values)
    if said.post_id is not None:
        _appoint(context, person, said)
    if said.kind in {PersonEventKind.REMOVED, *LEAVING}:
        _give_up_posts(context, person, said.on_day)
    if said.kind in LEAVING:
        _leave(context, entities.person, person, said)
    return event


def _appoint(context: Context, person: Person, said: Said) -> None:
    is_main = said.kind is not PersonEventKind.CONCURRENT
    context.session.add(
        Holding(person_id=person.id, post_id=said.post_id, is_main=is_main, valid_from=said.on_day)
    )


def _give_up_posts(context: Context, person: Person, on_day: date) -> None:
    held = update(Holding).where(Holding.person_id == person.id, Holding.valid_to.is_(None))
    context.session.execute(held.values(valid_to=on_day))


def _leave(context: Context, entity: Entity, person: Person, said: Said) -> None:
    before = registry.told(entity, person, context.zone)
    person.state = LEAVING[said.kind]
    registry.touched(context, entity, person, "person_left", before)
    _hand_over(context, scope_of(context.actor, entity.write), person, said.on_day)
    facts = {"person_id": person.id, "owner_id": person.owner_id, "on_day": str(said.on_day)}
    events.tell(context, LEFT, {**facts, "kind": said.kind}, person)


def _hand_over(context: Context, scope: Scope, person: Person, on_day: date) -> None:
    """The open grants of the person's account end, and are the deputy's.

    An administrator's are the security administrator's affair. What could not be lent, or reaches beyond
    what the actor keeps, ends and is nobody's: a personnel event is no way around who grants.
    """
    if person.account_id is None:
        return
    open_ = select(Grant).where(
        Grant.account_id == person.account_id,
        Grant.role.not_in(ADMINISTRATORS),
        or_(Grant.valid_to.is_(None), Grant.valid_to > on_day),
    )
    deputy = context.session.get(Person, person.deputy_id) if person.deputy_id else None
    for grant in context.session.scalars(open_).all():
        could_be_lent = Role(grant.role) in LENT and grant.delegated_id is None
        is_handed_on = could_be_lent and _is_within(context, scope, grant)
        if deputy is not None and deputy.account_id is not None and is_handed_on:
            node = {"region_code": grant.region_code, "institution_id": grant.institution_id}
            heir = Grant(account_id=deputy.account_id, role=grant.role, valid_from=on_day, **node)
            heir.valid_to = grant.valid_to
            context.session.add(heir)
        grant.valid_to = on_day
    context.session.flush()


def _is_within(context: Context, scope: Scope, grant: Grant) -> bool:
    """Whether all that a grant reaches lies in scope."""
    if grant.institution_id is not None:
        return scope.has(context.session, grant.institution_id)
    return grant.region_code is not None and scope.holds(region_prefix(grant.region_code))
