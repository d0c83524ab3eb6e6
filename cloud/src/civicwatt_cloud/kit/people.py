"""People of institutions: their rank, the posts they hold, and what happened to them, by day."""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.choices import Choice
from civicwatt_cloud.kit.records.record import Record


class Rank(Choice):
    """A rank as the standards of office space name it; the limit also depends on the level of the organ."""

    PROVINCIAL_HEAD = "provincial_head", "省部级正职", "head at provincial level"
    PROVINCIAL_DEPUTY = "provincial_deputy", "省部级副职", "deputy at provincial level"
    BUREAU_HEAD = "bureau_head", "正厅（局）级", "head at bureau level"
    BUREAU_DEPUTY = "bureau_deputy", "副厅（局）级", "deputy at bureau level"
    DIVISION_HEAD = "division_head", "正处级", "head at division level"
    DIVISION_DEPUTY = "division_deputy", "副处级", "deputy at division level"
    SECTION_HEAD = "section_head", "正科级", "head at section level"
    SECTION_DEPUTY = "section_deputy", "副科级", "deputy at section level"
    BELOW = "below", "科级以下", "below section level"


class PersonState(Choice):
    """Whether a person works at the institution."""

    ACTIVE = "active", "在职", "in office"
    TRANSFERRED = "transferred", "调离", "transferred"
    RETIRED = "retired", "退休", "retired"
    DECEASED = "deceased", "去世", "deceased"


class PersonEventKind(Choice):
    """What happens to a person in office (任免调退兼故)."""

    APPOINTED = "appointed", "任", "appointed"
    REMOVED = "removed", "免", "removed"
    TRANSFERRED = "transferred", "调", "transferred"
    RETIRED = "retired", "退", "retired"
    CONCURRENT = "concurrent", "兼", "appointed to a second post"
    DECEASED = "deceased", "故", "deceased"


class Person(Record):
    """Somebody who works at an institution."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("人员编号", "number", length=40)
    name: Mapped[str] = fields.text("姓名", "name", length=60)
    phone: Mapped[str | None] = fields.text("电话", "phone", length=40, is_personal=True)
    rank: Mapped[str] = fields.choice("职级", "rank", Rank)
    title: Mapped[str | None] = fields.text("职务", "title", length=60)
    state: Mapped[str] = fields.choice(
        "状态", "state", PersonState, is_computed=True, default=PersonState.ACTIVE
    )
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), unique=True)
    deputy_id: Mapped[int | None] = fields.reference("代理人", "deputy", "person")


class Post(Record):
    """A post of an institution."""

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("岗位编号", "number", length=40)
    title: Mapped[str] = fields.text("岗位名称", "title", length=60)
    rank: Mapped[str] = fields.choice("职级", "rank", Rank)


class Holding(Base):
    """A person holds a post from a day until the day before `valid_to`."""

    __tablename__ = "holding"
    __table_args__ = (Index("holding_person", "person_id", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    is_main: Mapped[bool]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class PersonEvent(Record):
    """What happened to a person on a day; a record is never changed."""

    __tablename__ = "person_event"

    person_id: Mapped[int] = fields.reference("人员", "person", "person")
    kind: Mapped[str] = fields.choice("事项", "event", PersonEventKind)
    on_day: Mapped[date] = fields.day("日期", "day")
    document: Mapped[str | None] = fields.text("依据文件", "document")
