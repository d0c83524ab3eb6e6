"""What the dispatcher, its command and calls to machines elsewhere report.

CloudError
├── NoSuchDelivery    CW-K1601
├── NoSuchHearer      CW-K1602
├── HostNotAllowed    CW-K1603
├── AddressNotAllowed CW-K1604
├── NotAnswered       CW-K1605
├── NotTaken          CW-K1606
└── SecretUnusable    CW-K1607
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


class HostNotAllowed(CloudError):
    """An address on the web that the installation does not allow."""

    code = "CW-K1603"
    zh = "地址 {host} 不在允许之列"
    en = "{host} is not among the hosts that are allowed"
    remedy_zh = "核对地址（应为 https，不含账号）；确需对接时加入通道配置的 allow.hosts"
    remedy_en = "check the address (https, no account in it); if it is meant, name it in allow.hosts"


class AddressNotAllowed(CloudError):
    """A host whose name leads to a machine that it must not lead to."""

    code = "CW-K1604"
    zh = "{host} 指向内部或保留地址 {address}"
    en = "{host} leads to the private or reserved address {address}"
    remedy_zh = "核对域名解析；确为本单位内网系统时，把网段加入通道配置的 allow.networks"
    remedy_en = "check the name's record; if it is a system of one's own, name its network in allow.networks"


class NotAnswered(CloudError):
    """No connection, no answer in time, or one that is not of the protocol."""

    code = "CW-K1605"
    zh = "{host} 没有应答：{detail}"
    en = "{host} does not answer: {detail}"
    remedy_zh = "检查对方系统与网络；系统会自动重试"
    remedy_en = "check that system and the network; it is tried again"


class NotTaken(CloudError):
    """An answer that is not a yes; nobody is followed to another place."""

    code = "CW-K1606"
    zh = "{host} 未接收：{detail}"
    en = "{host} did not take it: {detail}"
    remedy_zh = "按对方返回的代码检查密钥、权限和频率限制；系统会自动重试"
    remedy_en = "look up the code it answered (key, right, rate); it is tried again"


class SecretUnusable(CloudError):
    """A file that holds a secret cannot be read, or others may read it."""

    exit_code = 3
    code = "CW-K1607"
    zh = "密钥文件不可用：{detail_zh}"
    en = "the file of the secret cannot be used: {detail}"
    remedy_zh = "由运行平台的账号持有，权限设为 0600"
    remedy_en = "it belongs to the account that runs the platform, with mode 0600"
