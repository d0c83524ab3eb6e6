"""What the arithmetic of PV refuses.

CloudError
└── PvlibMissing  503  CW-V1101
"""

from civicwatt_cloud.kit.errors import CloudError


class PvlibMissing(CloudError):
    """An expected yield needs pvlib, which is an extra."""

    status = 503
    code = "CW-V1101"
    zh = "没有安装 pvlib，无法计算理论发电量"
    en = "pvlib is not installed: no expected yield can be computed"
    remedy_zh = "运行 pip install 'civicwatt[pv]'"
    remedy_en = "run pip install 'civicwatt[pv]'"
