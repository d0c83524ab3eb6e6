"""Why a price table cannot be taken, or a cost not be told.

CloudError
├── BadTariff     422  CW-T1351
├── NoPrice       422  CW-T1352
├── StepTooLong   422  CW-T1353
├── VersionLost   409  CW-T1354
├── UnreadableFile 422 CW-T1355
└── NoSuchTable   404  CW-T1356
RowProblem
├── NoSuchLevel        CW-T1357
├── NotATable          CW-T1358
└── NoSuchRegion       CW-T1359
"""

from civicwatt_cloud.kit.directory_problems import RowProblem
from civicwatt_cloud.kit.errors import CloudError


class BadTariff(CloudError):
    """A price table that leaves an hour without a price, or gives it two."""

    status = 422
    code = "CW-T1351"
    zh = "价格表 {key}：{detail_zh}"
    en = "price table {key}: {detail}"
    remedy_zh = "改正后重新导入，格式见示例 docs/examples/tariff.toml"
    remedy_en = "correct it and import again; the format is that of docs/examples/tariff.toml"


class NoPrice(CloudError):
    """Consumption on a day for which no version of the table is valid."""

    status = 422
    code = "CW-T1352"
    zh = "价格表 {key} 在 {day} 没有有效的版本"
    en = "no version of price table {key} is valid on {day}"
    remedy_zh = "导入包含该日期的版本"
    remedy_en = "import a version that is valid on that day"


class StepTooLong(CloudError):
    """Rows that are longer than the steps of the table: one row would have two prices."""

    status = 422
    code = "CW-T1353"
    zh = "价格表 {key} 在 {day} {edge} 换价，{minutes} 分钟一行的用量无法分开"
    en = "price table {key} changes at {edge} on {day}: rows of {minutes} minutes cannot be split there"
    remedy_zh = "账单按天分摊，只适用单一价格；分时计价需要表计的 15 分钟读数"
    remedy_en = "a bill has days and suits one price; time of use needs a meter's readings of 15 minutes"


class VersionLost(CloudError):
    """A file that leaves out a version that was in force before."""

    status = 409
    code = "CW-T1354"
    zh = "新文件缺少价格表 {key} 自 {start} 起的版本"
    en = "the new file of price table {key} lacks the version from {start} on"
    remedy_zh = "把历次版本保留在同一文件中，只在后面增加"
    remedy_en = "keep all versions in one file and add new ones to it"


class UnreadableFile(CloudError):
    """A price table's file that cannot be opened."""

    status = 422
    code = "CW-T1355"
    zh = "价格表文件无法读取"
    en = "the file of the price table cannot be read"
    remedy_zh = "检查文件路径与权限"
    remedy_en = "check the path and its permissions"


class NoSuchTable(CloudError):
    """No price table has that key."""

    status = 404
    code = "CW-T1356"
    zh = "没有价格表 {key}"
    en = "there is no price table {key}"
    remedy_zh = "用 tariffs list 查看，或先导入"
    remedy_en = "look it up with tariffs list, or import it first"


class NoSuchLevel(RowProblem):
    """A price table assigned to what has none."""

    code = "CW-T1357"
    zh = "对象“{text}”应为 {known} 之一"
    en = "“{text}” is none of {known}"


class NotATable(RowProblem):
    """No price table of that key and carrier."""

    code = "CW-T1358"
    zh = "没有能源品种为“{carrier}”的价格表 {key}"
    en = "there is no price table {key} of the carrier “{carrier}”"
    remedy_zh = "先用 tariffs import 导入价格表；价格表留空表示不再适用"
    remedy_en = "import it with tariffs import first; an empty price table ends what was assigned"


class NoSuchRegion(RowProblem):
    """A division code that the directory does not have."""

    code = "CW-T1359"
    zh = "名录中没有区划 {text}"
    en = "the directory has no division {text}"
