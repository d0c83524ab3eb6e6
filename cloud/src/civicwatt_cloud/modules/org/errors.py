"""What the module refuses.

RuleViolation
└── NotYet 422 CW-M0101
"""

from civicwatt_cloud.kit.errors import RuleViolation


class NotYet(RuleViolation):
    """The day of a change has not come."""

    code = "CW-M0101"
    zh = "生效日期 {day} 未到"
    en = "the change takes effect on {day}, not before"
    remedy_zh = "到生效日期再办理"
    remedy_en = "take the step on that day or later"
