"""What is known of files: the content, which record it belongs to, and what a part of a picture shows."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base


class File(Base):
    """A content that is stored; it has no name of its own, and is never changed."""

    __tablename__ = "file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    stored_us: Mapped[int] = mapped_column(BigInteger)  # real time


class Attachment(Base):
    """A file of a record. Who may see the record may see it."""

    __tablename__ = "attachment"
    __table_args__ = (Index("attachment_record", "entity", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("file.sha256"), index=True)
    name: Mapped[str] = mapped_column(String(200))  # as whoever uploaded it called it
    entity: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))  # the module's word: floor_plan, certificate, photo
    owner_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    who: Mapped[str] = mapped_column(String(80))
    at_us: Mapped[int] = mapped_column(BigInteger)  # business time
    removed_us: Mapped[int | None] = mapped_column(BigInteger)


class PictureRegion(Base):
    """A part of a picture that shows a record: a room on a floor plan."""

    __tablename__ = "picture_region"
    __table_args__ = (
        UniqueConstraint("attachment_id", "entity", "record_id"),
        Index("picture_region_record", "entity", "record_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    entity: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    points: Mapped[str]  # JSON: corners as [x, y], 0…1 of the picture's width and height
