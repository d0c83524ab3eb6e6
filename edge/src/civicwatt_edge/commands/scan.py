"""`civicwatt edge scan`: who is on this bus, and which models are they?"""

import asyncio
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from civicwatt_edge.bus.connect import open_modbus
from civicwatt_edge.bus_url import BusProtocol
from civicwatt_edge.commands import line_meters, scanfile
from civicwatt_edge.commands.asking import PAUSE_S, Unit
from civicwatt_edge.commands.console import (
    CONFIG,
    INTERRUPTED,
    PARTLY,
    AsJson,
    ConfigFile,
    Yes,
    agreed,
    errors,
    print_json,
    say,
    show,
    write_whole,
)
from civicwatt_edge.commands.identify import Guess, Home, answers_at_all, identify
from civicwatt_edge.commands.line import Line
from civicwatt_edge.config import know_own_templates
from civicwatt_edge.errors import NobodyAnswers, Unreachable
from civicwatt_protocols import templates
from civicwatt_protocols.template import DeviceTemplate

ALL_UNITS = "1-247"  # Modbus over serial line V1.02, clause 2.2
TTYS = Path("/sys/class/tty")  # Source: Linux, Documentation/ABI/testing/sysfs-tty
TRIES = 3  # units to whom there was no connection, before the bus is given up; a serial port is so at once
QUESTIONS = 2  # to a silent unit

Bus_ = Annotated[
    str,
    typer.Argument(
        metavar="URL", help="总线：tcp://主机:端口 或 /dev/ttyS1 · the bus: tcp://host:port or /dev/ttyS1"
    ),
]
Units = Annotated[str, typer.Option(help="站号，如 1-32,40 · unit ids, as 1-32,40; 1-247 when left out")]
Templates = Annotated[
    list[str],
    typer.Option("--template", help="只试这些模板，可重复 · try these templates only; may be repeated"),
]


