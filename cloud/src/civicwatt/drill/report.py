"""The drill's report as a page: what was done how often, and what it cost. No date: figures alone differ."""

import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from civicwatt.drill.catalogue import Drill
from civicwatt.drill.row import Row

WORDS = {True: "通过 passed", False: "未通过 missed", None: "跳过 skipped"}
COUNTS = ("trials", "lost", "duplicated", "wrong", "unwritten", "thinned", "quarantined", "seconds")
TOLD = {*COUNTS, "seed", "ok", "missed", "skipped", "error"}

HEAD = """\
# 故障演练报告 · Drill report

`civicwatt drill {command}{options}` 写成本页 · wrote this page.
{counts}
{about}

机器 Machine: {machine}. 随机种子 Seed: {seed}.

## 结果 · Results

| 编号 fault | 内容 what | 结果 result | 次数 trials | 丢失 lost | 重复 duplicated | 错误 wrong \
| 未记 unwritten | 抽稀 thinned | 隔离 quarantined | 秒 s |
|---|---|---|---|---|---|---|---|---|---|---|
"""
EDGE = """\
网关、代理是真实进程，表计由仿真器应答并逐条记入真值台账；丢失、重复、错误均与台账核对。
Gateway and broker are real processes; simulated meters answer and write each answer into the truth ledger,
which lost, duplicated and wrong are judged by. 丢失 lost: accepted by the gateway and not at the consumer
after healing; 重复 duplicated: a slot that counts twice behind the key
(gateway, epoch, seq); 错误 wrong: a value that the meter did not serve in its slot; 未记
unwritten: a slot of a running gateway without any record. 抽稀 thinned:
given up by the declared policy for a full disk; 隔离 quarantined: what lay in the damaged place itself."""
CLOUD = """\
消息代理、云端、数据库是真实进程；网关按真实协议收发、确认、重发，先把每条读数写入真值台账再发送；
丢失、重复、错误均与真值台账核对。
Broker, cloud and databases are real processes; the gateways speak the real protocol, with acks and
re-sending, and write every reading into the truth before they send it.
丢失 lost: accepted and not in the readings store; 重复 duplicated: a point and slot that is there twice;
错误 wrong: a stored value that differs from the accepted one, or an hour, day or month whose consumption is
not that of the truth to the last digit, or that does not add up."""
FULL = "完整集 · The full set."
QUICK = (
    "快速集，次数少；完整集为 `make drill` · The quick set, of few trials; `make drill` runs the full one."
)
FIGURES = "\n## 各项数据 · Figures\n"


@dataclass(frozen=True)
class Page:
    """What a report is of."""

    command: str
    about: str
    drills: Sequence[Drill]


def write(path: Path, rows: Mapping[str, Row], page: Page, *, seed: int, full: bool) -> None:
    """Write the page."""
    text = HEAD.format(
        command=page.command,
        about=page.about,
        options=" --full" if full else "",
        counts=FULL if full else QUICK,
        machine=_machine(),
        seed=seed,
    )
    titles = {one.key: f"{one.zh} · {one.en}" for one in page.drills}
    for key, row in rows.items():
        counts = " | ".join(str(row[name]) for name in COUNTS)
        text += f"| {key} | {titles[key]} | {WORDS[row['ok']]} | {counts} |\n"
    text += FIGURES
    for key, row in rows.items():
        text += f"\n### {key} {titles[key]}\n\n" + "".join(
            f"- {name}: {_said(value)}\n" for name, value in _figures(row).items()
        )
    path.write_text(text)


def _figures(row: Row) -> dict[str, Any]:
    why = {name: row[name] for name in ("missed", "skipped", "error") if row.get(name)}
    return why | {name: value for name, value in row.items() if name not in TOLD and value != []}


def _said(value: Any) -> str:
    return (
        ", ".join(map(str, value))
        if isinstance(value, list)
        else f"{value:,}"
        if type(value) is int
        else str(value)
    )


def _machine() -> str:
    return (
        f"{os.cpu_count()} × {platform.machine()}, {platform.system()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
