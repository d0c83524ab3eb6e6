"""Accounts at suppliers (户号), whose they are, sites, and how each energy is metered and paid for."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import ROW_ID, Base
from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.returns.choices import BuildingClass, Energy, Payment, SiteClass, Use


class SupplyAccount(Record):
    """An account at a supplier: its bills are those of one building and end use."""

    __tablename__ = "supply_account"
    __table_args__ = (UniqueConstraint("number", "energy"),)

    number: Mapped[str] = fields.text("户号", "account", length=64)
    energy: Mapped[str] = fields.choice("能源", "energy", Energy)
    use: Mapped[str] = fields.choice("分项", "end use", Use)
    supplier: Mapped[str] = fields.text("供应单位", "supplier", length=120)
    holder: Mapped[str | None] = fields.text("户名", "holder", length=120)
    building_id: Mapped[int] = fields.reference("楼栋", "building", "building")
    closed_on: Mapped[date | None] = fields.day("销户日期", "closed on")


class AccountBinding(Record):
    """From a day on an account is this institution's, and a meter of the platform measures the same."""

    __tablename__ = "account_binding"
    __table_args__ = (UniqueConstraint("account_id", "valid_from"),)

    account_id: Mapped[int] = fields.reference("户号", "account", "supply_account")
    point: Mapped[int | None] = fields.number("对应表计测点", "point of the meter", least=1)
    valid_from: Mapped[date] = fields.day("起始日期", "from")
    valid_to: Mapped[date | None] = fields.day("截止日期（不含）", "until, excluded")
    document: Mapped[str] = fields.text("依据", "document")


class EnergySite(Record):
    """A monitoring point by its class, from a day on."""

    __tablename__ = "energy_site"
    __table_args__ = (UniqueConstraint("owner_id", "building_id", "valid_from"),)

    building_id: Mapped[int] = fields.reference("楼栋", "building", "building")
    site_class: Mapped[str] = fields.choice("类别", "class", SiteClass)
    valid_from: Mapped[date] = fields.day("起始日期", "from")
    document: Mapped[str] = fields.text("依据", "document")


class EnergyPayment(Record):
    """How an energy of an institution is metered and paid for, from a day on."""

    __tablename__ = "energy_payment"
    __table_args__ = (UniqueConstraint("owner_id", "energy", "valid_from"),)

    energy: Mapped[str] = fields.choice("能源", "energy", Energy)
    payment: Mapped[str] = fields.choice("情形", "case", Payment)
    valid_from: Mapped[date] = fields.day("起始日期", "from")
    document: Mapped[str] = fields.text("依据", "document")


class SupplierLayout(Record):
    """How a supplier's file calls its columns."""

    __tablename__ = "supplier_layout"
    __table_args__ = (UniqueConstraint("owner_id", "supplier"),)

    supplier: Mapped[str] = fields.text("供应单位", "supplier", length=120)
    energy: Mapped[str] = fields.choice("能源", "energy", Energy)
    account: Mapped[str] = fields.text("户号列", "column of the account", length=60)
    day_from: Mapped[str] = fields.text("起始日期列", "column of the first day", length=60)
    day_to: Mapped[str] = fields.text("截止日期列", "column of the last day", length=60)
    is_to_included: Mapped[bool] = fields.check("截止日期含当日", "the last day is included")
    amount: Mapped[str] = fields.text("用量列", "column of the amount", length=60)
    cost: Mapped[str | None] = fields.text("费用列", "column of the cost", length=60)
    document: Mapped[str | None] = fields.text("单据号列", "column of the document", length=60)


class ThreeWayNote(Base):
    """Why bill, ledger and meter of a month differ: rows are only ever added."""

    __tablename__ = "three_way_note"
    __table_args__ = (Index("three_way_note_month", "owner_id", "month"),)

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    month: Mapped[str] = mapped_column(String(7))
    code: Mapped[str] = mapped_column(String(40))
    bill_micro: Mapped[int | None] = mapped_column(BigInteger)
    ledger_micro: Mapped[int | None] = mapped_column(BigInteger)
    meter_micro: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(16))
    said: Mapped[str] = mapped_column(String(400))
    who: Mapped[str] = mapped_column(String(80))
    at_us: Mapped[int] = mapped_column(BigInteger)


class MonitoredBuilding(Record):
    """A building in the monitoring system of 2008: its class and number make its code of ten characters."""

    __tablename__ = "monitored_building"
    __table_args__ = (UniqueConstraint("building_id"),)

    building_id: Mapped[int] = fields.reference("楼栋", "building", "building")
    building_class: Mapped[str] = fields.choice("建筑类别", "class of building", BuildingClass)
    number: Mapped[int] = fields.number("识别号", "number", least=1)
