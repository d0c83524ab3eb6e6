"""`civicwatt edge doctor`: what is in order, what is not, and what to do about it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from civicwatt_edge.commands import checks, identity
from civicwatt_edge.commands.checks import Finding
from civicwatt_edge.commands.console import CONFIG, AsJson, ConfigFile, print_json, show
from civicwatt_edge.config import load
from civicwatt_protocols.errors import ConfigError

FAILED = 1  # exit code, where findings ask for different ones


def doctor(
    *,
    config: ConfigFile = CONFIG,
    clock_from: Annotated[
        str, typer.Option(help="与此网址的时间比较，缺省用云端 · compare the clock with this address")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """逐项体检：配置、磁盘、时钟、证书、总线、上行 · check everything; each ✗ says what to do."""
    found: list[Finding] = []
    for finding in _look(config, clock_from):
        found.append(finding)
        if not as_json:
            _tell(finding)
    wrong = [finding.error for finding in found if finding.error is not None]
    if as_json:
        print_json({"ok": not wrong, "checks": [finding.told() for finding in found]})
    if wrong:
        codes = {error.exit_code for error in wrong}
        raise typer.Exit(codes.pop() if len(codes) == 1 else FAILED)


def _look(path: Path, clock_from: str) -> Iterator[Finding]:
    """The findings one after the other; without a configuration there is nothing more to look at."""
    try:
        config = load(path)
    except ConfigError as error:
        yield Finding("配置", "configuration", str(path), error)
        return
    devices = sum(len(bus.device) for bus in config.bus)
    yield Finding("配置", "configuration", f"{path}: {len(config.bus)} 条总线 buses, {devices} 块表 devices")
    yield from checks.bindings(config)
    yield from checks.storage(config)
    yield checks.clock(config, clock_from)
    for upstream in config.upstreams:
        yield from checks.upstream(upstream, enrolled=identity.folder(config).exists())
    for bus in config.bus:
        yield checks.bus(bus)
    yield checks.running(config)


def _tell(finding: Finding) -> None:
    if finding.error is None:
        show(Text.assemble(("✓ ", "green"), f"{finding.zh} · {finding.en}: {finding.detail}"))
        return
    error = finding.error
    named = f"{error.code} {error.where}:" if error.where else error.code
    show(Text.assemble(("✗ ", "bold red"), f"{finding.zh} · {finding.en}: {named} {error.message('zh')}"))
    show(f"    {error.message('en')}")
    show(Text.assemble(("    → ", "yellow"), f"{error.remedy('zh')} · {error.remedy('en')}"))
