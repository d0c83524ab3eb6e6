"""What an institution is beyond its directory row, who answers for a matter, and changes of the tree."""

from datetime import date

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.choices import Choice
from civicwatt_cloud.kit.records.record import Record


class OrganKind(Choice):
    """What kind of organ it is (K1)."""

    PARTY = "party", "党的机关", "party organ"
    CONGRESS = "congress", "人大机关", "people's congress"
    GOVERNMENT = "government", "行政机关", "administrative organ"
    CONSULTATIVE = "consultative", "政协机关", "consultative conference"
    SUPERVISION = "supervision", "监察机关", "supervisory organ"
    COURT = "court", "审判机关", "court"
    PROCURATORATE = "procuratorate", "检察机关", "procuratorate"
    MASS = "mass", "群团机关", "mass organisation"
    CIVIL_SERVICE_LIKE = "civil_service_like", "参公单位", "managed like the civil service"
    INSTITUTION = "institution", "事业单位", "public institution"


class Profile(Record):
    """What is known of an institution as an organ; one for each."""

    __tablename__ = "organ_profile"
    __table_args__ = (UniqueConstraint("owner_id"),)

    organ_kind: Mapped[str] = fields.choice("机构性质", "kind of organ", OrganKind)
    system: Mapped[str | None] = fields.text("系统", "system", length=60)
    staff_administrative: Mapped[int | None] = fields.number("行政编制", "administrative posts", "人")
    staff_institution: Mapped[int | None] = fields.number("事业编制", "institution posts", "人")
    staff_support: Mapped[int | None] = fields.number("工勤编制", "support posts", "人")
    is_key_energy_unit: Mapped[bool] = fields.check("重点用能单位", "key energy unit")
    founded_on: Mapped[date | None] = fields.day("成立日期", "founded on")
    abolished_on: Mapped[date | None] = fields.day("撤销日期", "abolished on", is_computed=True)


class Liaison(Record):
    """Who answers for a matter at an institution."""

    __tablename__ = "liaison"
    __table_args__ = (UniqueConstraint("owner_id", "matter"),)

    matter: Mapped[str] = fields.text("事项", "matter", length=60)
    person_id: Mapped[int] = fields.reference("联络员", "liaison", "person")


class ChangeKind(Choice):
    """How the tree changes."""

    MERGE = "merge", "并入", "merged into"
    MOVE = "move", "改变隶属", "moved below"


class OrgChange(Record):
    """An institution is merged into another or moved below it, from a day on."""

    __tablename__ = "org_change"

    kind: Mapped[str] = fields.choice("变更类型", "kind", ChangeKind)
    into_id: Mapped[int] = fields.reference("并入或隶属的单位", "institution", "institution")
    on_day: Mapped[date] = fields.day("生效日期", "effective on")
    document: Mapped[str] = fields.text("依据文件", "document")
    state: Mapped[str] = mapped_column(String(40))
