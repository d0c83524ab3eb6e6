"""`civicwatt edge scan`: who is on this bus, and which models are they?"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from civicwatt_edge.bus.connect import open_modbus
from civicwatt_edge.commands import line_meters, scanfile
from civicwatt_edge.commands.asking import PAUSE_S, Unit
from civicwatt_edge.commands.console import (
    CONFIG,
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
TRIES = 3  # units to whom there was no connection, before the bus is given up

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
    if not agreed(question, yes=yes):
        raise typer.Exit(1)
    scanning = (
        _scan(line, asked, wanted, pause_ms / 1000) if spoken == "modbus" else _ask_the_only_one(line, wanted)
    )
    guesses, seconds = asyncio.run(scanning)
    if not guesses:
        raise NobodyAnswers(line.url, units=units or ALL_UNITS)
    found = {guess.unit for guess in guesses}
    silent = [unit for unit in asked if unit not in found] if units else []
    write_whole(out, scanfile.compose(out.name, line.keys, guesses, silent, prefix), keep_old=True)
    if as_json:
        told = _told(line.url, len(asked), guesses, silent)
        print_json(told | {"seconds": round(seconds, 1), "file": str(out)})
    else:
        show(_table(guesses))
    say(f"{len(guesses)}/{len(asked)} 个站号有应答，用时 {seconds:.0f} s · answered → {out}")
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


async def _scan(
    line: Line, units: Sequence[int], wanted: Sequence[DeviceTemplate], pause_s: float
) -> tuple[list[Guess], float]:
    bus = open_modbus(line.bus)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    began = asyncio.get_running_loop().time()
    try:
        with Progress(*columns, console=errors()) as progress:
            task = progress.add_task(line.url, total=len(units))
            guesses: list[Guess] = []
            home = Home()
            broken = 0
            for unit in units:
                progress.update(task, description=f"{line.url} {unit} 号 · unit {unit}")
                asked = Unit(bus, unit, pause_s)
                if await answers_at_all(asked, home.usual(wanted)):
                    guesses.append(guess := await identify(asked, wanted, home))
                    home.note(guess)
                broken = broken + 1 if asked.broken else 0
                if broken == TRIES and not guesses:
                    raise Unreachable(line.url, detail=asked.broken)
                progress.advance(task)
    finally:
        bus.close()
    return guesses, asyncio.get_running_loop().time() - began


async def _ask_the_only_one(line: Line, wanted: Sequence[DeviceTemplate]) -> tuple[list[Guess], float]:
    """Meters of DL/T 645 and CJ/T 188 have numbers too long to try: one alone on its line tells it."""
    began = asyncio.get_running_loop().time()
    guess = await line_meters.identify(line, wanted)
    return [guess], asyncio.get_running_loop().time() - began


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
