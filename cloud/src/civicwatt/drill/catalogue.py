"""The faults of a drill, in the order of the report."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from civicwatt.drill import (
    broker_faults,
    certificates,
    clocks,
    cut,
    damaged,
    dead_meters,
    full_disk,
    fuzzed,
    half_open,
    kills,
    late,
    power_cut,
    refused,
    slow,
    swapped,
    week_offline,
)
from civicwatt.drill.row import Row
from civicwatt.drill.stage import Stage


@dataclass(frozen=True)
class Drill:
    """One row: what is done, and about how long it takes [s], for the time left."""

    key: str
    zh: str
    en: str
    run: Callable[[Stage], Awaitable[Row]]
    quick_s: float
    full_s: float
    alone: bool = False  # in the full set: it measures what the machine can do


DRILLS = (
    Drill("dead_meters", "二十块表中五块无应答", "five of twenty meters dead", dead_meters.run, 45, 220),
    Drill("F01", "代理停机一小时", "broker down for an hour", broker_faults.down_an_hour, 50, 90),
    Drill("F02", "断网七天", "seven days offline", week_offline.run, 15, 150, alone=True),
    Drill("F03", "强杀网关", "kill -9 of the gateway", kills.run, 30, 400),
    Drill("F04", "断电", "power cut", power_cut.run, 15, 120),
    Drill("F06", "代理强杀", "kill -9 of the broker in flight", broker_faults.killed_in_flight, 25, 120),
    Drill("F07", "消费者离线", "consumer away", broker_faults.consumer_away, 30, 60),
    Drill("F08", "磁盘写满", "disk full", full_disk.run, 25, 100),
    Drill("F09", "文件损坏、写入出错", "files damaged or torn, I/O errors", damaged.run, 60, 400),
    Drill("F14", "时钟跳变", "clock steps", clocks.steps, 45, 220),
    Drill("F15", "开机时钟错误", "wrong clock at boot", clocks.wrong_at_boot, 40, 220),
    Drill("F21", "异常应答", "Modbus exceptions", refused.run, 20, 60),
    Drill("F22", "慢设备", "slow devices", slow.run, 40, 200),
    Drill("F23", "迟到应答", "late answers", late.run, 25, 200),
    Drill("F24", "半开连接", "half-open TCP", half_open.run, 45, 90),
    Drill("F25", "乱帧", "fuzzed frames", fuzzed.run, 25, 240),
    Drill("F26", "字序错误", "swapped word order", swapped.run, 15, 15),
    Drill("F27", "报文中途断开", "connection cut inside a PUBLISH", cut.run, 30, 250),
    Drill("F30", "证书到期、吊销、换发", "certificates end, are revoked, change", certificates.run, 45, 200),
)
