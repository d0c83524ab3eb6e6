"""Which terminal tells where a vehicle is: the one that registered first keeps the right to it."""

import hmac
import secrets
from typing import NamedTuple

import structlog
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.identity import digest
from civicwatt_cloud.modules.fleet.areas import phone_of
from civicwatt_cloud.modules.fleet.positions import guarded
from civicwatt_cloud.modules.fleet.positions.models import Terminal
from civicwatt_protocols.jt808.messages import Registered, Registration

log = structlog.get_logger()

CODE_BYTES = 12  # of random; the code is written in hexadecimal


class Answer(NamedTuple):
    """What a registration is answered."""

    result: Registered
    code: str = ""


def register(session: Session, phone: str, said: Registration, now_us: int) -> Answer:
    """Let the terminal of a known vehicle in; the same one gets a new code whenever it asks."""
    number = phone_of(phone)
    vehicle = guarded.known(session, [number]).get(number)
    if vehicle is None:
        return Answer(Registered.NO_TERMINAL)
    row = session.get(Terminal, vehicle.id)
    if row is not None and row.phone == number and (row.maker, row.number) != (said.maker, said.terminal):
        return Answer(Registered.TERMINAL_TAKEN)
    if row is None:
        row = Terminal(vehicle_id=vehicle.id)
        session.add(row)
    code = secrets.token_hex(CODE_BYTES)
    row.phone, row.maker, row.model = number, said.maker[:60], said.model[:60]
    row.number, row.code_hash, row.registered_us = said.terminal[:60], digest(code), now_us
    log.info("terminal_registered", vehicle=vehicle.id, maker=row.maker, model=row.model)
    return Answer(Registered.OK, code)


def authenticated(session: Session, phone: str, code: str) -> bool:
    """Whether the code is the one that the vehicle's terminal was given."""
    number = phone_of(phone)
    vehicle = guarded.known(session, [number]).get(number)
    row = session.get(Terminal, vehicle.id) if vehicle else None
    return row is not None and row.phone == number and hmac.compare_digest(row.code_hash, digest(code))
