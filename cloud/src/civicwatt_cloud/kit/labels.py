"""Labels of things: a QR code with a signed short id, and sheets of them to print.

The id names a kind of record and a record; the signature keeps anybody from making labels of their own. The
key is made when it is first needed; whoever scans a label still sees only what is in their scope.
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import segno

from civicwatt_cloud.kit.documents.font import CHINESE, new_pdf

if TYPE_CHECKING:
    from fpdf import FPDF

KEY_BYTES = 32
SIGNATURE = 10  # letters of 5 bits [engineering default]
ROWS, COLUMNS = 8, 3  # of a sheet of A4 with labels of 70 × 37 mm [choice]
WIDTH, HEIGHT, MARGIN = 70.0, 37.0, 0.5  # mm; the sheet's upper and lower edge stay free
QR = 27.0  # mm


class Label(NamedTuple):
    """What is printed on a label."""

    short: str
    title: str
    owner: str
    kind: str


def key_at(path: Path) -> bytes:
    """The installation's key of labels, made where there is none."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(made := secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return made


def short_of(key: bytes, entity: str, record_id: int) -> str:
    """`vehicle-17-K3M…`: what the code on the thing says."""
    return f"{entity}-{record_id}-{_signature(key, entity, record_id)}"


def named_by(key: bytes, short: str) -> tuple[str, int] | None:
    """The kind of record and the record; None: it is no label of this installation."""
    entity, _, rest = short.partition("-")
    number, _, signature = rest.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) <= 10):
        return None
    expected = _signature(key, entity, int(number))
    return (entity, int(number)) if hmac.compare_digest(expected.encode(), signature.encode()) else None


def sheet(labels: Sequence[Label], address: str) -> bytes:
    """A PDF with three by eight labels on a page of A4; the codes hold `address` and the short id."""
    pdf = new_pdf()
    pdf.set_auto_page_break(auto=False)
    for number, label in enumerate(labels):
        place = number % (ROWS * COLUMNS)
        if place == 0:
            pdf.add_page()
        left = (place % COLUMNS) * WIDTH + MARGIN
        top = (place // COLUMNS) * HEIGHT + (pdf.h - ROWS * HEIGHT) / 2
        _draw(pdf, label, f"{address}{label.short}", (left, top))
    return bytes(pdf.output())


def _draw(pdf: "FPDF", label: Label, content: str, at: tuple[float, float]) -> None:
    left, top = at
    picture = BytesIO()
    segno.make(content, error="m", micro=False).save(picture, kind="png", scale=6, border=2)
    pdf.image(picture, left + 2, top + (HEIGHT - QR) / 2, QR, QR)
    pdf.set_xy(left + QR + 4, top + 5)
    for size, text in ((9, label.title), (7, label.owner), (7, label.kind), (6, label.short)):
        pdf.set_font(CHINESE, size=size)
        pdf.set_x(left + QR + 4)
        pdf.multi_cell(WIDTH - QR - 7, size * 0.5, text[:60], new_x="LEFT", new_y="NEXT", align="L")


def _signature(key: bytes, entity: str, record_id: int) -> str:
    digest = hmac.digest(key, f"label/{entity}/{record_id}".encode(), hashlib.sha256)
    return base64.b32encode(digest).decode()[:SIGNATURE]
