"""Commands of the gateway: the agent itself here, the integrator's in `commands/`."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from civicwatt_edge import agent, loop
from civicwatt_edge.commands import (
    add,
    bind,
    doctor,
    drill,
    enroll,
    handover,
    init,
    install_service,
    replace,
    scan,
    status,
    try_,
)
from civicwatt_edge.commands import export as export_command
from civicwatt_edge.config import load
from civicwatt_edge.config_file import ConfigFile
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.logs import log_to_stderr

app = typer.Typer(no_args_is_help=True)
app.command("init")(init.init)
app.command("doctor")(doctor.doctor)
app.command("enroll")(enroll.enroll)
app.command("install-service")(install_service.install_service)
app.command("scan")(scan.scan)
app.command("try")(try_.try_)
app.command("add")(add.add)
app.command("export")(export_command.export)
app.command("bind")(bind.bind)
app.command("status")(status.status)
app.add_typer(drill.app, name="drill")
app.command("replace")(replace.replace)
app.command("handover")(handover.handover)


@app.command()
def run(
    config: Annotated[Path, typer.Option(help="TOML 配置文件 · configuration file")],
    clock: Annotated[str, typer.Option(help="模拟时钟 origin_us/rate/anchor_s · simulated clock")] = "",
) -> None:
    """采集并上传，直到收到 SIGTERM · poll and deliver until SIGTERM."""
    log_to_stderr()
    loop.run(_run(ConfigFile(config), Clock.parse(clock) if clock else None))


@app.command()
def check(file: Annotated[Path, typer.Argument(help="TOML 配置文件 · configuration file")]) -> None:
    """检查配置文件 · check a configuration file."""
    config = load(file)
    bind.check_all(config)
    devices = sum(len(bus.device) for bus in config.bus)
    typer.echo(f"{file}: 网关 {config.gateway.id}，总线 {len(config.bus)}，设备 {devices} · ok")


async def _run(file: ConfigFile, clock: Clock | None) -> None:
    stop = asyncio.Event()
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, stop.set)
    running.add_signal_handler(signal.SIGHUP, file.ask)
    await agent.run(file, clock, stop)
