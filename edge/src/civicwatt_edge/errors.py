"""Errors of the gateway agent: codes CW-E2xxx.

CivicWattError
└── EdgeError            CW-E2000
    ├── DeviceTimeout    CW-E2001  the device did not answer in time
    ├── Disconnected     CW-E2002  no connection to the bus, or it broke
    ├── OutboxBusy       CW-E2010  another process writes this outbox
    ├── OutboxFull       CW-E2011  readings not yet accepted had to be dropped
    ├── OutboxCorrupt    CW-E2012  the outbox file is damaged
    ├── WriteRefused     CW-E2030  a request that is no question was kept from the bus
    ├── NoOutbox         CW-E2050  there is no outbox to read here
    ├── ConsentNeeded    CW-E2060  a command must ask, and nobody is there to answer
    ├── WouldOverwrite   CW-E2061  a file is there already
    ├── Unreachable      CW-E2062  bus, broker or cloud cannot be reached
    ├── NobodyAnswers    CW-E2063  no device answers on the bus
    ├── NotEnrolled      CW-E2064  no identity in a cloud yet
    ├── GatewayAway      CW-E2065  the gateway does not run, or not here
    ├── DisplayDiffers   CW-E2066  the meter's display shows something else
    ├── ClockWrong       CW-E2067  the machine's clock is slow or fast
    ├── SpaceLow         CW-E2068  too little space for the outbox
    ├── DrillFailed      CW-E2069  a drill found readings lost or doubled
    ├── NotRestarted     CW-E2070  a drill killed the gateway, and nobody started it again
    └── DrillRuns        CW-E2071  a drill is cutting the uplink already
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


class WriteRefused(EdgeError):
    """A request that is no question was kept from the bus. Facts: protocol, function."""

    code = "CW-E2030"
    zh = "已拦截非读取请求：{protocol} 功能码 {function}"
    en = "a request that does not read was kept from the bus: {protocol} function {function}"
    remedy_zh = "网关只读不写；请把本条信息交给维护人员"
    remedy_en = "the gateway reads and never writes; hand this message to the maintainers"


class ConsentNeeded(EdgeError):
    """A command must ask something, and nobody is there to answer. Facts: question, option."""

    code = "CW-E2060"
    exit_code = 2
    zh = "需要回答，但这里无人可问：{question}"
    en = "an answer is needed and nobody is here to give it: {question}"
    remedy_zh = "请用 {option} 回答"
    remedy_en = "answer with {option}"


class WouldOverwrite(EdgeError):
    """A file is there already, and to replace it was not agreed to."""

    code = "CW-E2061"
    exit_code = 2
    zh = "文件已存在，未作改动"
    en = "the file exists and was left as it is"
    remedy_zh = "要重写请加 --force，原文件会以 .old 保留"
    remedy_en = "add --force to write it anew; the former file stays under .old"


class Unreachable(EdgeError):
    """A bus, a broker or the cloud cannot be reached; `where` is its address. Facts: detail."""

    code = "CW-E2062"
    exit_code = 4
    zh = "无法连接：{detail}"
    en = "cannot be reached: {detail}"
    remedy_zh = "请检查地址、端口、网线和防火墙"
    remedy_en = "check address, port, cable and firewall"


class NobodyAnswers(EdgeError):
    """The bus is there, but no device answers. Facts: units."""

    code = "CW-E2063"
    exit_code = 4
    zh = "站号 {units} 均无应答"
    en = "none of the units {units} answers"
    remedy_zh = "请检查接线 A/B 是否接反、波特率与校验、串口服务器的工作模式，必要时加 --rtu-over-tcp"
    remedy_en = "check the wires A/B, speed and parity, the serial server's mode; it may need --rtu-over-tcp"


class NotEnrolled(EdgeError):
    """The gateway has no identity in a cloud yet; `where` is the folder that should hold it."""

    code = "CW-E2064"
    exit_code = 5
    zh = "网关尚未在云端注册"
    en = "the gateway is not enrolled at a cloud"
    remedy_zh = "请在云端取得注册码，再执行 civicwatt edge enroll"
    remedy_en = "get an enrolment code in the cloud, then run civicwatt edge enroll"


class GatewayAway(EdgeError):
    """No gateway answers on its control socket. Facts: detail."""

    code = "CW-E2065"
    exit_code = 4
    zh = "网关没有运行，或不由当前用户运行：{detail}"
    en = "the gateway does not run, or not as this user: {detail}"
    remedy_zh = "请用 systemctl status civicwatt-edge 查看，或以网关的用户执行本命令"
    remedy_en = "look with systemctl status civicwatt-edge, or run this command as the gateway's user"


class DisplayDiffers(EdgeError):
    """What the meter's display shows is not what was read. Facts: expected, found."""

    code = "CW-E2066"
    zh = "表显 {expected}，读出 {found}"
    en = "the display shows {expected}, read was {found}"
    remedy_zh = "请核对型号、字序和倍率（CT/PT）"
    remedy_en = "check the model, the word order and the ratios (CT/PT)"


