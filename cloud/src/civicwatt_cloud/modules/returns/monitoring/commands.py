"""`civicwatt monitoring package` and `… report`: the daily upload of the monitoring system of 2008."""

import asyncio
import base64
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.directory import EVERYWHERE
from civicwatt_cloud.kit.import_command import Config
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.returns.monitoring import link, package
from civicwatt_cloud.modules.returns.monitoring.link import Line, LinkSettings
from civicwatt_protocols.logs import log_to_stderr
from civicwatt_protocols.toml import decode, text_of

app = typer.Typer(no_args_is_help=True)
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="日期 · the day, 2026-11-20")]


@app.callback()
def monitoring() -> None:
    """建筑能耗监测系统（2008）上报 · uploads to the monitoring system of 2008."""


@app.command("package")
def write_package(
    day: Day,
    folder: Annotated[Path, typer.Argument(help="输出文件夹 · folder for the zip")],
    centre: Annotated[str, typer.Option(help="数据中心编码（6 位） · code of the data centre")],
    config: Config = None,
) -> None:
    """生成一日上报包（Build.xml、Energy.xml） · the zip of a day, named after centre and day."""
    log_to_stderr()
    typer.echo(str(_write(Settings.load(config), day, folder, centre)))


@app.command()
def report(
    file: Annotated[Path, typer.Argument(help="上报包 · a zip made by `package`")],
    settings: Annotated[Path, typer.Option(help="链路设置（TOML） · settings of the link")],
    host: Annotated[str, typer.Option(help="数据中心地址 · address of the data centre")],
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 · port")],
) -> None:
    """经采集器链路（MD5 认证、AES 加密）上报 · send it over a collector's link."""
    log_to_stderr()
    known = decode(text_of(settings.read_bytes(), str(settings)), LinkSettings, str(settings))
    body = {"sequence": "1", "name": file.name, "data": base64.b64encode(file.read_bytes()).decode()}
    asyncio.run(_send(body, known, host, port))
    typer.echo(file.name)


def _write(settings: Settings, day: datetime, folder: Path, centre: str) -> Path:
    with one_transaction(settings) as session:
        known = package.buildings(session, scope_of_region(EVERYWHERE), day.date())
        used = package.hours(session, known, day.date(), settings.zone)
    path = folder / f"{centre}{day:%Y%m%d}.zip"
    path.write_bytes(package.package(centre, day.date(), known, used, settings.zone))
    return path


async def _send(body: dict[str, str], settings: LinkSettings, host: str, port: int) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    line = Line(reader, writer)
    try:
        await link.sign_in(line, settings)
        await link.report(line, settings, body)
    finally:
        writer.close()
