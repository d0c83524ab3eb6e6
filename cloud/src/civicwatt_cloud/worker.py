"""`civicwatt cloud worker`: one of many processes that take readings in, beside the one that serves."""

import asyncio
import os
import signal
import socket
from pathlib import Path
from typing import Annotated

import typer

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.operations.metrics import listen
from civicwatt_cloud.timeseries.intake import roles
from civicwatt_cloud.timeseries.intake.errors import StoreIsEmbedded
from civicwatt_cloud.timeseries.intake.ingest import Ingest
from civicwatt_cloud.timeseries.intake.mqtt import TlsFiles
from civicwatt_cloud.timeseries.intake.subscriber import Subscriber
from civicwatt_cloud.timeseries.stores.open import open_server
from civicwatt_cloud.timeseries.stores.urls import EMBEDDED, parse
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.logs import log_to_stderr


def worker(
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML 配置文件 · configuration file")
    ] = None,
    name: Annotated[
        str, typer.Option(help="在消息服务器上的名字，缺省按主机与进程 · its name at the broker")
    ] = "",
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="/metrics 的端口 · port of /metrics")
    ] = None,
) -> None:
    """接收进程：与其他 worker 分担上报，随时可增减 · take readings in, sharing them with other workers.

    It needs a readings store that is a server, and the schema that `serve` or `migrate` has made. It may be
    killed at any time: what it had not acknowledged is sent again, to the others.
    """
    log_to_stderr()
    settings = Settings.load(config)
    if settings.mqtt_host is None:
        raise BadValue(str(config or ""), key="mqtt_host", detail="null")
    address = parse(settings.store_url)
    if address.kind in EMBEDDED:
        raise StoreIsEmbedded(name=address.kind)
    store, database = open_server(address), Database.of(settings)
    role = roles.worker(name or f"{socket.gethostname()}-{os.getpid()}")
    ingest = Ingest(database, store, settings.make_clock(), groups=settings.foreign_groups)
    tls = TlsFiles.of(settings)
    subscriber = Subscriber(ingest, settings.mqtt_host, settings.mqtt_port, tls, role=role)
    if metrics_port is not None:
        listen(metrics_port, subscriber)
    try:
        asyncio.run(_until_told(subscriber))
    finally:
        database.close()
        store.close()


async def _until_told(subscriber: Subscriber) -> None:
    """Run until SIGTERM or SIGINT, and end after the commit in hand."""
    running = asyncio.create_task(subscriber.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    await asyncio.wait([running])
