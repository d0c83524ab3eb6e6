"""What the check of the audit cannot go on from.

CloudError
└── BadAnchor  CW-K1321
"""

from civicwatt_cloud.kit.errors import CloudError


class BadAnchor(CloudError):
    """An anchor's file is not what was written."""

    code = "CW-K1321"
    zh = "审计锚点文件无效：{detail_zh}"
    en = "the anchor of the audit is not valid: {detail}"
    remedy_zh = "与异机保存的锚点和公钥比对；不一致时按安全事件处理"
    remedy_en = "compare it with the copy and the key kept elsewhere; treat a difference as an incident"