class ClockWrong(EdgeError):
    """The machine's clock is off. Facts: detail, detail_zh."""

    code = "CW-E2067"
    zh = "时钟{detail_zh}：先校时"
    en = "the clock is {detail}: set it first"
    remedy_zh = "联网时执行 timedatectl set-ntp true，不联网时用 date -s 设定，再执行 hwclock -w"
    remedy_en = (
        "with a network run timedatectl set-ntp true; without one set it with date -s, then run hwclock -w"
    )


class SpaceLow(EdgeError):
    """Too little free space in the data directory. Facts: free, wanted."""

    code = "CW-E2068"
    zh = "数据目录只剩 {free}，至少需要 {wanted}"
    en = "the data directory has {free} left, {wanted} is the least"
    remedy_zh = "请清理磁盘，或把 data 改到更大的存储"
    remedy_en = "free disk space, or point data to a larger storage"


class DrillFailed(EdgeError):
    """After a drill readings were missing, doubled or still on the way. Facts: lost, doubled, open."""

    code = "CW-E2069"
    zh = "演练未通过：丢失 {lost}，重复 {doubled}，未确认 {open}"
    en = "the drill failed: lost {lost}, doubled {doubled}, not acknowledged {open}"
    remedy_zh = "请保留数据目录，并用 civicwatt edge status 查看上行连接"
    remedy_en = "keep the data directory and look at the uplink with civicwatt edge status"


class NotRestarted(EdgeError):
    """A drill killed the gateway, and it is down since. Facts: pid, seconds, config."""

    code = "CW-E2070"
    zh = "本演练强杀了网关（进程 {pid}），{seconds} 秒内无人将其重新启动，采集已停"
    en = "this drill ended the gateway (pid {pid}), nobody started it again in {seconds} s; nothing is read"
    remedy_zh = "请启动：systemctl start civicwatt-edge，或 civicwatt edge run --config {config}"
    remedy_en = "start it with systemctl start civicwatt-edge, or civicwatt edge run --config {config}"


class DrillRuns(EdgeError):
    """A drill is cutting the uplink already. Facts: seconds."""

    code = "CW-E2071"
    zh = "另一次断网演练尚在进行，还剩 {seconds} 秒"
    en = "another drill is cutting the uplink for {seconds} s more"
    remedy_zh = "请等它结束，再开始下一次"
    remedy_en = "wait for its end, then begin the next"


class NoOutbox(EdgeError):
    """There is no readable outbox in the directory."""

    code = "CW-E2050"
    zh = "此处没有可读取的待发箱：{detail}"
    en = "there is no outbox to read here: {detail}"
    remedy_zh = "请检查 data 目录；旧版本的待发箱需先启动一次网关"
    remedy_en = "check the data directory; an outbox of an older version needs one start of the gateway"
