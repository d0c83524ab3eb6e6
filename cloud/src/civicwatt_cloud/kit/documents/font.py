"""The Chinese font of PDF files: the system's; only the letters in use go into a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from civicwatt_cloud.kit.documents.errors import FontMissing

CHINESE = "chinese"
PLACES = (  # fonts-noto-cjk, fonts-wqy-zenhei of Debian; the number of simplified Chinese in the collection
    (Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"), 2),
    (Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"), 0),
)


if TYPE_CHECKING:
    from fpdf import FPDF


def new_pdf() -> "FPDF":
    """A document of A4 with the font as `CHINESE`. Errors: FontMissing."""
    from fpdf import FPDF  # noqa: PLC0415 - takes longer to load than all else, for those who print

    pdf = FPDF(format="A4")
    for path, number in PLACES:
        if path.exists():
            pdf.add_font(CHINESE, fname=path, collection_font_number=number)
            pdf.set_font(CHINESE, size=10)
            return pdf
    raise FontMissing(str(PLACES[0][0]))
