"""Numbers of forms: in order, by kind and year (and node), without gaps, never given twice.

A number with a node ends in a check character: ISO 7064 (GB/T 17710), MOD 37,36 over its letters and digits,
so that a number that is read out or typed wrongly in one place is found.
"""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit.bulk import insert_new
from civicwatt_cloud.kit.db import Base

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MODULUS = len(ALPHABET)


class Numbering(Base):
    """The last number given of one kind and year, and node."""

    __tablename__ = "numbering"
    series: Mapped[str] = mapped_column(String(120), primary_key=True)  # HB-2026, WX-2026-U1
    last: Mapped[int]


def next_number(session: Session, kind: str, year: int) -> str:
    """The next number, such as HB-2026-000001; given for good once the transaction commits."""
    series = f"{kind}-{year}"
    return f"{series}-{_next(session, series):06d}"


def node_number(session: Session, kind: str, year: int, node: str) -> str:
    """The next number of an institution, by its code, such as WX-2026-U1-000001-P."""
    series = f"{kind}-{year}-{node}"
    number = f"{series}-{_next(session, series):06d}"
    return f"{number}-{check_character(number)}"


def check_character(number: str) -> str:
    """The character that completes a number; of the number only letters and digits count."""
    total = MODULUS // 2
    for letter in number.upper():
        if letter in ALPHABET:
            total = ((total or MODULUS) * 2 % (MODULUS + 1) + ALPHABET.index(letter)) % MODULUS
    return ALPHABET[(1 - ((total or MODULUS) * 2) % (MODULUS + 1)) % MODULUS]


def _next(session: Session, series: str) -> int:
    insert_new(session, Numbering, [{"series": series, "last": 0}])
    row = session.get_one(Numbering, series, with_for_update=True, populate_existing=True)
    row.last += 1
    session.flush()
    return row.last
