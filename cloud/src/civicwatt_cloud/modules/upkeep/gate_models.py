"""Visitors, what opens gates, and who went through."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.upkeep.choices import Answer, CredentialKind, Direction


class Visitor(Record):
    """Somebody who is expected, with or without a vehicle."""

    __tablename__ = "visitor"

    name: Mapped[str] = fields.text("来访人", "visitor", length=60, is_personal=True)
    phone: Mapped[str | None] = fields.text("电话", "phone", length=40, is_personal=True)
    company: Mapped[str | None] = fields.text("来访单位", "company", length=120)
    plate: Mapped[str | None] = fields.text("车牌号", "number plate", length=16)
    reason: Mapped[str] = fields.text("事由", "reason")
    host_id: Mapped[int | None] = fields.reference("接待人", "host", "person")
    from_us: Mapped[int] = fields.moment("到访时间", "from")
    until_us: Mapped[int] = fields.moment("离开时间", "until")
    state: Mapped[str] = mapped_column(String(40))


class Credential(Record):
    """A card, a QR code or a plate: one identity for gate, canteen and parking. Its key is kept hashed."""

    __tablename__ = "credential"
    __table_args__ = (UniqueConstraint("key_hash"),)

    holder: Mapped[str] = fields.text("持有人", "holder", length=60, is_computed=True)
    kind: Mapped[str] = fields.choice("介质", "kind", CredentialKind, is_computed=True)
    key_hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int | None] = fields.reference("人员", "person", "person", is_computed=True)
    visitor_id: Mapped[int | None] = fields.reference("来访", "visitor", "visitor", is_computed=True)
    from_us: Mapped[int] = fields.moment("生效", "from", is_computed=True)
    until_us: Mapped[int] = fields.moment("失效", "until", is_computed=True)
    opens_gate: Mapped[bool] = fields.check("门岗", "gate", is_computed=True)
    opens_canteen: Mapped[bool] = fields.check("食堂", "canteen", is_computed=True)
    opens_parking: Mapped[bool] = fields.check("车库", "parking", is_computed=True)
    is_blocked: Mapped[bool] = fields.check("挂失", "blocked", is_computed=True)


class AccessEvent(Record):
    """A gate was asked, and what it said."""

    __tablename__ = "access_event"

    at_us: Mapped[int] = fields.moment("时间", "at", is_computed=True)
    place_id: Mapped[int] = fields.reference("位置", "place", "service_point", is_computed=True)
    direction: Mapped[str] = fields.choice("方向", "direction", Direction, is_computed=True)
    credential_id: Mapped[int | None] = fields.reference("凭证", "credential", "credential", is_computed=True)
    holder: Mapped[str | None] = fields.text(
        "持有人", "holder", length=60, is_computed=True, is_personal=True
    )
    answer: Mapped[str] = fields.choice("结果", "answer", Answer, is_computed=True)
