"""Errors of the gateway agent: codes CW-E2xxx.

CivicWattError
└── EdgeError            CW-E2000
    ├── DeviceTimeout    CW-E2001  the device did not answer in time
    ├── Disconnected     CW-E2002  no connection to the bus, or it broke
    ├── OutboxBusy       CW-E2010  another process writes this outbox
    ├── OutboxFull       CW-E2011  readings not yet accepted had to be dropped
    └── OutboxCorrupt    CW-E2012  the outbox file is damaged
"""

from civicwatt_protocols.errors import CivicWattError


class EdgeError(CivicWattError):
    """Whatever goes wrong in the gateway."""

    code = "CW-E2000"
    zh = "网关错误"
    en = "gateway error"
    remedy_zh = "请查看网关日志"
    remedy_en = "see the gateway's log"


class DeviceTimeout(EdgeError):
    """The device did not answer in time; `where` names bus and unit."""

    code = "CW-E2001"
    zh = "设备在 {timeout_ms} 毫秒内未应答"
    en = "the device did not answer within {timeout_ms} ms"
    remedy_zh = "请检查设备供电、接线和从站地址"
    remedy_en = "check the device's power, its wiring and its unit address"


class Disconnected(EdgeError):
    """There is no connection to the bus, or it broke before the answer."""

    code = "CW-E2002"
    zh = "总线连接不可用：{detail}"
    en = "no connection to the bus: {detail}"
    remedy_zh = "请检查串口服务器或设备的网络地址与端口"
    remedy_en = "check the address and port of the serial server or device"


class OutboxBusy(EdgeError):
    """Another process holds the outbox; two writers would mix their sequences."""

    code = "CW-E2010"
    zh = "另一进程正在使用该待发箱"
    en = "another process is using this outbox"
    remedy_zh = "请先停止另一个网关进程，或为本进程配置其他 data 目录"
    remedy_en = "stop the other gateway process or give this one another data directory"


class OutboxFull(EdgeError):
    """The disk takes no more and the waiting room is full: these readings were never accepted."""

    code = "CW-E2011"
    zh = "磁盘无法写入，{count} 条尚未接收的记录被放弃"
    en = "the disk takes no writes; {count} records not yet accepted were dropped"
    remedy_zh = "请释放磁盘空间或更换存储卡"
    remedy_en = "free disk space or replace the storage card"


class OutboxCorrupt(EdgeError):
    """The outbox file is damaged; the next opening sets it aside, nothing is deleted."""

    code = "CW-E2012"
    zh = "待发箱文件已损坏：{detail}"
    en = "the outbox file is damaged: {detail}"
    remedy_zh = "网关会将其改名保留，并以新的纪元继续；请检查存储卡"
    remedy_en = "the gateway sets it aside and goes on with a new epoch; check the storage card"
