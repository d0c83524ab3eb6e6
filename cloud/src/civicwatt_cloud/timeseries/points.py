"""Points: what is measured, billed or computed, and which building's consumption it is."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit.bulk import insert_new
from civicwatt_cloud.kit.db import Base
from civicwatt_protocols.measures import MEASURES


class Source(StrEnum):
    """Where a point's consumption comes from."""

    METER = "meter"  # readings of a gateway
    BILL = "bill"  # bills and manual readings; the point's device is the account, its measure the carrier
    VIRTUAL = "virtual"  # a formula of other points; its device is a code, its measure the carrier


class Gateway(Base):
    """A gateway that has spoken, or that a meter list names."""

    __tablename__ = "gateway"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    division: Mapped[str | None] = mapped_column(String(12))  # None until it has spoken
    online: Mapped[bool] = mapped_column(default=False)
    bd_seq: Mapped[int | None] = mapped_column(BigInteger)  # of its last birth since the cloud began
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
    """One measure of one device of one gateway, the key of every reading; or one account, or one formula."""

    __tablename__ = "point"
    __table_args__ = (
        UniqueConstraint("gateway", "device", "measure"),
        Index("ix_point_building_id_is_consumption", "building_id", "is_consumption"),
        Index(  # a constraint lets rows without a gateway be equal
            "uq_point_without_gateway",
            "source",
            "device",
            "measure",
            unique=True,
            sqlite_where=text("gateway IS NULL"),
            postgresql_where=text("gateway IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(8), default=Source.METER.value, server_default="meter")
    gateway: Mapped[str | None] = mapped_column(ForeignKey("gateway.id"))  # None: no meter
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


def counts(measure: str) -> bool:
    """Whether a measure counts; one that is not in our list does not."""
    known = MEASURES.get(measure)
    return known is not None and known.is_counter


def new_point(gateway: str, device: str, measure: str, template: str) -> Point:
    """An unbound point. A measure outside our list is stored and shown, never booked."""
    return Point(
        gateway=gateway,
        device=device,
        measure=measure,
        template=template,
        is_counter=counts(measure),
        is_consumption=False,
    )


def ensure_gateway(session: Session, gateway: str) -> Gateway:
    """The gateway's row, made when it is not there, and held to the end of the transaction."""
    return hold_gateways(session, [gateway])[gateway]


def hold_gateways(session: Session, gateways: Iterable[str]) -> dict[str, Gateway]:
    """The gateways' rows, made when they are not there, and held to the end of the transaction.

    Beside others, who notes what is a gateway's holds its row first, and the rows of all of them at once:
    they are taken in one order, so nobody waits for somebody who waits for him.
    """
    ids = sorted(set(gateways))
    rows = select(Gateway).where(Gateway.id.in_(ids)).order_by(Gateway.id).with_for_update(key_share=True)
    found = {row.id: row for row in session.scalars(rows)}
    if new := [{"id": one} for one in ids if one not in found]:
        insert_new(session, Gateway, new)
        found |= {row.id: row for row in session.scalars(rows)}
    return found
