"""The estate: 院落 → 建筑物 → 楼层 → 房间, who is in which room, and for how many people there are posts."""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from civicwatt_cloud.kit.people import Rank
from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.housing.choices import RoomKind, RoomState, Structure


class Yard(Record):
    """A plot with its buildings (院落)."""

    __tablename__ = "yard"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("院落编号", "number", length=40)
    name: Mapped[str] = fields.text("院落名称", "name", length=100)
    address: Mapped[str] = fields.text("地址", "address")
    land_certificate: Mapped[str | None] = fields.text("土地证号", "land certificate", length=80)
    land_area: Mapped[int | None] = fields.area("占地面积", "area of the land")


class BuildingFacts(Record):
    """What is known of a building of the directory beyond its name; its floor area stays there, dated."""

    __tablename__ = "building_facts"
    __table_args__ = (UniqueConstraint("code"), UniqueConstraint("building_id"))

    code: Mapped[str] = fields.text("建筑物编号", "code", length=40)
    building_id: Mapped[int] = fields.reference("建筑物", "building", "building")
    yard_id: Mapped[int] = fields.reference("院落", "yard", "yard")
    built_year: Mapped[int | None] = fields.year("建成年份", "built in")
    structure: Mapped[str | None] = fields.choice("结构", "structure", Structure)
    storeys: Mapped[int | None] = fields.number("层数", "storeys", "层")
    is_high_rise: Mapped[bool] = fields.check("高层建筑", "high-rise")
    holder: Mapped[str | None] = fields.text("产权单位", "holder of the title", length=100)


class Floor(Record):
    """One floor of a building; its plan is a picture among its files."""

    __tablename__ = "floor"
    __table_args__ = (UniqueConstraint("code"), UniqueConstraint("facts_id", "number"))

    code: Mapped[str] = fields.text("楼层编号", "code", length=40)
    facts_id: Mapped[int] = fields.reference("建筑物", "building", "building_facts")
    number: Mapped[int] = fields.number("楼层", "floor", least=-20)
    name: Mapped[str] = fields.text("楼层名称", "name", length=40)
    scale: Mapped[str | None] = fields.text("比例尺", "scale", length=20)


class Room(Record):
    """A room; its owner is the institution that uses it. Its outline is a region of the floor's picture."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("code"), UniqueConstraint("floor_id", "number"))

    code: Mapped[str] = fields.text("房间编号", "code", length=40)
    floor_id: Mapped[int] = fields.reference("楼层", "floor", "floor")
    number: Mapped[str] = fields.text("房间号", "number", length=20)
    kind: Mapped[str] = fields.choice("用途", "use", RoomKind)
    state: Mapped[str] = fields.choice("使用状态", "state", RoomState)
    use_area: Mapped[int] = fields.area("使用面积", "use area", least=1)
    gross_share: Mapped[int | None] = fields.area("分摊建筑面积", "share of the floor area")


class Occupancy(Record):
    """A person works in a room from a day until the day before `valid_to`."""

    __tablename__ = "occupancy"

    room_id: Mapped[int] = fields.reference("房间", "room", "room")
    person_id: Mapped[int] = fields.reference("使用人", "person", "person")
    share: Mapped[int | None] = fields.number("使用份额", "share", "%", digits=2, least=1)
    valid_from: Mapped[date] = fields.day("启用日期", "from")
    valid_to: Mapped[date | None] = fields.day("停用日期", "to")
    approval: Mapped[str | None] = fields.text("第二处办公室批件", "approval of a second office")


class Establishment(Record):
    """How many posts of a rank an institution has (编制定员); its approved area follows from them."""

    __tablename__ = "establishment"
    __table_args__ = (UniqueConstraint("owner_id", "rank"),)

    rank: Mapped[str] = fields.choice("职级", "rank", Rank)
    posts: Mapped[int] = fields.number("编制数", "posts", "人")
    document: Mapped[str | None] = fields.text("核定文件", "document")
