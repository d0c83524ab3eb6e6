"""What the dispatcher and its command report.

CloudError
├── NoSuchDelivery CW-K1601
└── NoSuchHearer   CW-K1602
"""

from civicwatt_cloud.kit.errors import CloudError


class NoSuchDelivery(CloudError):
    """Nothing of that number waits."""

    exit_code = 2
    code = "CW-K1601"
    zh = "没有编号为 {id} 的待投递事件"
    en = "no event waits under the number {id}"
    remedy_zh = "用 civicwatt events list 查看编号"
    remedy_en = "civicwatt events list shows the numbers"


class NoSuchHearer(CloudError):
    """Nobody of that name hears any more: the release or the configuration has changed."""

    code = "CW-K1602"
    zh = "已没有名为 {hearer} 的接收方"
    en = "there is no hearer {hearer} any more"
    remedy_zh = "恢复该接收方的配置后重试，否则可不处理"
    remedy_en = "configure it again and retry, or leave it"
