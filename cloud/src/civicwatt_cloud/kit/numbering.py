"""Numbers of forms: in order, by kind and year, never given twice."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit.db import Base


class Numbering(Base):
    """The last number given of one kind and year."""

    __tablename__ = "numbering"
    series: Mapped[str] = mapped_column(String(16), primary_key=True)  # HB-2026
    last: Mapped[int]


def next_number(session: Session, kind: str, year: int) -> str:
    """The next number, such as HB-2026-000001; given for good once the transaction commits."""
    series = f"{kind}-{year}"
    row = session.get(Numbering, series, with_for_update=True)
    if row is None:
        row = Numbering(series=series, last=0)
        session.add(row)
    row.last += 1
    session.flush()
    return f"{series}-{row.last:06d}"
