"""K6: a role is lent for dated days, while its owner holds it, and never helps to approve one's own case."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.errors import CloudError
from civicwatt_cloud.kit.identity import Account, Actor, Grant, actor_named, delegations
from civicwatt_cloud.kit.identity.delegations import Lending
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.models import WorkflowStep
from civicwatt_cloud.kit.workflow.spec import Transition

TODAY = date(2026, 11, 21)
NEXT_WEEK = (TODAY + timedelta(days=7), TODAY + timedelta(days=14))
APPROVE = Transition(
    "approve", "批准", "approve", ("review",), "done", frozenset({Role.APPROVER}), by_another=True
)


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    """Li approves at an institution; Wang works there; Chen administers."""
    with db.session() as found:
        found.add(Region(code="429901", name="东县"))
        found.flush()
        facts = {"name": "东县财政局", "kind": "government", "level": "county", "region_code": "429901"}
        found.add(Institution(id=1, code="U1", **facts))
        for name in ("li", "wang", "chen"):  # 1, 2, 3
            found.add(Account(username=name, display_name=name, created_us=0))
            found.flush()
        first = date(2026, 1, 1)
        found.add(Grant(account_id=1, role=Role.APPROVER, institution_id=1, valid_from=first))
        found.flush()
        found.add(Grant(account_id=2, role=Role.STAFF, institution_id=1, valid_from=first))
        found.flush()
        found.add(Grant(account_id=3, role=Role.SECURITY_ADMIN, valid_from=first))
        found.flush()
        yield found


def at(session: Session, account: int, day: date = TODAY) -> Actor:
    return actor_named(session, session.get_one(Account, account), day)


def lend(session: Session, **other: object) -> Grant:
    """Li's role to Wang for next week, but for what is said otherwise."""
    said = {"grant_id": 1, "username": "Wang", "valid_from": NEXT_WEEK[0], "valid_to": NEXT_WEEK[1]} | other
    return delegations.delegate(session, at(session, said.pop("by", 1)), Lending(**said), TODAY)


def test_k6_a_lent_role_holds_on_its_days_only(session: Session) -> None:
    row = lend(session)
    days = [TODAY, NEXT_WEEK[0], NEXT_WEEK[1] - timedelta(days=1), NEXT_WEEK[1]]
    assert [Role.APPROVER in at(session, 2, day).roles for day in days] == [False, True, True, False]
    [lent] = delegations.of(session, at(session, 2), TODAY)
    assert (lent.grant.id, lent.owner.username, lent.holder.username) == (row.id, "li", "wang")
    assert audit.verify(session) is None
    delegations.take_back(session, at(session, 1), row.id, TODAY)
    assert Role.APPROVER not in at(session, 2, NEXT_WEEK[0]).roles
    assert delegations.of(session, at(session, 1), TODAY) == []


@pytest.mark.parametrize(
    "change",
    [
        update(Grant).where(Grant.id == 1).values(valid_to=TODAY),
        update(Account).where(Account.id == 1).values(disabled_us=1),
    ],
    ids=["ended", "disabled"],
)
def test_k6_it_ends_with_its_owner(session: Session, change: object) -> None:
    lend(session)
    session.execute(change)  # type: ignore[call-overload]
    assert at(session, 2, NEXT_WEEK[0]).roles == {Role.STAFF}


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"grant_id": 2}, "CW-A1006"),  # another's
        ({"username": "nobody"}, "CW-A1006"),
        ({"username": "li"}, "CW-K1303"),
        ({"username": "chen"}, "CW-K1301"),
        ({"by": 3, "grant_id": 3}, "CW-K1323"),  # an administrator's
        ({"valid_from": TODAY - timedelta(days=1)}, "CW-K1323"),
        ({"valid_to": NEXT_WEEK[0]}, "CW-K1323"),
        ({"valid_to": NEXT_WEEK[0] + timedelta(days=91)}, "CW-K1323"),
    ],
)
def test_k6_what_may_not_be_lent(session: Session, other: dict[str, object], code: str) -> None:
    with pytest.raises(CloudError) as caught:
        lend(session, **other)
    assert caught.value.code == code


def test_k6_a_lent_role_is_not_lent_on_nor_beyond_its_owners_days(session: Session) -> None:
    row = lend(session)
    with pytest.raises(CloudError, match="CW-K1305"):
        lend(session)
    session.add(Account(username="zhao", display_name="zhao", created_us=0))
    session.flush()
    with pytest.raises(CloudError, match="CW-K1323"):
        lend(session, by=2, grant_id=row.id, username="zhao")
    session.execute(update(Grant).where(Grant.id == 1).values(valid_to=NEXT_WEEK[0]))
    session.expire_all()
    with pytest.raises(CloudError, match="CW-K1323"):
        lend(session, username="zhao")


@pytest.mark.parametrize(("applicant", "is_refused"), [(1, True), (2, True), (4, False)])
def test_k6_a_delegate_approves_neither_his_own_case_nor_the_owners(
    session: Session, applicant: int, is_refused: bool
) -> None:
    lend(session)
    context = Context(session, at(session, 2, NEXT_WEEK[0]), ZoneInfo("Asia/Shanghai"), 0)
    row = type("Row", (), {"owner_id": 1})()
    taken = [WorkflowStep(account_id=applicant)]
    refusal = steps._refusal(context, APPROVE, row, taken)
    assert (refusal is not None and refusal.code == "CW-K1202") is is_refused
