"""Plants, the irradiation that was measured at them, and what is suspected of them."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.pv.choices import FindingKind, Investment, Mode


class Plant(Record):
    """A PV plant with its counters: ids of points, separated by commas."""

    __tablename__ = "pv_plant"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str] = fields.text("电站编号", "code", length=40)
    name: Mapped[str] = fields.text("电站名称", "name", length=120)
    building_id: Mapped[int | None] = fields.reference("楼栋", "building", "building")
    capacity: Mapped[int] = fields.number("装机容量", "rated power", "kWp", digits=2, least=1)  # 0.01 kWp
    mode: Mapped[str] = fields.choice("消纳方式", "use of the energy", Mode)
    tilt: Mapped[int | None] = fields.number("倾角", "tilt", "°")
    azimuth: Mapped[int | None] = fields.number("方位角（正南 180）", "azimuth (south 180)", "°")
    latitude: Mapped[int | None] = fields.number("纬度", "latitude", "°", digits=4, least=-900_000)
    longitude: Mapped[int | None] = fields.number("经度", "longitude", "°", digits=4, least=-1_800_000)
    commissioned_on: Mapped[date | None] = fields.day("并网日期", "in operation since")
    generation_points: Mapped[str | None] = fields.text("发电计量点", "points of generation")
    export_points: Mapped[str | None] = fields.text("上网计量点", "points of export")
    import_points: Mapped[str | None] = fields.text("用网计量点", "points of import")
    investment: Mapped[str] = fields.choice("投资方式", "investment", Investment, default=Investment.OWN)
    investor: Mapped[str | None] = fields.text("投资运营单位", "investor", length=120)
    contract: Mapped[str | None] = fields.text("合同编号", "contract", length=60)
    contract_until: Mapped[date | None] = fields.day("合同期至", "contract until")


class ClearSky(Base):
    """What a plant would give in a month without a cloud, as computed; `made_of`: the plant's facts."""

    __tablename__ = "pv_clear_sky"

    plant_id: Mapped[int] = mapped_column(ForeignKey("pv_plant.id"), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)  # yyyymm
    micro: Mapped[int] = mapped_column(BigInteger)
    made_of: Mapped[str] = mapped_column(String(120))


class Irradiation(Record):
    """What a sensor in the plane of the modules measured in a month: only this makes a performance ratio."""

    __tablename__ = "pv_irradiation"
    __table_args__ = (UniqueConstraint("plant_id", "year", "month"),)

    plant_id: Mapped[int] = fields.reference("电站", "plant", "pv_plant")
    year: Mapped[int] = fields.year("年份", "year", least=2000)
    month: Mapped[int] = fields.number("月份", "month", least=1)
    plane: Mapped[int] = fields.number(
        "组件面辐照量", "irradiation in the plane", "kWh/m²", digits=1, least=1
    )
    sensor: Mapped[str] = fields.text("辐照计", "sensor", length=120)


class Finding(Record):
    """A suspicion from the readings, until somebody has looked."""

    __tablename__ = "pv_finding"

    plant_id: Mapped[int] = fields.reference("电站", "plant", "pv_plant", is_computed=True)
    kind: Mapped[str] = fields.choice("疑似问题", "suspicion", FindingKind, is_computed=True)
    first_on: Mapped[date] = fields.day("起始日期", "from", is_computed=True)
    last_on: Mapped[date] = fields.day("截至日期", "until", is_computed=True)
    found_on: Mapped[date] = fields.day("发现日期", "found on", is_computed=True)
    lost_share: Mapped[int] = fields.number("损失比例", "share lost", "%", digits=1, is_computed=True)
    lost: Mapped[int] = fields.number("损失电量", "energy lost", "kWh", is_computed=True)
    cause: Mapped[str | None] = fields.note("核查结果", "what was found", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))
