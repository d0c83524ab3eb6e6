"""What the module refuses.

RuleViolation
└── NotVerified 422 CW-M1301
"""

from civicwatt_cloud.kit.errors import RuleViolation


class NotVerified(RuleViolation):
    """Before and after do not say yet that a repair helped."""

    code = "CW-M1301"
    zh = "前后对比尚不能确认修复有效：{why_zh}"
    en = "before and after do not show yet that the repair helped: {why}"
    remedy_zh = "等待修复后的读数；仍有异常时重新打开"
    remedy_en = "wait for readings after the repair; reopen it where the anomaly goes on"
