"""Why the books cannot be kept.

CloudError
└── TwoBookkeepers  CW-T1406
"""

from civicwatt_cloud.kit.errors import CloudError


class TwoBookkeepers(CloudError):
    """Somebody else has booked the same hours meanwhile; nothing was written."""

    code = "CW-T1406"
    zh = "另一进程正在计算同一数据库的台账"
    en = "another process keeps the books of this database"
    remedy_zh = "只运行一个 civicwatt cloud serve"
    remedy_en = "run one civicwatt cloud serve only"
