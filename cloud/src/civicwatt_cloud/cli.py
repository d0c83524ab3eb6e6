"""Commands of the cloud: `civicwatt cloud …`, `directory import`, `meters import`."""

import socket
from typing import Annotated

import typer
import uvicorn

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.alone import alone
from civicwatt_cloud.kit.db import one_transaction, serving
from civicwatt_cloud.kit.directory_import import import_directory
from civicwatt_cloud.kit.errors import PortTaken
from civicwatt_cloud.kit.identity.commands import account_code
from civicwatt_cloud.kit.import_command import AsJson, Config, TableFile, finish
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.gateways import commands
from civicwatt_cloud.operations.commands import backup, restore
from civicwatt_cloud.operations.doctor import doctor
from civicwatt_cloud.operations.migrate import migrate
from civicwatt_cloud.timeseries.binding import import_meters
from civicwatt_cloud.timeseries.ledger.shares.commands import allocation, shares
from civicwatt_cloud.timeseries.ledger.tree.commands import balance, tree
from civicwatt_cloud.timeseries.ledger.virtual.commands import virtual
from civicwatt_cloud.worker import worker
from civicwatt_protocols.logs import log_to_stderr

app = typer.Typer(no_args_is_help=True)
directory_app = typer.Typer(no_args_is_help=True)
meters_app = typer.Typer(no_args_is_help=True)
app.command()(commands.gateway_code)
app.command()(commands.gateway_revoke)
app.command()(commands.broker_config)
app.command()(commands.new_authority)
directory_app.command()(shares)
directory_app.command()(allocation)
meters_app.command()(virtual)
meters_app.command()(tree)
meters_app.command()(balance)
for command in (account_code, worker, migrate, doctor, backup, restore):
    app.command()(command)

HOST = "127.0.0.1"
STOP_S = 5  # how long open requests may take to end [engineering default]


@app.command()
def serve(
    config: Config = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="网页端口 · port of the pages")
    ] = None,
) -> None:
    """启动云端，仅监听本机 · run the cloud, on this machine only.

    Prints a one-time code while no account exists; a demo's code comes from whoever starts the demo.
    """
    log_to_stderr()
    settings = Settings.load(config, http_port=port)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with alone(settings.data_dir), serving(settings), page_socket(settings.http_port) as listener:
        with one_transaction(settings) as session:
            code = None if settings.demo else identity.ensure_setup_code(session)
        if code:
            typer.echo(f"一次性登录码 · one-time code: {code}")
        uvicorn.Server(_server(settings)).run(sockets=[listener])


def _server(settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        proxy_headers=settings.behind_proxy,
        server_header=False,
        timeout_graceful_shutdown=STOP_S,
    )


def page_socket(port: int) -> socket.socket:
    """The socket of the pages, on this machine only. Errors: PortTaken."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise PortTaken(port=port, detail=error.strerror) from error


@directory_app.command("import")
def directory_import(file: TableFile, config: Config = None, as_json: AsJson = False) -> None:
    """导入名录（xlsx 或 csv）；坏行列出，好行保留 · good rows are kept, bad ones listed (exit 6)."""
    log_to_stderr()
    with one_transaction(Settings.load(config)) as session:
        report = import_directory(session, file)
    counts = {
        "rows": report.rows,
        "kept": report.kept,
        "added": report.added,
        "changed": report.changed,
    }
    finish(counts, report.problems, as_json=as_json)


@meters_app.command("import")
def meters_import(file: TableFile, config: Config = None, as_json: AsJson = False) -> None:
    """导入表计清单（xlsx 或 csv）；坏行列出，好行保留 · good rows are kept, bad ones listed (exit 6)."""
    log_to_stderr()
    settings = Settings.load(config)
    with one_transaction(settings) as session:
        report = import_meters(session, file, settings.zone)
    counts = {"rows": report.rows, "kept": report.kept, "changed": report.changed}
    finish(counts, report.problems, as_json=as_json)
