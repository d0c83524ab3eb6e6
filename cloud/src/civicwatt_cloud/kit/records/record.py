"""What every record of a module carries: whose it is, how sensitive, and its revision."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import ROW_ID, Base
from civicwatt_cloud.kit.records.choices import Sensitivity


class Record(Base):
    """A row that a person keeps. Only its owner's node may write it; a change names the revision it saw."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    sensitivity: Mapped[str] = mapped_column(String(16), default=Sensitivity.INTERNAL)
    rev: Mapped[int]  # one more with each deed; `Database.session()` writes alone, so none is skipped
    removed_us: Mapped[int | None] = mapped_column(BigInteger)  # a tombstone: other nodes learn of it


class Entry(Base):
    """A line of a ledger: rows are only ever added, a correction is another line that reverses one."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    at_us: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(String(80))
    source_document: Mapped[str] = mapped_column(String(200))
    corrects_id: Mapped[int | None]
