"""What is known of a vehicle from its positions: the fixes themselves, trips, stops, and what happened."""

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.choices import Choice
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.fleet.positions.seals import Severity


class Position(Base):
    """One fix as it came, in WGS-84, at the terminal's time; what is filtered is kept and does not count."""

    __tablename__ = "position"

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"), primary_key=True)
    at_us: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    received_us: Mapped[int] = mapped_column(BigInteger, index=True)
    latitude_micro: Mapped[int]  # 1e-6°
    longitude_micro: Mapped[int]
    speed_hm_h: Mapped[int]  # 0.1 km/h
    course_deg: Mapped[int]
    altitude_m: Mapped[int]
    accuracy_m: Mapped[int | None]
    is_on: Mapped[bool | None]
    mileage_hm: Mapped[int | None] = mapped_column(BigInteger)  # 0.1 km
    source: Mapped[str] = mapped_column(String(16))
    filtered: Mapped[str | None] = mapped_column(String(16))


class VehicleLive(Base):
    """Where a vehicle was last, and what its trips and fences stand at: enough to go on after a restart."""

    __tablename__ = "vehicle_live"

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"), primary_key=True)
    at_us: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]  # JSON of watching.Watched


class OpenCondition(Base):
    """Something that holds since it was told: it is not told again until it has ended."""

    __tablename__ = "vehicle_condition"

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    fence_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 0: of no fence
    since_us: Mapped[int] = mapped_column(BigInteger)


class Terminal(Base):
    """The terminal that registered for a vehicle; another one is refused until this is taken away."""

    __tablename__ = "terminal"

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"), primary_key=True)
    phone: Mapped[str] = mapped_column(String(20))
    maker: Mapped[str] = mapped_column(String(60))
    model: Mapped[str] = mapped_column(String(60))
    number: Mapped[str] = mapped_column(String(60))
    code_hash: Mapped[str] = mapped_column(String(64))
    registered_us: Mapped[int] = mapped_column(BigInteger)


class Trip(Record):
    """From one stop to the next."""

    __tablename__ = "trip"
    __table_args__ = (Index("trip_vehicle", "vehicle_id", "started_us", unique=True),)

    vehicle_id: Mapped[int] = fields.reference("车辆", "vehicle", "vehicle")
    started_us: Mapped[int] = fields.moment("开始时间", "from")
    ended_us: Mapped[int] = fields.moment("结束时间", "to")
    distance_m: Mapped[int] = fields.number("里程", "distance", "km", digits=3)
    from_place: Mapped[str] = fields.text("起点（经度，纬度）", "from", length=40, is_personal=True)
    to_place: Mapped[str] = fields.text("终点（经度，纬度）", "to", length=40, is_personal=True)
    is_gap: Mapped[bool] = fields.check("途中无定位", "way not seen")


class Stop(Record):
    """All fixes within 200 m for three minutes or longer."""

    __tablename__ = "stop"
    __table_args__ = (Index("stop_vehicle", "vehicle_id", "started_us", unique=True),)

    vehicle_id: Mapped[int] = fields.reference("车辆", "vehicle", "vehicle")
    started_us: Mapped[int] = fields.moment("开始时间", "from")
    ended_us: Mapped[int] = fields.moment("结束时间", "to")
    place: Mapped[str] = fields.text("位置（经度，纬度）", "place", length=40, is_personal=True)


class VehicleEventKind(Choice):
    """What happened to a vehicle on the road."""

    FENCE_ENTER = "fence_enter", "驶入围栏", "entered a fence"
    FENCE_EXIT = "fence_exit", "驶出围栏", "left a fence"
    FENCE_CROSSED = "fence_crossed", "穿越围栏", "crossed a fence"
    FENCE_BROKEN = "fence_broken", "违反围栏要求", "is where it should not be"
    SEALED_USE = "sealed_use", "封存期间用车", "driven while sealed"
    SILENT = "silent", "失联", "not heard of"
    POWER_CUT = "power_cut", "终端断电", "terminal's power cut"


class VehicleEvent(Record):
    """Something happened to a vehicle; a violation is what a rule forbids."""

    __tablename__ = "vehicle_event"
    __table_args__ = (Index("vehicle_event_vehicle", "vehicle_id", "at_us"),)

    vehicle_id: Mapped[int] = fields.reference("车辆", "vehicle", "vehicle")
    kind: Mapped[str] = fields.choice("事件", "event", VehicleEventKind)
    at_us: Mapped[int] = fields.moment("时间", "at")
    is_violation: Mapped[bool] = fields.check("违规", "violation")
    fence_id: Mapped[int | None] = fields.reference("围栏", "fence", "fence")
    distance_m: Mapped[int | None] = fields.number("里程", "distance", "km", digits=3)
    severity: Mapped[str | None] = fields.choice("程度", "severity", Severity)
