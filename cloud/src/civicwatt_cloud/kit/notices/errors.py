"""What preferences of notices refuse.

RuleViolation
└── NoAddress CW-K1611
"""

from civicwatt_cloud.kit.errors import RuleViolation


class NoAddress(RuleViolation):
    """E-mail is wanted, and there is no address, or none that can be one."""

    code = "CW-K1611"
    zh = "要收邮件通知，应填写有效的邮箱地址"
    en = "to get notices by e-mail, give an address that can be one"
    remedy_zh = "填写邮箱，或选择不发邮件"
    remedy_en = "give an address, or choose no e-mail"
