"""`civicwatt sim …`: run simulated meters, write the demonstration's scenario."""

import asyncio
import signal
from collections.abc import Collection
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import CivicWattError
from civicwatt_protocols.logs import log_to_stderr
from civicwatt_sim.city import check_city, demo_city
from civicwatt_sim.faults import read_faults
from civicwatt_sim.scenario import City, read_city, write_city
from civicwatt_sim.steps import date_at

if TYPE_CHECKING:
    from civicwatt_sim.server import Plant

app = typer.Typer(no_args_is_help=True)
log = structlog.get_logger()

INSTALLED_BEFORE = timedelta(days=425)  # a year to look at, and two months more


@app.command("run")
def run(  # noqa: PLR0917 - typer's options
    city: Annotated[Path, typer.Option(help="场景文件 · scenario file (JSON)")],
    port: Annotated[
        int, typer.Option(help="首个端口，总线 i 用 port+i · first port; bus i takes port+i")
    ] = 15020,
    clock: Annotated[
        str,
        typer.Option(
            help="模拟时钟 origin_us/rate/anchor_s；缺省为真实时间 · simulated clock, else real time"
        ),
    ] = "",
    truth: Annotated[Path | None, typer.Option(help="真值台账 · truth ledger (JSON lines)")] = None,
    faults: Annotated[
        Path | None, typer.Option(help="故障脚本，SIGHUP 重读 · fault script, re-read on SIGHUP")
    ] = None,
    host: Annotated[str, typer.Option(help="监听地址 · address to listen on")] = "127.0.0.1",
    pty: Annotated[
        list[int] | None, typer.Option(help="这条总线另接一个伪串口 · this line at a pseudo serial port too")
    ] = None,
) -> None:
    """运行模拟表计，直至 SIGTERM · serve the scenario's meters until SIGTERM."""
    log_to_stderr()
    moment = Clock.parse(clock) if clock else Clock.real()
    asyncio.run(_serve(read_city(city), moment, (host, port), truth, faults, lines=pty or []))


@app.command("city")
def city_file(
    path: Annotated[Path, typer.Argument(help="写到哪里 · where to write it")],
    seed: Annotated[int, typer.Option(help="随机种子 · seed")] = 7,
    check: Annotated[bool, typer.Option(help="所有表计都应答 · every meter answers")] = False,
) -> None:
    """写出演示场景（荆襄市，虚构） · write the demonstration's scenario, an invented city."""
    installed = date_at(Clock.real().now_us()) - INSTALLED_BEFORE
    write_city((check_city if check else demo_city)(seed, installed), path)


async def _serve(
    city: City,
    clock: Clock,
    address: tuple[str, int],
    truth: Path | None,
    faults: Path | None,
    *,
    lines: Collection[int],
) -> None:
    from civicwatt_sim.meter import simulate  # noqa: PLC0415
    from civicwatt_sim.server import Plant  # noqa: PLC0415 - pymodbus is slow to import
    from civicwatt_sim.truth import TruthLedger  # noqa: PLC0415

    meters = simulate(city)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    with ExitStack() as files:
        plant = Plant(meters, clock, files.enter_context(TruthLedger(truth)) if truth else None)
        if faults:
            plant.faults = read_faults(faults, meters)
            loop.add_signal_handler(signal.SIGHUP, _reread, plant, faults, meters)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        ports = await plant.start(*address)
        log.info(
            "simulator_ready",
            city=city.name,
            meters=len(meters),
            host=address[0],
            ports=ports,
            ptys=[plant.open_terminal(bus) for bus in lines],
        )
        await stop.wait()
        await plant.close()
    log.info("simulator_stopped")


def _reread(plant: "Plant", path: Path, devices: Collection[str]) -> None:
    """Take the fault script as it now stands; a wrong one is reported and the old one stays."""
    try:
        plant.faults = read_faults(path, devices)
    except (CivicWattError, OSError) as error:
        log.error("faults_not_read", error=str(error))
        return
    log.info("faults_read", path=str(path))
