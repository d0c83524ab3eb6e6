"""Why the gateway has no secure way to broker or cloud, or is no service: codes CW-E204x.

EdgeError
├── TlsWaits                            no connection to the broker, and TLS is why
│   ├── ClockNotSet             CW-E2040  the machine's clock is absurd
│   ├── CertificateNotYetValid  CW-E2041  our certificate begins later
│   ├── CertificateExpired      CW-E2042  our certificate has ended
│   ├── TlsFilesUnusable        CW-E2043  a certificate or key cannot be read
│   ├── BrokerNotTrusted        CW-E2044  the broker's certificate is not the right one
│   └── RefusedByBroker         CW-E2045  the broker does not take ours
├── CloudUnreachable            CW-E2046  the cloud does not answer
├── CloudRefused                CW-E2047  the cloud answers with an error of its own
│   └── NotLetIn                CW-E2049  it does not know us, or the code is wrong
└── ServiceRefused              CW-E2048  systemd does not start the service
"""

from civicwatt_edge.errors import EdgeError


class TlsWaits(EdgeError):
    """There is no connection to the broker yet, for a reason of TLS; readings are kept meanwhile."""


class ClockNotSet(TlsWaits):
    """The machine's clock says a time that cannot be, so no certificate can be judged."""

    code = "CW-E2040"
    zh = "时钟未同步，等待校时（当前 {at}）"
    en = "the clock is not set, waiting for it (it says {at})"
    remedy_zh = "采集与留存照常；请检查校时服务器或手动校时，时钟正确后自动连接"
    remedy_en = (
        "polling and keeping go on; check the time server or set the clock, then it connects by itself"
    )


class CertificateNotYetValid(TlsWaits):
    """Our certificate begins later than now: a wrong clock, more often than a wrong certificate."""

    code = "CW-E2041"
    zh = "证书尚未生效：{begins} 起有效，当前时钟 {at}"
    en = "the certificate is not valid yet: from {begins}, and the clock says {at}"
    remedy_zh = "采集与留存照常；请先核对时钟，必要时校时"
    remedy_en = "polling and keeping go on; check the clock first and set it if needed"


class CertificateExpired(TlsWaits):
    """Our certificate has ended."""

    code = "CW-E2042"
    zh = "证书已过期：{ends} 止"
    en = "the certificate expired on {ends}"
    remedy_zh = "采集与留存照常；请核对时钟，或用 civicwatt edge enroll 以新注册码重新注册"
    remedy_en = "polling and keeping go on; check the clock, or enrol again with civicwatt edge enroll"


class TlsFilesUnusable(TlsWaits):
    """A certificate or key cannot be read, or they do not belong together."""

    code = "CW-E2043"
    zh = "证书或密钥文件不可用：{detail}"
    en = "a certificate or key file cannot be used: {detail}"
    remedy_zh = "核对配置中的 ca、cert、key 及其读取权限，或重新注册"
    remedy_en = "check ca, cert and key in the configuration and who may read them, or enrol again"


class BrokerNotTrusted(TlsWaits):
    """The broker's certificate is expired, of another authority, or for another host."""

    code = "CW-E2044"
    zh = "消息服务器的证书不可信：{detail}"
    en = "the broker's certificate is not trusted: {detail}"
    remedy_zh = "核对时钟、ca 文件和 host；服务器证书过期时由云端重新签发"
    remedy_en = "check the clock, the ca file and host; where the broker's has expired, renew it at the cloud"


class RefusedByBroker(TlsWaits):
    """The TLS handshake failed, and not because of the broker's certificate."""

    code = "CW-E2045"
    zh = "消息服务器拒绝了本网关的证书或连接：{detail}"
    en = "the broker refused this gateway's certificate or connection: {detail}"
    remedy_zh = "证书可能已被吊销或由其他机构签发；请向能源管理员索取新注册码后重新注册"
    remedy_en = (
        "it may be revoked, or of another authority; ask the energy manager for a code and enrol again"
    )


class CloudUnreachable(EdgeError):
    """The cloud does not answer, or cannot be trusted to be it."""

    code = "CW-E2046"
    exit_code = 4
    zh = "无法连接云端：{detail}"
    en = "the cloud cannot be reached: {detail}"
    remedy_zh = "检查网址、网络和代理；自签证书的云端用 --ca 指定其 CA 文件"
    remedy_en = "check address, network and proxy; for a cloud with an authority of its own give --ca"


class CloudRefused(EdgeError):
    """The cloud answers with an error; its own code and words are passed on."""

    code = "CW-E2047"
    zh = "云端拒绝：{problem}，{detail_zh}"
    en = "the cloud refused: {problem}, {detail}"
    remedy_zh = "按云端提示处理：{remedy_zh}"
    remedy_en = "as the cloud says: {remedy}"


class NotLetIn(CloudRefused):
    """The cloud does not let us in: a code or a signature is not accepted."""

    code = "CW-E2049"
    exit_code = 5
    zh = "云端不予接入：{problem}，{detail_zh}"
    en = "the cloud does not let this gateway in: {problem}, {detail}"


class ServiceRefused(EdgeError):
    """systemd did not take or start the service."""

    code = "CW-E2048"
    zh = "服务未能启动：{detail}"
    en = "the service was not started: {detail}"
    remedy_zh = "用 systemctl status civicwatt-edge 和 journalctl -u civicwatt-edge 查看原因"
    remedy_en = "see systemctl status civicwatt-edge and journalctl -u civicwatt-edge"
