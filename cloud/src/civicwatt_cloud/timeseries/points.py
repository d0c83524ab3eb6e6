"""Points: what a gateway reports, and which building's consumption it is."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit.db import Base
from civicwatt_protocols.measures import MEASURES


class Carrier(StrEnum):
    """What flows through a meter."""

    ELECTRICITY = "electricity"
    WATER = "water"


class EndUse(StrEnum):
    """What a meter's consumption is for; the first four are the electricity items of 分项计量."""

    LIGHTING = "lighting"
    HVAC = "hvac"
    POWER = "power"
    SPECIAL = "special"
    PV = "pv"  # generated, not consumed
    WATER = "water"

    @property
    def zh(self) -> str:
        """Title in Chinese."""
        return _TITLES[self][0]

    @property
    def en(self) -> str:
        """Title in English."""
        return _TITLES[self][1]

    @property
    def carrier(self) -> Carrier:
        """What flows."""
        return Carrier.WATER if self is EndUse.WATER else Carrier.ELECTRICITY

    @property
    def counters(self) -> tuple[str, ...]:
        """The measures that can be its consumption counter, the best first."""
        if self is EndUse.WATER:
            return ("water_volume",)
        if self is EndUse.PV:
            return ("generated_active_energy",)
        return ("import_active_energy", "total_active_energy")


_TITLES = {
    EndUse.LIGHTING: ("照明插座", "Lighting and sockets"),
    EndUse.HVAC: ("空调", "Air conditioning"),
    EndUse.POWER: ("动力", "Power"),
    EndUse.SPECIAL: ("特殊", "Special"),
    EndUse.PV: ("光伏", "Photovoltaics"),
    EndUse.WATER: ("用水", "Water"),
}


class Gateway(Base):
    """A gateway that has spoken, or that a meter list names."""

    __tablename__ = "gateway"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    division: Mapped[str | None] = mapped_column(String(12))  # None until it has spoken
    online: Mapped[bool] = mapped_column(default=False)
    last_seen_us: Mapped[int | None] = mapped_column(BigInteger)  # business time of the newest message
    last_slot_us: Mapped[int | None] = mapped_column(BigInteger)  # newest slot stored and acknowledged
    # real time: at most once in 30 s, also over restarts
    rebirth_asked_us: Mapped[int | None] = mapped_column(BigInteger)


class KnownCatalogue(Base):
    """A catalogue by its hash: data are read with exactly the one they name."""

    __tablename__ = "catalogue"

    hash: Mapped[str] = mapped_column(String(16), primary_key=True)
    device: Mapped[str] = mapped_column(String(64))
    template: Mapped[str] = mapped_column(String(64))
    points: Mapped[str]  # Catalogue.points_text()


class Point(Base):
    """One measure of one device of one gateway: the key of every reading."""

    __tablename__ = "point"
    __table_args__ = (
        UniqueConstraint("gateway", "device", "measure"),
        Index("ix_point_building_id_is_consumption", "building_id", "is_consumption"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gateway: Mapped[str] = mapped_column(ForeignKey("gateway.id"))
    device: Mapped[str] = mapped_column(String(64))
    measure: Mapped[str] = mapped_column(String(40))
    template: Mapped[str | None] = mapped_column(String(64))
    is_counter: Mapped[bool]
    # from the meter list; all empty while nobody has said where the device hangs
    title: Mapped[str | None] = mapped_column(String(120))
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"))
    end_use: Mapped[str | None] = mapped_column(String(16))
    carrier: Mapped[str | None] = mapped_column(String(16))
    bound_from_us: Mapped[int | None] = mapped_column(BigInteger)  # from here on it is the building's
    # the one counter of the device that the ledger books
    is_consumption: Mapped[bool] = mapped_column(default=False)


class PointKey(NamedTuple):
    """What ingest needs to know of a point; never changes."""

    id: int
    is_counter: bool


def resolve(
    session: Session, gateway: str, device: str, template: str, measures: Iterable[str]
) -> list[PointKey]:
    """The points of these measures, in their order; those nobody has seen yet are created unbound."""
    of_device = select(Point).where(Point.gateway == gateway, Point.device == device)
    points = {point.measure: point for point in session.scalars(of_device)}
    wanted = list(measures)
    new = [measure for measure in dict.fromkeys(wanted) if measure not in points]
    if new:
        ensure_gateway(session, gateway)
        for measure in new:
            points[measure] = new_point(gateway, device, measure, template)
        session.add_all(points[measure] for measure in new)
        session.flush()
    return [PointKey(points[measure].id, points[measure].is_counter) for measure in wanted]


def new_point(gateway: str, device: str, measure: str, template: str) -> Point:
    """An unbound point. A measure outside our list is kept as a gauge: stored and shown, never booked."""
    known = MEASURES.get(measure)
    return Point(
        gateway=gateway,
        device=device,
        measure=measure,
        template=template,
        is_counter=known is not None and known.is_counter,
        is_consumption=False,
    )


def ensure_gateway(session: Session, gateway: str) -> Gateway:
    """The gateway's row, made when it is not there."""
    row = session.get(Gateway, gateway)
    if row is None:
        row = Gateway(id=gateway, online=False)
        session.add(row)
        session.flush()
    return row
