"""The register of a drill: one building for each gateway, and what its meters are for."""

import threading
from collections.abc import Iterable

from sqlalchemy.orm import Session

from civicwatt.drill.cloud.meters import COUNTER
from civicwatt.drill.cloud.sender import DIVISION, TEMPLATE, Sender
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, InstitutionKind, Region
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.points import ensure_gateway, new_point

migrating = threading.Lock()  # rows run side by side, and alembic keeps its context in the process


def register(settings: Settings, senders: Iterable[Sender]) -> None:
    """Enter one institution and building a gateway, its meters counted from the first reading."""
    database = Database.of(settings)
    try:
        with migrating:
            database.upgrade()
        with database.session() as session:
            session.add(Region(code=DIVISION, name="荆襄市"))
            session.flush()
            for number, one in enumerate(senders, 1):
                _enter(session, number, one)
    finally:
        database.close()


def _enter(session: Session, number: int, sender: Sender) -> None:
    kind = InstitutionKind.GOVERNMENT.value
    office = Institution(
        id=number, code=code(sender), name=f"单位{number}", kind=kind, level="市级", region_code=DIVISION
    )
    session.add(office)
    session.flush()
    session.add(Building(id=number, code=f"B{number}", name=f"楼{number}", institution_id=number))
    session.flush()
    ensure_gateway(session, sender.name)
    for device in sender.catalogues:
        point = new_point(sender.name, device, COUNTER, TEMPLATE)
        point.title, point.building_id, point.bound_from_us = device, number, 0
        point.end_use, point.carrier = EndUse.LIGHTING.value, EndUse.LIGHTING.carrier.value
        point.is_consumption = True
        session.add(point)


def code(sender: Sender) -> str:
    """Its institution's code."""
    return f"U-{sender.name}"
