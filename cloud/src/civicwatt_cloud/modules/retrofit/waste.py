"""Waste sorting, charging piles and campaigns: small registries, and their figures."""

from datetime import date
from typing import Any

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session

from civicwatt_cloud.kit.indicators.spec import Asked, Indicator, Item, Measured, Sum
from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.choices import Choice
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.retrofit.entities import MANAGER, READERS
from civicwatt_cloud.modules.retrofit.errors import NoLicence, WrongDays


class WasteClass(Choice):
    """Four classes. Source: GB/T 19095—2019 生活垃圾分类标志."""

    RECYCLABLE = "recyclable", "可回收物", "recyclable"
    HAZARDOUS = "hazardous", "有害垃圾", "hazardous"
    KITCHEN = "kitchen", "厨余垃圾", "kitchen waste"
    RESIDUAL = "residual", "其他垃圾", "residual"


class Recycler(Record):
    """A company that takes waste away."""

    __tablename__ = "waste_recycler"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    name: Mapped[str] = fields.text("回收单位", "recycler", length=120)
    licence: Mapped[str] = fields.text("资质证号", "licence", length=80)
    licence_until: Mapped[date] = fields.day("资质有效期至", "licence until")


class Bin(Record):
    """Bins of one class at a place."""

    __tablename__ = "waste_bin"

    place: Mapped[str] = fields.text("位置", "place", length=120)
    kind: Mapped[str] = fields.choice("类别", "class", WasteClass)
    count: Mapped[int] = fields.number("数量", "bins", "个", least=1)


class Collection(Record):
    """A collection ticket: what was weighed when it was taken away."""

    __tablename__ = "waste_collection"
    __table_args__ = (UniqueConstraint("owner_id", "ticket"),)

    ticket: Mapped[str] = fields.text("联单号", "ticket", length=60)
    collected_on: Mapped[date] = fields.day("清运日期", "collected on")
    kind: Mapped[str] = fields.choice("类别", "class", WasteClass)
    weight: Mapped[int] = fields.number("重量", "weight", "kg", digits=1, least=1)
    recycler_id: Mapped[int] = fields.reference("回收单位", "recycler", "waste_recycler")


class CarPark(Record):
    """Parking spaces, and how many of them have a charging pile."""

    __tablename__ = "car_park"

    name: Mapped[str] = fields.text("停车场", "car park", length=120)
    spaces: Mapped[int] = fields.number("车位", "spaces", "个", least=1)
    fast_piles: Mapped[int] = fields.number("快充桩", "fast piles", "个")
    slow_piles: Mapped[int] = fields.number("慢充桩", "slow piles", "个")


class Campaign(Record):
    """A week, a day or a course in which saving is spoken of (节能宣传周 …)."""

    __tablename__ = "saving_campaign"

    title: Mapped[str] = fields.text("活动", "campaign", length=120)
    first_on: Mapped[date] = fields.day("首日", "first day")
    last_on: Mapped[date] = fields.day("末日", "last day")
    participants: Mapped[int | None] = fields.number("参加人数", "participants", "人")
    summary: Mapped[str | None] = fields.note("总结", "summary")


def is_licensed(session: Session, row: Collection) -> None:
    """Who takes waste away has a licence on that day. Errors: NoLicence."""
    recycler = session.get_one(Recycler, row.recycler_id)
    if recycler.licence_until < row.collected_on:
        raise NoLicence(name=recycler.name, until=recycler.licence_until)


def in_order(_session: Session, row: Campaign) -> None:
    """Errors: WrongDays."""
    if row.last_on < row.first_on:
        raise WrongDays()


def recycled(asked: Asked) -> Measured:
    """Weight of what can be recycled / weight of all classes, by tickets of the period."""
    query = select(Collection).where(
        Collection.owner_id.in_(asked.owners),
        Collection.removed_us.is_(None),
        Collection.collected_on >= asked.period.start,
        Collection.collected_on < asked.period.end,
    )
    rows = asked.session.scalars(query.order_by(Collection.id))
    return Measured(
        [
            Item(one.owner_id, COLLECTION.key, one.id, one.weight * (one.kind == "recyclable"), one.weight)
            for one in rows
        ]
    )


def piles(asked: Asked) -> Measured:
    """Charging piles / parking spaces, as they are registered now."""
    query = select(CarPark).where(CarPark.owner_id.in_(asked.owners), CarPark.removed_us.is_(None))
    rows = asked.session.scalars(query.order_by(CarPark.id))
    return Measured(
        [
            Item(one.owner_id, CAR_PARK.key, one.id, one.fast_piles + one.slow_piles, one.spaces)
            for one in rows
        ]
    )


def _entity(key: str, path: str, model: type[Record], names: tuple[str, str, str], **more: Any) -> Entity:
    zh, en, title = names
    return Entity(key, path, model, zh, en, title, read=READERS, write=MANAGER, **more)


RECYCLER = _entity(
    "waste_recycler", "recyclers", Recycler, ("垃圾回收单位", "recycler", "name"), natural_key=("name",)
)
BIN = _entity("waste_bin", "bins", Bin, ("分类投放点", "bins", "place"), filters=("kind",))
COLLECTION = _entity(
    "waste_collection",
    "collections",
    Collection,
    ("垃圾清运联单", "collection ticket", "ticket"),
    filters=("kind", "collected_on", "recycler_id"),
    natural_key=("ticket",),
    check=is_licensed,
    has_files=True,
)
CAR_PARK = _entity("car_park", "car-parks", CarPark, ("停车场与充电桩", "car park", "name"))
CAMPAIGN = _entity(
    "saving_campaign",
    "campaigns",
    Campaign,
    ("宣传培训活动", "campaign", "title"),
    filters=("first_on",),
    check=in_order,
    has_files=True,
)
INDICATORS = (
    Indicator(
        "retrofit.recyclable_share",
        "可回收物占比",
        "share of recyclables",
        "%",
        2,
        READERS,
        recycled,
        factor=100,
        is_better_high=True,
        over=Sum("可回收物", "recyclables", "kg", "0.1"),
        under=Sum("垃圾总量", "all waste", "kg", "0.1"),
    ),
    Indicator(
        "retrofit.pile_ratio",
        "充电桩车位比",
        "charging piles by spaces",
        "%",
        2,
        READERS,
        piles,
        factor=100,
        is_better_high=True,
        over=Sum("充电桩", "piles", "个"),
        under=Sum("车位", "spaces", "个"),
    ),
)
