"""What the steps of workflows leave behind."""

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import ROW_ID, Base


class WorkflowStep(Base):
    """One step of one record: rows are only ever added."""

    __tablename__ = "workflow_step"
    __table_args__ = (Index("workflow_step_record", "entity", "record_id"),)

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    entity: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    event: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: the platform itself
    asked_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)  # of 加签
    at_us: Mapped[int] = mapped_column(BigInteger)  # business time
    said: Mapped[str]  # JSON object: the form of the transition
