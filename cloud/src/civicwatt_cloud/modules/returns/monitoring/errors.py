"""What can go wrong on the link of a collector.

CloudError
├── BadPacket   422 CW-M0721
└── NotPassed   401 CW-M0722
"""

from civicwatt_cloud.kit.errors import CloudError


class BadPacket(CloudError):
    """What came is no packet of the link."""

    status = 422
    code = "CW-M0721"
    zh = "报文无法读取：{detail}"
    en = "the packet cannot be read: {detail}"
    remedy_zh = "核对双方的密钥、加密模式、填充和字符集设置"
    remedy_en = "compare key, mode, padding and charset of both sides"


class NotPassed(CloudError):
    """The other side does not know the key."""

    status = 401
    code = "CW-M0722"
    zh = "采集器认证未通过"
    en = "the collector was not let in"
    remedy_zh = "核对建筑编码、网关编码和认证密钥"
    remedy_en = "compare building, gateway and key"