def scan(
    url: Bus_,
    *,
    units: Units = "",
    template: Templates = [],  # noqa: B006 - typer's way
    out: Annotated[Path, typer.Option(help="结果文件 · the file of the result")] = Path("scan.toml"),
    prefix: Annotated[str, typer.Option(help="设备编号的前缀 · prefix of the devices' ids")] = "M-",
    rtu_over_tcp: Annotated[
        bool, typer.Option("--rtu-over-tcp", help="串口服务器透传 RTU · RTU frames through a serial server")
    ] = False,
    baud: Annotated[int | None, typer.Option(help="串口速率 · speed of a serial line")] = None,
    parity: Annotated[str | None, typer.Option(help="串口校验 N、E、O · parity of a serial line")] = None,
    timeout_ms: Annotated[
        int, typer.Option(min=10, max=60_000, help="等待应答的毫秒数 · milliseconds to wait for an answer")
    ] = 500,
    pause_ms: Annotated[
        int, typer.Option(min=0, help="两问之间的毫秒数 · milliseconds between two questions")
    ] = round(PAUSE_S * 1000),
    config: ConfigFile = CONFIG,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """逐站号扫描总线，识别型号，只读 · find the devices of a bus and guess their models; reads only.

    Beside the templates that ship it knows those in `templates/` beside the configuration.
    """
    know_own_templates(config)
    line = Line.of(url, rtu_over_tcp=rtu_over_tcp, baud=baud, parity=parity, timeout_ms=timeout_ms)
    asked = units_of(units or ALL_UNITS)
    spoken = line.bus.where.protocol.of_templates
    wanted = [one for one in map(templates.load, template or templates.names()) if one.protocol == spoken]
    if spoken != "modbus":
        asked, units = [0], ""
    question = (
        f"{line.url}：逐个询问 {len(asked)} 个站号，只读不写。继续？· {len(asked)} units, reads only. Go on?"
    )
    if spoken == "modbus" and not units:
        say(_how_long(line, len(asked), pause_ms / 1000))
    if not agreed(question, yes=yes):
        raise typer.Exit(1)
    guesses: list[Guess] = []
    unasked = list(asked)
    began_s, stopped = time.monotonic(), False
    try:
        if spoken == "modbus":
            asyncio.run(_scan(line, wanted, pause_ms / 1000, guesses, unasked))
        else:
            asyncio.run(_ask_the_only_one(line, wanted, guesses, unasked))
    except KeyboardInterrupt:
        stopped = True
    seconds, number = time.monotonic() - began_s, len(asked) - len(unasked)
    if not guesses and not stopped:
        raise NobodyAnswers(line.url, units=units or ALL_UNITS)
    found = {guess.unit for guess in guesses}
    silent = [unit for unit in asked if unit not in found and unit not in unasked] if units else []
    if guesses:
        text = scanfile.compose(out.name, line.keys, guesses, silent, prefix, unasked=unasked)
        write_whole(out, text, keep_old=True)
    if as_json:
        told = _told(line.url, number, guesses, silent) | {"unasked": unasked}
        print_json(told | {"seconds": round(seconds, 1), "file": str(out) if guesses else None})
    elif guesses:
        show(_table(guesses))
    where = f" → {out}" if guesses else "，未写文件 · nothing written"
    say(f"{len(guesses)}/{number} 个站号有应答，用时 {seconds:.0f} s · answered{where}")
    if stopped:
        left = scanfile.spans(unasked)
        say(f"已中断，未询问 {left} · stopped; to ask the others: --units {left} --out …")
        raise typer.Exit(INTERRUPTED)
    if silent:
        named = ", ".join(map(str, silent))
        say(f"未应答 {named}：查供电、接线 A/B、站号与波特率 · silent: check power, wiring, unit id, speed")
        raise typer.Exit(PARTLY)


def units_of(text: str) -> list[int]:
    """Read 1-3,7 as [1, 2, 3, 7]. Raises typer.BadParameter, a wrong use."""
    units: list[int] = []
    for part in text.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        if not first.isdigit() or (dash and not last.isdigit()):
            raise typer.BadParameter(f"--units {text}：写成 1-32,40 · write it as 1-32,40")
        units += range(int(first), int(last or first) + 1)
    if not units or max(units) > 255:
        raise typer.BadParameter(f"--units {text}：站号为 0 到 255 · ids are 0 to 255")
    return list(dict.fromkeys(units))


def _how_long(line: Line, number: int, pause_s: float) -> str:
    """What a scan takes where almost nobody answers; an open end of a line is waited for once more."""
    waits = 1 if line.bus.where.protocol is BusProtocol.MODBUS_TCP else 2
    minutes = math.ceil(number * QUESTIONS * (waits * line.bus.timeout_ms / 1000 + pause_s) / 60)
    return (
        f"{number} 个站号约需 {minutes} 分钟；--units 1-32 更快"
        f" · {number} units take about {minutes} min; --units 1-32 is quicker"
    )


def _ports() -> list[str]:
    """The serial ports of this machine; a type of 0 is a number that the system keeps without a port."""
    found = []
    for entry in sorted(TTYS.glob("tty*/device")):
        kind, port = entry.with_name("type"), f"/dev/{entry.parent.name}"
        if Path(port).exists() and (not kind.exists() or kind.read_text("ascii").strip() != "0"):
            found.append(port)
    return found


def _unreachable(line: Line, detail: str) -> Unreachable:
    """Why there is no connection; for a serial port with those that are there."""
    if line.bus.where.is_serial:
        there = ", ".join(_ports()) or "-"
        detail = f"串口打不开 · the port cannot be opened: {detail}（本机串口 · ports here: {there}）"
    return Unreachable(line.url, detail=detail)


async def _scan(
    line: Line, wanted: Sequence[DeviceTemplate], pause_s: float, guesses: list[Guess], unasked: list[int]
) -> None:
    """Ask unit by unit, taking it off `unasked` when that is done; who answered is added to `guesses`."""
    bus = open_modbus(line.bus)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    tries = 1 if line.bus.where.is_serial else min(TRIES, len(unasked))
    try:
        with Progress(*columns, console=errors()) as progress:
            task = progress.add_task(line.url, total=len(unasked))
            home = Home()
            broken = 0
            for unit in list(unasked):
                progress.update(task, description=f"{line.url} {unit} 号 · unit {unit}")
                asked = Unit(bus, unit, pause_s)
                if await answers_at_all(asked, home.usual(wanted)):
                    guesses.append(guess := await identify(asked, wanted, home))
                    home.note(guess)
                broken = broken + 1 if asked.broken else 0
                if broken == tries and not guesses:
                    raise _unreachable(line, asked.broken)
                unasked.remove(unit)
                progress.advance(task)
    finally:
        bus.close()


async def _ask_the_only_one(
    line: Line, wanted: Sequence[DeviceTemplate], guesses: list[Guess], unasked: list[int]
) -> None:
    """Meters of DL/T 645 and CJ/T 188 have numbers too long to try: one alone on its line tells it."""
    try:
        guesses.append(await line_meters.identify(line, wanted))
    except Unreachable as error:
        raise _unreachable(line, str(error.facts["detail"])) from None
    unasked.clear()


def _table(guesses: Sequence[Guess]) -> Table:
    table = Table("站号 unit", "模板 template", "得分 score", "依据 why", box=None, pad_edge=False)
    for guess in guesses:
        best = guess.best
        if best is None:
            plate = "" if guess.sunspec is None else f"SunSpec {guess.sunspec.maker} {guess.sunspec.model}"
            muddled = "应答混乱，可能两块表同一站号 · garbled: two devices at one address?"
            table.add_row(guess.place, "?", "", plate or (muddled if guess.garbled else "未识别 · unknown"))
            continue
        why = [f"{best.why_zh} · {best.why_en}"]
        if best.order:
            why.append(f"字序疑似相反 · words swapped? --order {best.order}")
        if guess.rivals:
            why.append(f"另有 {len(guess.rivals)} 个模板同样符合 · {len(guess.rivals)} more fit")
        table.add_row(guess.place, best.template, f"{best.score:.0%}", "\n".join(why))
    return table


def _told(url: str, asked: int, guesses: Sequence[Guess], silent: Sequence[int]) -> dict[str, Any]:
    devices = [
        {
            "unit": guess.unit,
            "address": guess.address,
            "template": None if guess.best is None else guess.best.template,
            "order": None if guess.best is None else guess.best.order,
            "sunspec": None if guess.sunspec is None else f"{guess.sunspec.maker} {guess.sunspec.model}",
            "garbled": guess.garbled,
            "candidates": [
                {
                    "template": one.template,
                    "score": one.score,
                    "order": one.order,
                    "why": one.why_zh,
                    "why_en": one.why_en,
                }
                for one in guess.candidates
            ],
        }
        for guess in guesses
    ]
    told = {"url": url, "asked": asked, "answered": len(guesses), "silent": list(silent)}
    return told | {"devices": devices}
