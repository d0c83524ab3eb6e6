"""Why no document is made.

CloudError
└── FontMissing 503 CW-K1431
"""

from civicwatt_cloud.kit.errors import CloudError


class FontMissing(CloudError):
    """No font of the server holds Chinese."""

    status = 503
    code = "CW-K1431"
    zh = "服务器缺少中文字体，无法生成 PDF"
    en = "the server has no font with Chinese: no PDF can be made"
    remedy_zh = "安装系统软件包 fonts-noto-cjk；Word 文件不受影响"
    remedy_en = "install the system's package fonts-noto-cjk; Word files need none"
