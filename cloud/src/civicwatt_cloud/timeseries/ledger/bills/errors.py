"""What can be wrong with a row of bills; `where` is the cell, such as `账单!G3`.

RowProblem
├── BillDatesWrong     CW-T1301
├── BillOverlaps       CW-T1302
├── BuildingNeeded     CW-T1303
├── WrongUnit          CW-T1305
├── ReadingsDiffer     CW-T1307
├── ReadingFalls       CW-T1308
├── AccountElsewhere   CW-T1309
├── ReadingsBreak      CW-T1310
└── CreditNote         CW-T1311
"""

from civicwatt_cloud.kit.directory_problems import RowProblem


class BillDatesWrong(RowProblem):
    """A period that is empty, backward, or longer than any bill."""

    code = "CW-T1301"
    zh = "账期 {start} 至 {end} 不对：截止日期不计入账期，须晚于起始日期，且账期不超过 {limit} 天"
    en = "the period {start} to {end} is wrong: it ends before its last date, and has 1 to {limit} days"


class BillOverlaps(RowProblem):
    """Days that another bill of the account covers."""

    code = "CW-T1302"
    zh = "与单据 {document}（{start} 至 {end}）的账期重叠"
    en = "the period overlaps document {document} ({start} to {end})"
    remedy_zh = "改正起止日期；要更正该单据，用它的单据号和起始日期重新导入"
    remedy_en = "correct the dates; to correct that document, import it again under its number and first day"


class BuildingNeeded(RowProblem):
    """Only where an institution has one building need the bill not name it."""

    code = "CW-T1303"
    zh = "单位 {institution} 有 {count} 栋楼，须写明楼栋编码"
    en = "institution {institution} has {count} buildings: name the one"


class WrongUnit(RowProblem):
    """An amount in another unit than the carrier is counted in."""

    code = "CW-T1305"
    zh = "{carrier}以 {unit} 计，不能用“{text}”"
    en = "{carrier} is counted in {unit}, not in “{text}”"
    remedy_zh = "换算后重新导入，或把单位留空"
    remedy_en = "convert the amount and import again, or leave the unit empty"


class ReadingsDiffer(RowProblem):
    """The amount is not what the two readings say."""

    code = "CW-T1307"
    zh = "用量 {amount} 与读数之差 {difference} 不一致"
    en = "the amount {amount} is not the difference {difference} of the readings"
    remedy_zh = "核对读数与倍率，或把用量留空"
    remedy_en = "check the readings and the ratio, or leave the amount empty"


class ReadingFalls(RowProblem):
    """A counter that runs backward between two manual readings."""

    code = "CW-T1308"
    zh = "本期读数 {now} 小于上期读数 {before}"
    en = "the reading {now} is below the one before, {before}"
    remedy_zh = "核对读数；换表或翻转时只填用量"
    remedy_en = "check the readings; where the meter was replaced or rolled over, give the amount alone"


class AccountElsewhere(RowProblem):
    """The account is another building's or end use's."""

    code = "CW-T1309"
    zh = "户号 {account} 已登记在楼栋 {building}（{end_use}）"
    en = "account {account} is registered for building {building} ({end_use})"
    remedy_zh = "改正楼栋或分项；不同供应商的户号相同时，在户号前加供应商名"
    remedy_en = "correct building or end use; where two suppliers use one number, put the supplier before it"


class ReadingsBreak(RowProblem):
    """A bill that does not begin at the reading at which the one before it ended."""

    code = "CW-T1310"
    zh = "{day} 的读数前后不一致：单据 {earlier} 止于 {closing}，单据 {later} 起于 {opening}"
    en = "on {day} document {earlier} ends at the reading {closing}, document {later} begins at {opening}"
    remedy_zh = (
        "核对两张单据的读数；要更正前一单据，用它的单据号和起始日期在同一文件中一并导入；换表时只填用量"
    )
    remedy_en = (
        "check both; to correct the other, import it again in the same file under its number and"
        " first day; where the meter was replaced, give the amount alone"
    )


class CreditNote(RowProblem):
    """A negative amount or cost: it corrects a bill, and is none itself."""

    code = "CW-T1311"
    zh = "{title}“{text}”为负，是冲减，不是一期账单"
    en = "{title} “{text}” is negative: a credit note corrects a bill, it is none itself"
    remedy_zh = "用被冲减单据的单据号和起始日期，导入冲减后的用量和费用"
    remedy_en = "import the bill it corrects again, under its number and first day, with what is left of both"
