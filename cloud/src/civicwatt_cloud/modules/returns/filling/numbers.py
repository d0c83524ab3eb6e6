"""Numbers between the wire, a workbook and a cell. Pure."""

from decimal import Decimal, InvalidOperation

from civicwatt_cloud.modules.returns.errors import BadCell
from civicwatt_cloud.modules.returns.forms import Cell
from civicwatt_protocols.quantity import MICRO

LARGEST = Decimal(10) ** 11  # of any unit: sums of a province fit 64 bits [engineering default]
LONGEST = 40


def parse(cell: Cell, said: str) -> int:
    """What a person wrote, in micro units. Errors: BadCell."""
    text = said.strip().replace(",", "").replace("，", "")
    try:
        value = Decimal(text) if len(text) <= LONGEST and text.isascii() else None
    except InvalidOperation:
        value = None
    if (
        value is None
        or not value.is_finite()
        or not 0 <= value < LARGEST
        or round(value, cell.digits) != value
    ):
        raise BadCell(cell.code, title_zh=cell.zh, title=cell.en, digits=cell.digits, said=said[:LONGEST])
    return int(value * MICRO)


def shown(cell: Cell, micro: int | None) -> str | None:
    """With the decimals of the field: 12500.00."""
    if micro is None:
        return None
    return f"{Decimal(micro).scaleb(-6):.{cell.digits}f}"


def rounded(cell: Cell, micro: int) -> int:
    """To the decimals of the field, halves up."""
    step: int = MICRO // 10**cell.digits
    return (micro + step // 2) // step * step
