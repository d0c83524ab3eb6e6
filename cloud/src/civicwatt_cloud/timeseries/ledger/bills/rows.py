"""One row of the table 账单 as typed values, or what is wrong with it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from civicwatt_cloud.kit.directory_problems import NameMissing
from civicwatt_cloud.kit.directory_rows import LARGEST, day
from civicwatt_cloud.kit.tables import Row
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse, counted
from civicwatt_cloud.timeseries.errors import BadName, NoSuchEndUse
from civicwatt_cloud.timeseries.ledger.bills.errors import (
    BillDatesWrong,
    CreditNote,
    ReadingFalls,
    ReadingsDiffer,
    WrongUnit,
)
from civicwatt_cloud.timeseries.ledger.errors import BadAmount
from civicwatt_cloud.timeseries.ledger.importing import decimal
from civicwatt_protocols.quantity import MICRO

SHEET = "账单"
INSTITUTION, BUILDING, END_USE, ACCOUNT = "单位编码", "楼栋编码", "分项", "户号"
FROM, TO, AMOUNT, UNIT, COST, DOCUMENT = "起始日期", "截止日期（不含）", "用量", "单位", "费用", "单据号"
BEFORE, NOW, RATIO = "上期读数", "本期读数", "倍率"  # may be absent: of meters read by hand
COLUMNS = (INSTITUTION, BUILDING, END_USE, ACCOUNT, FROM, TO, AMOUNT, UNIT, COST, DOCUMENT)
LONGEST_DAYS = 400  # a year, read some weeks late [engineering default]
_LONGEST_NAME = 64

# The unit as people also write it.
_UNITS = {
    "kWh": {"kwh", "千瓦时", "度"},
    "m³": {"m³", "m3", "立方米", "方"},
    "t": {"t", "吨"},
    "kg": {"kg", "千克", "公斤"},
    "L": {"l", "升"},
    "GJ": {"gj", "吉焦"},
    "tce": {"tce", "吨标煤", "吨标准煤"},
}
_END_USES = {name: use for use in EndUse if use is not EndUse.PV for name in (use.value, use.zh)} | {
    carrier.zh: only[0] for carrier in Carrier if len(only := counted(carrier)) == 1
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A good row; the account is "" where the supplier gave none."""

    row: Row
    institution: str
    building: str
    end_use: EndUse
    account: str
    day_from: date
    day_to: date
    micro: int
    opening_micro: int | None  # what the meter showed; None: the amount alone is given
    closing_micro: int | None
    cost_fen: int | None
    document: str


def parse(row: Row) -> Statement:
    """Read one row. Errors: the RowProblem met first."""
    for title in (INSTITUTION, DOCUMENT):
        if not row[title]:
            raise NameMissing(row.where(title), title=title)
    for title in (ACCOUNT, DOCUMENT):
        if len(row[title]) > _LONGEST_NAME or (title == ACCOUNT and set(row[title]) & set("/+#\0")):
            raise BadName(row.where(title), title=title, text=row[title])
    if row[END_USE] not in _END_USES:
        raise NoSuchEndUse(row.where(END_USE), text=row[END_USE], known="、".join(_END_USES))
    end_use = _END_USES[row[END_USE]]
    carrier = end_use.carrier
    if row[UNIT] and row[UNIT].lower() not in _UNITS[carrier.unit]:
        raise WrongUnit(row.where(UNIT), carrier=carrier.zh, unit=carrier.unit, text=row[UNIT])
    for title in (AMOUNT, COST):
        if row[title].startswith(("-", "−", "－")):
            raise CreditNote(row.where(title), title=title, text=row[title])
    day_from, day_to = day(row, FROM), day(row, TO)
    if not 1 <= (day_to - day_from).days <= LONGEST_DAYS:
        raise BillDatesWrong(row.where(TO), start=day_from, end=day_to, limit=LONGEST_DAYS)
    return Statement(
        row,
        row[INSTITUTION],
        row[BUILDING],
        end_use,
        row[ACCOUNT],
        day_from,
        day_to,
        int(_amount(row) * MICRO),
        int(decimal(row, BEFORE) * MICRO) if row[NOW] else None,
        int(decimal(row, NOW) * MICRO) if row[NOW] else None,
        int(decimal(row, COST, places=2) * 100) if row[COST] else None,
        row[DOCUMENT],
    )


def _amount(row: Row) -> Decimal:
    """The amount as billed, or as the two readings of a meter say."""
    if not row[NOW]:
        return decimal(row, AMOUNT)
    before, now = decimal(row, BEFORE), decimal(row, NOW)
    ratio = decimal(row, RATIO, places=3) if row[RATIO] else Decimal(1)
    if now < before:
        raise ReadingFalls(row.where(NOW), now=now, before=before)
    difference = (now - before) * ratio
    if difference != round(difference, 6) or difference > LARGEST:
        raise BadAmount(row.where(NOW), title=NOW, text=row[NOW], limit=LARGEST, places=6)
    if row[AMOUNT] and decimal(row, AMOUNT) != difference:
        raise ReadingsDiffer(row.where(AMOUNT), amount=row[AMOUNT], difference=difference)
    return difference
