"""M01.4 as a whole, in one transaction: a grant ends, a room is to be vacated, the deputy decides."""

from datetime import date

from sqlalchemy import select

from civicwatt_cloud.kit.identity import Account, Grant, actor_named
from civicwatt_cloud.kit.notices import inbox
from civicwatt_cloud.kit.people import PersonEventKind, PersonState, Rank
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.housing import vacating
from civicwatt_cloud.modules.housing.case_models import VacateTask
from civicwatt_cloud.modules.housing.module import MODULE as HOUSING
from civicwatt_cloud.modules.org import people
from civicwatt_cloud.modules.org.entities import EVENT, PERSON

TODAY = date(2026, 7, 1)
BUREAU = 1


def waits(site, account_id: int | None) -> list[tuple[str, int]]:
    """What waits for somebody on that day."""
    account = site.session.get_one(Account, account_id)
    context = site.manager._replace(actor=actor_named(site.session, account, TODAY))
    return [(one.path, one.id) for one in inbox.waiting(context, (HOUSING,)).rows]


def test_m01_4_the_grant_ends_the_room_is_to_be_vacated_and_the_deputy_decides_or_nothing_happens(
    site,
) -> None:
    leaving, deputy = site.person("李进", Rank.SECTION_HEAD), site.person("王副")
    leaving.deputy_id = deputy.id
    contexts = [site.context(name, Role.APPROVER, BUREAU) for name in ("li", "wang")]
    leaving.account_id, deputy.account_id = (one.actor.account_id for one in contexts)
    site.session.delete(
        site.session.scalars(select(Grant).where(Grant.account_id == deputy.account_id)).one()
    )
    room = site.room("1203", "9")
    site.occupy(room, leaving)
    site.occupy(site.room("1205", "12.00"), site.person("科员"))
    vacating.open_over_standard(site.manager, TODAY, None)
    pending = site.session.scalars(select(VacateTask)).one()
    mine = ("vacate-tasks", pending.id)
    assert mine in waits(site, leaving.account_id)
    assert waits(site, deputy.account_id) == []

    personnel = site.context("personnel", Role.ORGANISATION_MANAGER)
    retires = people.Said(PersonEventKind.RETIRED, TODAY)
    one_transaction = site.session.begin_nested()
    people.happen(personnel, people.Entities(PERSON, EVENT), leaving.id, retires)
    opened = select(VacateTask).where(VacateTask.person_id == leaving.id)
    assert (leaving.state, site.session.scalars(opened).one().room_id) == (PersonState.RETIRED, room.id)
    ended = select(Grant.valid_to).where(Grant.account_id == leaving.account_id)
    assert site.session.scalars(ended).all() == [TODAY]
    assert waits(site, leaving.account_id) == []
    assert mine in waits(site, deputy.account_id)

    one_transaction.rollback()
    assert site.session.scalars(ended).all() == [None]
    assert site.session.scalars(select(VacateTask)).all() == [pending]
    assert mine in waits(site, leaving.account_id)
