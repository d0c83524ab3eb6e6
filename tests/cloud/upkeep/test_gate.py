"""One card or QR code opens gate and canteen; visitors and vehicles; who is unknown or expired stays out."""

from typing import Any

import pytest
from sqlalchemy import select

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.errors import Conflict, NotFound, NotPermitted
from civicwatt_cloud.kit.people import Person
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.modules.upkeep import gate
from civicwatt_cloud.modules.upkeep.choices import CredentialKind, Direction
from civicwatt_cloud.modules.upkeep.entities import ACCESS_EVENT, CREDENTIAL, SERVICE_POINT, VISITOR
from civicwatt_cloud.modules.upkeep.gate import Issued, Wish
from civicwatt_cloud.modules.upkeep.gate_models import AccessEvent

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # nothing of its own in SQL
Desk = Any
EVERYWHERE = {"opens_gate": True, "opens_canteen": True, "opens_parking": False}
NOON = "2026-11-16 12:00"


@pytest.fixture
def places(desk: Desk) -> dict[str, int]:
    """A gate, a canteen, a garage, and a room that nothing opens."""
    return {
        kind: desk.new("2026-11-01 08:00", SERVICE_POINT, code=kind, name=kind, kind=kind).id
        for kind in ("gate", "canteen", "parking", "room")
    }


@pytest.fixture
def person(desk: Desk) -> Person:
    """Somebody of the institution."""
    found = Person(owner_id=1, rev=1, number="P-1", name="王强", rank="below")
    desk.session.add(found)
    desk.session.flush()
    return found


def issue(desk: Desk, kind: CredentialKind, key: str | None, person: Person) -> Issued:
    """A credential for November."""
    span = (desk.at("2026-11-01 00:00").now_us, desk.at("2026-12-01 00:00").now_us)
    return gate.issue(desk.at("2026-11-01 09:00", "desk"), Wish(kind, key, person.id, None, span, EVERYWHERE))


def ask(desk: Desk, place: int, key: str, when: str = NOON, direction: Direction = Direction.IN) -> str:
    """What the gate says to its own service identity."""
    answer: str = gate.present(desk.at(when, "panel"), place, key, direction).answer
    return answer


@pytest.mark.parametrize(
    ("kind", "key", "shown"),
    [
        (CredentialKind.CARD, "0004 5678 12", "0004567812"),
        (CredentialKind.QR, None, None),
        (CredentialKind.PLATE, "鄂D·12345", "鄂d 12345"),
    ],
)
def test_one_identity_opens_gate_and_canteen(
    desk: Desk,
    places: dict[str, int],
    person: Person,
    kind: CredentialKind,
    key: str | None,
    shown: str | None,
) -> None:
    issued = issue(desk, kind, key, person)
    for place, said in (
        ("gate", "opened"),
        ("canteen", "opened"),
        ("parking", "elsewhere"),
        ("room", "elsewhere"),
    ):
        assert ask(desk, places[place], shown or issued.key) == said
    assert ask(desk, places["gate"], shown or issued.key, direction=Direction.OUT) == "opened"
    events_ = desk.session.scalars(select(AccessEvent).order_by(AccessEvent.id)).all()
    assert [one.direction for one in events_] == ["in", "in", "in", "in", "out"]
    assert {one.holder for one in events_} == {"王强"}


def test_unknown_early_expired_and_blocked_are_refused_and_kept(
    desk: Desk, places: dict[str, int], person: Person
) -> None:
    issued = issue(desk, CredentialKind.QR, None, person)
    assert ask(desk, places["gate"], "nobody's") == "unknown"
    assert ask(desk, places["gate"], issued.key, "2026-10-31 23:59") == "early"
    assert ask(desk, places["gate"], issued.key, "2026-12-01 00:00") == "expired"
    gate.block(desk.at(NOON, "desk"), issued.credential.id, issued.credential.rev)
    assert ask(desk, places["gate"], issued.key) == "blocked"
    answers = [one.answer for one in desk.session.scalars(select(AccessEvent).order_by(AccessEvent.id))]
    assert answers == ["unknown", "early", "expired", "blocked"]


def test_whoever_leaves_opens_nothing_any_more(desk: Desk, places: dict[str, int], person: Person) -> None:
    issued = issue(desk, CredentialKind.CARD, "77", person)
    facts = {"person_id": person.id, "owner_id": 1, "on_day": "2026-11-16", "kind": "retired"}
    events.tell(desk.at(NOON, "desk"), gate.PERSON_LEFT, facts)
    assert ask(desk, places["gate"], issued.key) == "blocked"


def test_a_visitor_and_a_vehicle_enter_during_the_visit_once_it_was_approved(
    desk: Desk, places: dict[str, int]
) -> None:
    said = {"name": "李访", "reason": "洽谈", "plate": "鄂D99999"}
    visit = {"from_us": "2026-11-16T09:00", "until_us": "2026-11-16T18:00"}
    visitor = desk.new("2026-11-15 09:00", VISITOR, "staff", **said, **visit)
    qr = Wish(CredentialKind.QR, None, None, visitor.id, None, EVERYWHERE)
    plate = Wish(CredentialKind.PLATE, visitor.plate, None, visitor.id, None, {"opens_gate": True})
    guard = desk.at("2026-11-15 10:00", "desk")
    with pytest.raises(Conflict):
        gate.issue(guard, qr)
    desk.take("2026-11-15 11:00", visitor, "approve", entity=VISITOR)
    for wish in (qr, plate):
        key = gate.issue(guard, wish).key
        for when, answer in (("08:59", "early"), ("09:00", "opened"), ("18:00", "expired")):
            assert ask(desk, places["gate"], key, f"2026-11-16 {when}") == answer


def test_a_place_of_another_institution_opens_only_when_it_is_shared(
    desk: Desk, places: dict[str, int], person: Person
) -> None:
    issued = issue(desk, CredentialKind.CARD, "77", person)
    foreign = desk.new(
        "2026-11-01 08:00", SERVICE_POINT, "stranger", owner=2, code="x", name="x", kind="gate"
    )
    other = desk.at(NOON, "stranger")
    assert gate.present(other, foreign.id, issued.key, Direction.IN).answer == "elsewhere"
    registry.change(other, SERVICE_POINT, foreign.id, foreign.rev, {"is_shared": True})
    assert gate.present(other, foreign.id, issued.key, Direction.IN).answer == "opened"
    with pytest.raises(NotFound):
        ask(desk, foreign.id, issued.key)


def test_a_key_is_kept_hashed_and_known_once(desk: Desk, person: Person) -> None:
    issued = issue(desk, CredentialKind.CARD, "0004567812", person)
    context = desk.at(NOON, "desk")
    assert "0004567812" not in str(registry.shown(context, CREDENTIAL, issued.credential))
    assert issued.credential.key_hash != "0004567812"
    with pytest.raises(Conflict):
        issue(desk, CredentialKind.CARD, "0004 567 812", person)


def test_staff_neither_issue_credentials_nor_read_who_came(desk: Desk, person: Person) -> None:
    wish = Wish(CredentialKind.CARD, "1", person.id, None, (0, 1), EVERYWHERE)
    with pytest.raises(NotFound):
        gate.issue(desk.at(NOON, "staff"), wish)
    with pytest.raises(NotPermitted):
        registry.listing(desk.at(NOON, "staff"), ACCESS_EVENT, registry.Asked())
