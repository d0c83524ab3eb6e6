"""The faults of the cloud's drill, in the order of the report."""

from civicwatt.drill.catalogue import Drill
from civicwatt.drill.cloud import (
    again,
    away,
    counters,
    deaths,
    herd,
    layouts,
    poison,
    restored,
    soak,
    torn,
    zones,
)

DRILLS = (
    Drill("F05", "强杀接收进程", "kill -9 of the ingest", deaths.run, 30, 900),
    Drill("F07", "接收离线，积压过千", "ingest away, over 1000 queued", away.ingest_away, 15, 60),
    Drill("F10", "数据库停机一小时", "a database down for an hour", away.down_an_hour, 35, 90),
    Drill("F11", "数据库缓慢", "a slow database", away.slow, 30, 120),
    Drill("F12", "重复投递", "delivered twice", again.twice, 15, 60),
    Drill("F13", "乱序、迟到六十天", "out of order, sixty days late", again.late, 30, 200),
    Drill("F16", "时区", "time zones", zones.run, 20, 60),
    Drill("F17", "计数器翻转", "counters roll over", counters.rollover, 20, 20),
    Drill("F18", "读数跳零、突跳", "glitches", counters.glitch, 12, 40),
    Drill("F19", "换表", "meters replaced", counters.replacement, 20, 20),
    Drill("F20", "倍率变更", "another transformer", counters.ratio, 12, 12),
    Drill("F27", "报文中途断开", "connections cut after some bytes", torn.run, 30, 250),
    Drill("F28", "毒消息", "poison messages", poison.run, 20, 60),
    Drill("F29", "新旧版本并存", "releases N and N-1", layouts.run, 20, 60),
    Drill("F31", "网关携积压集中重连", "gateways reconnect with a day", herd.run, 30, 300, alone=True),
    Drill("F34", "升级与回退", "upgrade and roll-back under load", restored.upgraded, 60, 900),
    Drill("F35", "备份与恢复", "backup and restore", restored.restored, 60, 150),
    Drill("F36", "三十天随机故障", "thirty days of random faults", soak.run, 90, 2400),
)
