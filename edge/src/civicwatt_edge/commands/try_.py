"""`civicwatt edge try`: read one meter and judge what it says, before it goes into the configuration."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from civicwatt_edge.bus.connect import open_modbus
from civicwatt_edge.commands import line_meters, target
from civicwatt_edge.commands.asking import ORDERS, PAUSE_S, Answers, Unit, ask
from civicwatt_edge.commands.console import CONFIG, PARTLY, AsJson, ConfigFile, print_json, say, screen, show
from civicwatt_edge.commands.display import Comparison, compare
from civicwatt_edge.commands.line_meters import Told
from civicwatt_edge.commands.trial import Trial
from civicwatt_edge.errors import DisplayDiffers, NobodyAnswers, Unreachable
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.template import Order
from civicwatt_protocols.uplink import GapReason

LIVE_S = 1.0

Device = Annotated[
    str,
    typer.Argument(
        metavar="DEVICE", help="站号、表号或设备编号 · unit, number on the plate, or id in a file"
    ),
]


def try_(
    device: Device,
    *,
    bus: Annotated[str, typer.Option(help="总线 tcp://主机:端口 · bus, tcp://host:port")] = "",
    template: Annotated[str, typer.Option(help="设备模板 · device template")] = "",
    order: Annotated[str, typer.Option(help="字序 ABCD、CDAB、BADC、DCBA · word order")] = "",
    ct: Annotated[int | None, typer.Option(min=1, help="电流互感器倍率 · ratio of the CT")] = None,
    pt: Annotated[int | None, typer.Option(min=1, help="电压互感器倍率 · ratio of the PT")] = None,
    live: Annotated[bool, typer.Option("--live", help="每秒刷新，Ctrl-C 结束 · read every second")] = False,
    times: Annotated[
        int, typer.Option(min=0, help="--live 读几次，0 为不限 · reads of --live, 0: no end")
    ] = 0,
    expect: Annotated[str, typer.Option(help="表显读数，与之比较 · what the display shows, to compare")] = "",
    scan: Annotated[Path, typer.Option("--from", help="扫描结果文件 · scan file")] = Path("scan.toml"),
    config: ConfigFile = CONFIG,
    timeout_ms: Annotated[int, typer.Option(min=10, max=60_000, help="等待应答的毫秒数 · time-out")] = 1000,
    as_json: AsJson = False,
) -> None:
    """试读一块表，核对数值、字序和表显 · read one meter and judge its values."""
    display = _number(expect) if expect else None
    keys = {"template": template, "order": _order(order), "ct": ct, "pt": pt}
    given = {key: value for key, value in keys.items() if value}
    meant = target.find(device, bus, given, (scan, config), timeout_ms)
    rounds = 1 if not live else times or None
    trial = _watched(meant, rounds, quiet=as_json)
    comparison = None if display is None else compare(trial.answers, trial.order, display)
    if as_json:
        print_json(trial.told(comparison))
    else:
        _explain(trial, comparison, expect)
    if comparison is not None and not comparison.agrees:
        raise DisplayDiffers(device, expected=expect, found=comparison.found)
    if trial.proposal or not trial.credible:
        raise typer.Exit(PARTLY)


def _watched(meant: target.Target, rounds: int | None, *, quiet: bool) -> Trial:
    """Read until the rounds are over, or Ctrl-C; the last reading."""
    trials: list[Trial] = []
    with screen() as shown, suppress(KeyboardInterrupt):

        def tell(trial: Trial) -> None:
            trials[:] = [trial]
            if not quiet:
                shown(trial.table())

        asyncio.run(_read(meant, rounds, tell))
    if not trials:
        raise KeyboardInterrupt
    return trials[0]


async def _read(meant: target.Target, rounds: int | None, tell: Callable[[Trial], None]) -> None:
    before: Trial | None = None
    number, at_s = 0, 0.0
    while rounds is None or number < rounds:
        if number:
            await asyncio.sleep(LIVE_S)
        answers = await _answers(meant)
        since_s, at_s = time.monotonic() - at_s, time.monotonic()
        before = Trial(answers, meant.device, None if before is None else before.values, since_s)
        tell(before)
        number += 1


async def _answers(meant: target.Target) -> Answers | Told:
    """One reading of all that the template has, on a connection of its own."""
    if meant.template.protocol != "modbus":
        return await line_meters.read(meant.line, meant.device)
    bus = open_modbus(meant.line.bus)
    try:
        unit = Unit(bus, meant.device.unit, PAUSE_S)
        answers = await ask(unit, meant.template)
    finally:
        bus.close()
    if not unit.answered:
        if unit.broken:
            raise Unreachable(meant.line.url, detail=unit.broken)
        raise NobodyAnswers(meant.line.url, units=meant.device.unit)
    return answers


def _explain(trial: Trial, comparison: Comparison | None, expect: str) -> None:
    """What to think of the values, and what to do."""
    for check in trial.checks:
        if not check.ok:
            say(f"✗ {check.zh} · {check.en}")
    for reason in dict.fromkeys(trial.answers.reasons):
        what = "型号可能不符 · maybe another model" if reason is GapReason.REFUSED else reason.en
        say(f"✗ 部分寄存器{reason.zh} · {what}")
    proposal, swapped = trial.proposal, trial.swapped
    if swapped:
        show(trial.orders_table())
        say(
            f"字序疑似相反 · the word order seems swapped: --order {swapped}"
            + ("" if proposal else "（已采用 · in use）")
        )
    if comparison is not None:
        if comparison.agrees:
            say(f"✓ 表显 {expect}，读出 {comparison.found}，一致 · the display agrees")
        elif comparison.hint:
            say(comparison.hint)
    if trial.credible and not proposal and (comparison is None or comparison.agrees):
        say(f"✓ 数值合理，{len(trial.checks)} 项核对通过 · the values are plausible")


def _order(text: str) -> Order | None:
    if not text:
        return None
    for order in ORDERS:
        if text.upper() == order:
            return order
    raise BadValue("--order", key="order", detail=f"{text}: {', '.join(ORDERS)}")


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadValue("--expect", key="expect", detail=text) from None
    if not number.is_finite():
        raise BadValue("--expect", key="expect", detail=text)
    return number
