"""What can be wrong with a readings store.

CloudError
└── StoreError (readings stores)
    ├── BadStoreUrl       CW-T1101
    ├── StoreUnreachable  CW-T1102
    ├── StoreRefuses      CW-T1103
    ├── StoreFailed       CW-T1104
    ├── RowsNotThere      CW-T1105
    ├── NotOffered        CW-T1106
    ├── TooFine           CW-T1107
    ├── StoreBusy         CW-T1108
    └── StoreUnusable     CW-T1109
"""

from civicwatt_cloud.kit.errors import CloudError


class StoreError(CloudError):
    """A readings store cannot do what was asked; what was not answered is not stored."""

    status = 503


class BadStoreUrl(StoreError):
    """The address of a store cannot be understood."""

    exit_code = 3
    code = "CW-T1101"
    zh = "读数库地址 {url} 有误：{detail_zh}"
    en = "the address of the readings store {url} is wrong: {detail}"
    remedy_zh = "写法见 docs/operations/readings-stores.md"
    remedy_en = "docs/operations/readings-stores.md says how to write it"


class StoreUnreachable(StoreError):
    """Nobody answers there, or not in time."""

    exit_code = 4
    code = "CW-T1102"
    zh = "读数库没有应答（{detail}）"
    en = "the readings store does not answer ({detail})"
    remedy_zh = "检查地址、端口和该服务是否运行；网关会保留数据并重发"
    remedy_en = (
        "check address, port and whether the server runs; the gateways keep their data and send it again"
    )


class StoreRefuses(StoreError):
    """The server does not let us in."""

    exit_code = 5
    code = "CW-T1103"
    zh = "读数库拒绝访问（{detail}）"
    en = "the readings store refuses us ({detail})"
    remedy_zh = "检查账号、口令或令牌，以及它对该库的读写权限"
    remedy_en = "check account, password or token, and that it may read and write that database"


class StoreFailed(StoreError):
    """The server answered with an error."""

    code = "CW-T1104"
    zh = "读数库报错：{detail}"
    en = "the readings store reports: {detail}"
    remedy_zh = "查看该服务的日志"
    remedy_en = "look into the server's log"


class RowsNotThere(StoreError):
    """The server accepted rows and does not show them: older than it keeps, or too far ahead of its clock."""

    code = "CW-T1105"
    zh = "读数库收下了数据，却查不到其中 {rows} 行，最早的时刻为 {first}"
    en = "the readings store accepted rows, but {rows} of them are not there; the first is of {first}"
    remedy_zh = "延长该服务的保存期限（-retentionPeriod），并核对两台机器的时钟"
    remedy_en = "let that server keep data for longer (-retentionPeriod), and compare both machines' clocks"


class NotOffered(StoreError):
    """The engine cannot do it."""

    code = "CW-T1106"
    zh = "{store} 不支持该操作：{what}"
    en = "{store} does not offer this: {what}"
    remedy_zh = "换用支持该操作的读数库，各库能力见 docs/operations/readings-stores.md"
    remedy_en = "use another store; docs/operations/readings-stores.md says what each can do"


class TooFine(StoreError):
    """A time between the ticks that this engine can store."""

    code = "CW-T1107"
    zh = "{store} 的时标最细为 {step_us} 微秒，{rows} 行的时刻不在其上"
    en = "{store} stores times in steps of {step_us} µs; {rows} rows lie between them"
    remedy_zh = "把读数时刻取整到毫秒"
    remedy_en = "round the times of readings to milliseconds"


class StoreBusy(StoreError):
    """Another process has opened the embedded store."""

    code = "CW-T1108"
    zh = "另一个进程正在使用该读数库"
    en = "another process is using this readings store"
    remedy_zh = "先停止云端服务，再执行本命令"
    remedy_en = "stop the cloud's server first, then run this again"


class StoreUnusable(StoreError):
    """The file of an embedded store cannot be opened as one."""

    exit_code = 3
    code = "CW-T1109"
    zh = "读数库文件无法打开：{detail}"
    en = "the file of the readings store cannot be opened: {detail}"
    remedy_zh = "核对路径、权限和库的种类（duckdb 或 sqlite）；文件损坏时从备份恢复"
    remedy_en = "check the path, its rights and the kind (duckdb or sqlite); where it is damaged, restore it"
