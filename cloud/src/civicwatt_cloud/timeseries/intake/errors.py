"""What is set aside on the way in, and what hinders the way in.

CloudError
├── SetAside (quarantine)
│   ├── ConflictingReading  CW-T1001
│   ├── FutureReading       CW-T1002
│   ├── AncientReading      CW-T1003
│   ├── WrongDevice         CW-T1004
│   ├── TooLarge            CW-T1005
│   ├── Unreadable          CW-T1006
│   ├── ImplausibleValue    CW-T1007
│   ├── ForeignDivision     CW-T1008
│   ├── NoCatalogueYet      CW-T1201
│   ├── BadPlainTopic       CW-T1205
│   └── NotPlain            CW-T1206
├── StoreIsEmbedded         CW-T1202
├── NoSuchQuarantined       CW-T1203
└── NothingReplays          CW-T1204
"""

from civicwatt_cloud.kit.errors import CloudError


class SetAside(CloudError):
    """A message or reading that is kept for people to look at, not booked."""

    remedy_zh = "查看隔离区中的原始报文，并检查该网关"
    remedy_en = "look at the message in quarantine and check that gateway"


class ConflictingReading(SetAside):
    """Another value for a point and time that is already stored; the first stays."""

    code = "CW-T1001"
    zh = "同一测点同一时刻已有不同的值：{device} {measure} {at}，已存 {stored}，新收 {received}"
    en = "another value is stored for {device} {measure} at {at}: stored {stored}, received {received}"


class FutureReading(SetAside):
    """A time more than a day ahead of the clock."""

    code = "CW-T1002"
    zh = "读数时刻 {at} 在一天以后"
    en = "the reading's time {at} is more than a day ahead"
    remedy_zh = "检查网关的时钟"
    remedy_en = "check the gateway's clock"


class AncientReading(SetAside):
    """A time before any gateway existed: a clock that was never set."""

    code = "CW-T1003"
    zh = "读数时刻 {at} 早于任何网关"
    en = "the reading's time {at} is before any gateway existed"
    remedy_zh = "检查网关的时钟"
    remedy_en = "check the gateway's clock"


class WrongDevice(SetAside):
    """A message on one device's topic that names the catalogue of another."""

    code = "CW-T1004"
    zh = "主题属于设备 {topic_device}，报文引用设备 {device} 的点表"
    en = "the topic is device {topic_device}'s, the message names the catalogue of {device}"


class TooLarge(SetAside):
    """A message longer than any record can be; only its beginning is kept."""

    code = "CW-T1005"
    zh = "报文长 {size} 字节，超过 {limit} 字节"
    en = "the message has {size} bytes, more than {limit}"


class Unreadable(SetAside):
    """A message that no rule foresaw."""

    code = "CW-T1006"
    zh = "报文无法处理（{detail}）"
    en = "the message cannot be processed ({detail})"


class ImplausibleValue(SetAside):
    """A value no meter can have; the rest of its record is stored, in its place a gap."""

    code = "CW-T1007"
    zh = "{device} {measure} 的值 {value} 不可能"
    en = "{device} {measure} has the impossible value {value}"


class ForeignDivision(SetAside):
    """A gateway that says it is of another division than its own; it stays where it is."""

    code = "CW-T1008"
    zh = "网关 {gateway} 属于区划 {division}，却以区划 {said} 上报；归属不变，其读数照常入库"
    en = "gateway {gateway} of division {division} reports under {said}; it stays, its readings are stored"
    remedy_zh = "核对该网关配置中的 division"
    remedy_en = "check division in that gateway's configuration"


class NoCatalogueYet(SetAside):
    """Data whose catalogue no birth has brought."""

    code = "CW-T1201"
    zh = "数据引用的点表尚未收到"
    en = "the data name a catalogue that no birth has brought"
    remedy_zh = "等网关上线并发布点表后再重放"
    remedy_en = "replay it again when the gateway is there and has sent its births"


class BadPlainTopic(SetAside):
    """Not the topic of a gateway that speaks JSON."""

    code = "CW-T1205"
    zh = "主题 {topic} 不是 civicwatt/json/<区划>/<网关>/<设备>"
    en = "the topic {topic} is not civicwatt/json/<division>/<gateway>/<device>"


class NotPlain(SetAside):
    """A message on a JSON topic that does not say readings in the way that is written down."""

    code = "CW-T1206"
    zh = "JSON 报文不合格式：{detail}"
    en = "this is not the JSON of a reading: {detail}"
    remedy_zh = "格式见 docs/operations/json-gateways.md；计量名见设备模板"
    remedy_en = "see docs/operations/json-gateways.md for the format, and the device templates for measures"


class StoreIsEmbedded(CloudError):
    """A worker beside a store that lives in another process."""

    exit_code = 3
    code = "CW-T1202"
    zh = "读数库 {name} 内嵌在 serve 进程中，其他进程无法打开"
    en = "the readings store {name} is embedded in the process that serves; no other can open it"
    remedy_zh = "readings_url 改用 InfluxDB 或 VictoriaMetrics 后再启动 worker；内嵌库由 serve 自行接收"
    remedy_en = (
        "name an InfluxDB or VictoriaMetrics in readings_url; with an embedded store serve takes readings in"
    )


class NoSuchQuarantined(CloudError):
    """No row of that number lies in the quarantine."""

    code = "CW-T1203"
    zh = "隔离区中没有编号 {id}"
    en = "nothing in quarantine has the number {id}"
    remedy_zh = "用 civicwatt quarantine list 查看编号"
    remedy_en = "see the numbers with civicwatt quarantine list"


class NothingReplays(CloudError):
    """Asked for, and no worker has done it in time."""

    exit_code = 4
    code = "CW-T1204"
    zh = "{seconds} 秒内没有接收进程处理完毕"
    en = "no worker has finished it in {seconds} s"
    remedy_zh = "请求已保留；启动 civicwatt cloud serve 或 worker 后会自动处理"
    remedy_en = "the wish is kept: start civicwatt cloud serve or a worker, and it will be done"
