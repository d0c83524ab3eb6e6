"""What can be wrong with the shares of a building.

RowProblem
├── SharesNotWhole  CW-T1361
└── SharedTwice     CW-T1362
"""

from civicwatt_cloud.kit.directory_problems import RowProblem


class SharesNotWhole(RowProblem):
    """The shares of a building and day do not make up 100 %."""

    code = "CW-T1361"
    zh = "楼栋 {building} 自 {start} 起的份额合计 {total} %，应为 100 %"
    en = "the shares of building {building} from {start} on are {total} % together, not 100 %"
    remedy_zh = "补齐或改正该楼栋同一起始日期的各行后重新导入"
    remedy_en = "complete or correct the rows of that building and day and import again"


class SharedTwice(RowProblem):
    """An institution stands twice among the shares of a building and day."""

    code = "CW-T1362"
    zh = "单位 {institution} 在楼栋 {building} 自 {start} 起的份额中出现两次"
    en = "institution {institution} stands twice among the shares of building {building} from {start} on"
