"""Rented vehicles: what suppliers ask (W3.2), and vehicles shared by the hour from sites with piles."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Entry, Record
from civicwatt_cloud.modules.fleet.use.choices import PileKind, PileState, RentalClass


class RentalQuote(Record):
    """What a designated supplier asks for a day of a vehicle with its driver, from a day on."""

    __tablename__ = "rental_quote"
    __table_args__ = (UniqueConstraint("supplier_id", "vehicle_class", "valid_from"),)

    supplier_id: Mapped[int] = fields.reference("定点租赁企业", "supplier", "fleet_supplier")
    vehicle_class: Mapped[str] = fields.choice("车型", "class", RentalClass)
    day_price: Mapped[int] = fields.money("日租价（含驾驶员）", "price a day, with a driver", least=1)
    valid_from: Mapped[date] = fields.day("生效日期", "from")
    valid_to: Mapped[date | None] = fields.day("失效日期", "until before")


class RentalSite(Record):
    """Where vehicles are taken and given back (分时租赁网点)."""

    __tablename__ = "rental_site"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    name: Mapped[str] = fields.text("网点名称", "name", length=60)
    address: Mapped[str | None] = fields.text("地址", "address")
    spaces: Mapped[int] = fields.number("车位数", "spaces", "个")


class ChargePile(Record):
    """A pile at a site."""

    __tablename__ = "charge_pile"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str] = fields.text("桩编号", "code", length=40)
    site_id: Mapped[int] = fields.reference("网点", "site", "rental_site")
    kind: Mapped[str] = fields.choice("充电方式", "kind", PileKind)
    power_w: Mapped[int] = fields.number("额定功率", "rated power", "kW", digits=3, least=1)
    condition: Mapped[str] = fields.choice("状态", "condition", PileState, default=PileState.IN_SERVICE)


class RentalSession(Record):
    """An institution has a shared vehicle from one instant to another; its figures are sums of its ledger."""

    __tablename__ = "rental_session"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("租用单号", "number", length=40, is_computed=True)
    vehicle_id: Mapped[int] = fields.reference("车辆", "vehicle", "vehicle")
    from_site_id: Mapped[int] = fields.reference("取车网点", "taken at", "rental_site")
    renter: Mapped[str] = fields.text("用车人", "who uses it", length=60, is_personal=True)
    reason: Mapped[str] = fields.text("用车事由", "reason")
    to_site_id: Mapped[int | None] = fields.reference(
        "还车网点", "given back at", "rental_site", is_computed=True
    )
    began_us: Mapped[int] = fields.moment("取车时间", "taken", is_computed=True)
    ended_us: Mapped[int | None] = fields.moment("还车时间", "given back", is_computed=True)
    distance_m: Mapped[int] = fields.number("里程", "distance", "km", digits=3, is_computed=True)
    energy_wh: Mapped[int] = fields.number("充电量", "charged", "kWh", digits=3, is_computed=True)
    amount: Mapped[int] = fields.money("费用", "paid", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class RentalLine(Entry):
    """Driven, charged, or taken back: the ledger of sessions. A correction reverses a former line."""

    __tablename__ = "rental_line"

    session_id: Mapped[int] = mapped_column(ForeignKey("rental_session.id"), index=True)
    pile_id: Mapped[int | None] = mapped_column(ForeignKey("charge_pile.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    distance_m: Mapped[int] = mapped_column(BigInteger)
    energy_wh: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)  # 分
