"""Four organisations, records of each entity in each of them, and people of any role."""

from contextlib import suppress
from datetime import date
from itertools import product
from typing import Any

from cloud.conformance.samples import ENTITIES, MARKS, made, place, record, referred
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import EVERYWHERE, Building, Institution, Region
from civicwatt_cloud.kit.files.models import Attachment, File
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Actor, Grant, actor_named
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.timeseries.ledger.closing.models import Correction
from civicwatt_cloud.timeseries.points import Gateway, Point

TODAY = date(2026, 11, 21)
ORGANISATIONS = {1: "429901", 2: "429901", 3: "429902", 4: "439901"}  # two of a county, one beside, one far
MORE = 2  # records of each entity in the first organisation: lists of one and of several are compared

Ids = dict[str, Any]  # what a parameter or a field of that name says


def furnish(session: Session) -> dict[tuple[str, int], int]:
    """Fill an empty database; by entity and organisation, a record that is there."""
    for code in sorted({EVERYWHERE, "429900", "439900", *ORGANISATIONS.values()}):
        session.add(Region(code=code, name=f"区划{code}"))
    session.flush()
    for owner, region in ORGANISATIONS.items():
        facts = {"kind": "government", "level": "county", "region_code": region}
        session.add(Institution(id=owner, code=f"U{owner}", name=f"{MARKS[owner]}单位", **facts))
    session.flush()
    found: dict[tuple[str, int], int] = {}
    for number, (pair, owner) in enumerate(product(ENTITIES, ORGANISATIONS), 1):
        there = made(session).get((pair[1].model.__tablename__, owner))
        found[place(pair), owner] = there or record(session, pair[1], owner, number).id
    for number, pair in enumerate(ENTITIES * MORE, 10_000):
        with suppress(IntegrityError), session.begin_nested():  # of some there is one in an organisation
            record(session, pair[1], 1, number)
    return found


def energy(session: Session, owner: int) -> Ids:
    """A gateway, a meter and a correction of an organisation."""
    building = referred(session, Building.__tablename__, owner, owner)
    session.add(Gateway(id=f"gw-{owner}", division=ORGANISATIONS[owner], online=False))
    session.flush()
    point = Point(
        gateway=f"gw-{owner}",
        device=f"L-{owner}",
        measure="import_active_energy",
        template="acrel/adw300",
        is_counter=True,
        is_consumption=True,
        title=f"{MARKS[owner]}照明",
        building_id=building,
        end_use="lighting",
        carrier="electricity",
        bound_from_us=0,
    )
    session.add(point)
    session.flush()
    number = f"GZ-2026-00000{owner}"
    sums = {"reported_micro": 1, "reported_covered_s": 1, "reported_quality": 0}
    again = {"recomputed_micro": 2, "recomputed_covered_s": 1, "recomputed_quality": 0}
    decided = {"state": "proposed", "causes": "[]", "proposed_us": 0}
    session.add(Correction(number=number, point_id=point.id, month=202610, **sums, **again, **decided))
    session.flush()
    ids = {"institution": owner, "institution_id": owner, "point": point.id, "point_id": point.id}
    return {**ids, "building": building, "gateway_id": f"gw-{owner}", "number": number}


def attach(session: Session, sha256: str, entity: str, record_id: int, owner: int) -> int:
    """Give a record a file whose content is stored already."""
    session.add(File(sha256=sha256, media_type="application/pdf", size=1, stored_us=0))
    session.flush()
    what = {"entity": entity, "record_id": record_id, "kind": "file", "owner_id": owner}
    name = f"{MARKS[owner]}.pdf"
    session.add(one := Attachment(sha256=sha256, name=name, who="command", at_us=0, **what))
    session.flush()
    return one.id


def account(session: Session, role: Role, owner: int, name: str = "") -> Account:
    """Somebody who holds a role in an organisation; in none, an administrator."""
    shown = f"{MARKS.get(owner, '')}{role}"
    one = Account(username=f"{role}-{owner}{name}", display_name=shown, created_us=0)
    session.add(one)
    session.flush()
    session.add(Grant(account_id=one.id, role=role, institution_id=owner or None, valid_from=FOR_EVER))
    session.flush()
    return one


def actor(session: Session, roles: frozenset[Role], owner: int | None = None) -> Actor:
    """Somebody new who holds these roles in an organisation; without one, wherever there are some."""
    node = {"institution_id": owner} if owner else {"region_code": EVERYWHERE}
    number = session.scalar(select(func.count()).select_from(Account))
    one = Account(username=f"someone-{number}", display_name="某人", created_us=0)
    session.add(one)
    session.flush()
    for role in roles:
        session.add(Grant(account_id=one.id, role=role, valid_from=FOR_EVER, **node))
    session.flush()
    return actor_named(session, one, TODAY)
