"""What the search for anomalies refuses.

RuleViolation
└── UnreadableRows  422  CW-V1201
"""

from civicwatt_cloud.kit.errors import RuleViolation


class UnreadableRows(RuleViolation):
    """A file of readings that cannot be taken. Facts: detail, detail_zh."""

    code = "CW-V1201"
    zh = "数据文件无法采用：{detail_zh}"
    en = "the file cannot be taken: {detail}"
    remedy_zh = (
        "首行为列名 timestamp、value（可再有 temperature）；时间按先后排列（ISO 8601），空白或 nan 表示缺测"
    )
    remedy_en = (
        "first line timestamp,value[,temperature]; ascending times (ISO 8601), blank or nan where missing"
    )
