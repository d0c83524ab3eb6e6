"""Gates: one identity for a person, a visitor or a vehicle, and what a gate answers when it is shown."""

import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import select

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.errors import Conflict, NotFound
from civicwatt_cloud.kit.events import Facts
from civicwatt_cloud.kit.identity import digest
from civicwatt_cloud.kit.people import Person
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.errors import FieldMissing, Outdated
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.upkeep import rules
from civicwatt_cloud.modules.upkeep.choices import CredentialKind, Direction, PlaceKind
from civicwatt_cloud.modules.upkeep.entities import (
    ACCESS_EVENT,
    CREDENTIAL,
    GATE,
    MACHINES,
    SERVICE_POINT,
    VISITOR,
)
from civicwatt_cloud.modules.upkeep.gate_models import AccessEvent, Credential
from civicwatt_cloud.modules.upkeep.models import ServicePoint
from civicwatt_cloud.modules.upkeep.rules import Shown

QR_BYTES = 16  # 128 bit
PERSON_LEFT = "person.left"
_OPENS = {
    PlaceKind.GATE: "opens_gate",
    PlaceKind.CANTEEN: "opens_canteen",
    PlaceKind.PARKING: "opens_parking",
}


class Issued(NamedTuple):
    """A credential, and what is shown at a gate: the only time it can be read."""

    credential: Credential
    key: str


class Wish(NamedTuple):
    """What a credential is to be; exactly one of person and visitor."""

    kind: CredentialKind
    key: str | None  # a card's number, a plate; a QR code is made up here
    person_id: int | None
    visitor_id: int | None
    span_us: tuple[int, int] | None  # of a visitor: the visit
    opens: Mapping[str, bool]


def issue(context: Context, wish: Wish) -> Issued:
    """Give a person or an expected visitor something that opens gates.

    Errors: NotFound, NotPermitted, FieldMissing; Conflict, of a visit that was not approved; AlreadyThere.
    """
    holder, owner_id, span_us = _holder(context, wish)
    scope_of(context.actor, GATE).institution(context.session, owner_id)
    key = secrets.token_urlsafe(QR_BYTES) if wish.kind is CredentialKind.QR else normal(wish.key or "")
    if not key:
        raise FieldMissing("key", titles_zh="卡号或车牌", titles="card number or plate")
    if context.session.scalar(select(Credential.id).where(Credential.key_hash == digest(key))):
        raise Conflict(what="该卡号或车牌已登记 · the card or plate is known already")
    values: dict[str, Any] = {
        "holder": holder,
        "kind": wish.kind,
        "key_hash": digest(key),
        "person_id": wish.person_id,
        "visitor_id": wish.visitor_id,
        "from_us": span_us[0],
        "until_us": span_us[1],
        **wish.opens,
    }
    return Issued(registry.add(context, CREDENTIAL, owner_id, values), key)


def present(context: Context, place_id: int, key: str, direction: Direction) -> AccessEvent:
    """What a gate answers; every question is kept. Errors: NotFound, of a gate out of scope."""
    scope = scope_of(context.actor, GATE | MACHINES)
    place = context.session.get(ServicePoint, place_id)
    if place is None or place.removed_us is not None or not scope.has(context.session, place.owner_id):
        raise NotFound(SERVICE_POINT.zh)
    query = select(Credential).where(Credential.key_hash.in_((digest(key), digest(normal(key)))))
    found = context.session.scalar(query.where(Credential.removed_us.is_(None)))
    shown = None if found is None else _shown(found, place)
    values = {
        "at_us": context.now_us,
        "place_id": place.id,
        "direction": direction,
        "credential_id": found.id if found else None,
        "holder": found.holder if found else None,
        "answer": rules.answer(shown, context.now_us),
    }
    event: AccessEvent = registry.add(context, ACCESS_EVENT, place.owner_id, values)
    return event


def block(context: Context, credential_id: int, rev: int) -> Credential:
    """It was lost: no gate opens for it any more. Errors: NotFound, NotPermitted, Outdated."""
    credential: Credential = registry.get(context, CREDENTIAL, credential_id)
    if credential.rev != rev:
        raise Outdated(rev=credential.rev)
    return _block(context, credential)


def _block(context: Context, credential: Credential) -> Credential:
    before = registry.told(CREDENTIAL, credential, context.zone)
    credential.is_blocked = True
    registry.touched(context, CREDENTIAL, credential, "credential_blocked", before)
    return credential


def normal(key: str) -> str:
    """A card's number or a plate as it was meant: 鄂 D·12345 is 鄂D12345."""
    return "".join(letter for letter in key.upper() if letter.isalnum())


@events.on(PERSON_LEFT)
def person_left(context: Context, facts: Facts) -> None:
    """Whoever leaves opens nothing any more."""
    held = select(Credential).where(
        Credential.person_id == facts["person_id"], Credential.is_blocked.is_(False)
    )
    for credential in context.session.scalars(held).all():
        _block(context, credential)


def _holder(context: Context, wish: Wish) -> tuple[str, int, tuple[int, int]]:
    """Whose it is, which institution's, and for how long."""
    if wish.visitor_id is not None:
        visitor = registry.get(context, VISITOR, wish.visitor_id)
        if visitor.state != "expected":
            raise Conflict(what="来访尚未同意 · the visit was not approved")
        return visitor.name, visitor.owner_id, (visitor.from_us, visitor.until_us)
    if wish.person_id is None or wish.span_us is None:
        raise FieldMissing("person_id", titles_zh="人员和有效期", titles="a person and a time")
    registry.referred(context, fields_of(Credential)["person_id"], wish.person_id)
    person = context.session.get_one(Person, wish.person_id)
    return person.name, person.owner_id, wish.span_us


def _shown(credential: Credential, place: ServicePoint) -> Shown:
    """Here: the place is the holder's own, or shared, and of a kind that the credential opens."""
    opens = _OPENS.get(PlaceKind(place.kind))
    is_own = place.is_shared or place.owner_id == credential.owner_id
    is_for_here = opens is not None and is_own and bool(getattr(credential, opens))
    return Shown(credential.from_us, credential.until_us, credential.is_blocked, is_for_here)
