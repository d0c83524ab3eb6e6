"""Forms as PDF files, to be printed or kept."""

from civicwatt_cloud.kit.documents.font import CHINESE, new_pdf
from civicwatt_cloud.kit.documents.forms import Form

MARGIN = 20  # mm
TITLES = ("环节", "经办人", "时间", "意见")


def pdf(form: Form) -> bytes:
    """The form on pages of A4. Errors: FontMissing."""
    made = new_pdf()
    made.set_margin(MARGIN)
    made.set_title(form.title)
    made.add_page()
    made.set_font(CHINESE, size=18)
    made.cell(0, 14, form.title, align="C", new_x="LMARGIN", new_y="NEXT")
    made.set_font(CHINESE, size=10)
    with made.table(
        col_widths=(1, 3), first_row_as_headings=False, borders_layout="ALL", line_height=7
    ) as table:
        for line in form.lines:
            table.row((line.title, line.text))
    made.ln(6)
    with made.table(col_widths=(2, 2, 3, 5), first_row_as_headings=False, line_height=7) as table:
        table.row(TITLES)
        for step in form.steps:
            table.row((step.step, step.by, step.at, step.said))
    made.ln(4)
    made.cell(0, 8, f"打印时间：{form.printed}", align="R")
    return bytes(made.output())
