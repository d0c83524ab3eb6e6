"""What is set aside on the way in, and what can be wrong with a meter list.

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
├── NothingReplays          CW-T1204
└── RowProblem
    ├── NoSuchBuilding      CW-T1011
    ├── NoSuchEndUse        CW-T1012
    ├── DuplicateDevice     CW-T1013
    ├── NoCounter           CW-T1014
    ├── NoSuchTemplate      CW-T1015
    ├── BadName             CW-T1016
    ├── NoSuchMeasure       CW-T1017
    └── NoSuchInstitution   CW-T1304
"""

from civicwatt_cloud.kit.directory_problems import RowProblem
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


class NoSuchBuilding(RowProblem):
    """The directory has no building of that code."""

    code = "CW-T1011"
    zh = "名录中没有楼栋编码“{text}”"
    en = "the directory has no building “{text}”"
    remedy_zh = "先在名录中导入该楼栋，或改正编码"
    remedy_en = "import the building with the directory first, or correct the code"


class NoSuchEndUse(RowProblem):
    """The end use is not one of the closed list."""

    code = "CW-T1012"
    zh = "分项“{text}”不在列表中：{known}"
    en = "unknown end use “{text}”; known: {known}"


class DuplicateDevice(RowProblem):
    """The same device of the same gateway stands in an earlier row."""

    code = "CW-T1013"
    zh = "设备 {device} 与第 {first} 行重复"
    en = "device {device} stands in row {first} already"


class NoCounter(RowProblem):
    """The template has no register that counts what the end use needs."""

    code = "CW-T1014"
    zh = "模板 {template} 没有可用于“{end_use}”的累计量（需要 {needed}）"
    en = "template {template} counts nothing for {end_use} (needed: {needed})"
    remedy_zh = "改正分项，或换用该表计的正确模板"
    remedy_en = "correct the end use, or name the meter's right template"


class NoSuchTemplate(RowProblem):
    """No device template of that name is installed."""

    code = "CW-T1015"
    zh = "没有名为“{text}”的设备模板"
    en = "there is no device template “{text}”"
    remedy_zh = "可用的模板：{known}"
    remedy_en = "templates there are: {known}"


class NoSuchMeasure(RowProblem):
    """A measure that the meter list names and nobody knows."""

    code = "CW-T1017"
    zh = "没有名为“{text}”的计量"
    en = "there is no measure “{text}”"
    remedy_zh = "请使用设备模板中的计量名，如 import_active_energy"
    remedy_en = "use the names of the device templates, as import_active_energy"


class BadName(RowProblem):
    """A gateway or device name that cannot be part of a topic."""

    code = "CW-T1016"
    zh = "{title}“{text}”为空、过长或含有 / + #"
    en = "{title} “{text}” is empty, too long or contains / + #"


class NoSuchInstitution(RowProblem):
    """The directory has no institution of that code."""

    code = "CW-T1304"
    zh = "名录中没有单位编码“{text}”"
    en = "the directory has no institution “{text}”"
    remedy_zh = "先在名录中导入该单位，或改正编码"
    remedy_en = "import the institution with the directory first, or correct the code"
