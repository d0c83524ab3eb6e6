"""Commands on the server: codes and certificates of gateways, the broker's files, a new authority."""

from pathlib import Path
from typing import Annotated

import typer

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.directory import EVERYWHERE, top_region
from civicwatt_cloud.kit.hosts import is_here
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.gateways import broker, enrolment
from civicwatt_cloud.modules.gateways.authority import Authority
from civicwatt_cloud.modules.gateways.errors import DivisionMissing, GatewayUnknown
from civicwatt_cloud.modules.gateways.schemas import GATEWAY_ID
from civicwatt_cloud.timeseries.intake import roles
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.logs import log_to_stderr

Config = Annotated[Path | None, typer.Option("--config", help="TOML 配置文件 · configuration file")]
GatewayName = Annotated[str, typer.Argument(help="网关编号 · the gateway's id", metavar="ID")]


def gateway_code(
    gateway: GatewayName,
    division: Annotated[str | None, typer.Option(help="行政区划代码，缺省为本部署 · division code")] = None,
    config: Config = None,
) -> None:
    """为网关生成一次性注册码，只显示这一次 · a one-time enrolment code, shown this once."""
    log_to_stderr()
    if not GATEWAY_ID.fullmatch(gateway) or roles.is_ours(gateway):
        raise BadValue("ID", key="gateway", detail=f"{gateway!r} cannot be a gateway's id")
    settings = Settings.load(config)
    now_us = identity.real_now_us()
    with one_transaction(settings) as session:
        everywhere = scope_of_region(top_region(session).code)
        wanted = enrolment.division_of(session, everywhere, gateway, division)
        if wanted == EVERYWHERE:
            raise DivisionMissing(str(settings.data_dir.resolve()), gateway=gateway)
        code = enrolment.issue_code(session, gateway, wanted, now_us)
    ends = iso((now_us + identity.CODE_LIFE_US) // 1_000_000 * 1_000_000, settings.zone)
    typer.echo(code)
    typer.echo(f"{gateway} ({wanted})，有效至 · valid until {ends}", err=True)
    typer.echo(f"数据目录 · data folder: {settings.data_dir.resolve()}", err=True)


def gateway_revoke(gateway: GatewayName, config: Config = None) -> None:
    """吊销网关的证书与注册码 · end a gateway's certificates and codes."""
    log_to_stderr()
    settings = Settings.load(config)
    with one_transaction(settings) as session:
        if not enrolment.is_known(session, gateway):
            raise GatewayUnknown(str(settings.data_dir.resolve()), gateway=gateway)
        ended = enrolment.revoke(session, gateway, identity.real_now_us())
    typer.echo(f"{gateway}: {ended} 张证书已吊销；请重新运行 broker-config 并重启消息服务器")
    typer.echo(f"{gateway}: {ended} revoked; run broker-config again and restart the broker", err=True)


def broker_config(
    *,
    folder: Annotated[Path, typer.Argument(help="写入目录 · folder to write", metavar="DIR")],
    host: Annotated[
        list[str], typer.Option(help="网关使用的域名或地址，可重复 · a name gateways use; repeatable")
    ],
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="端口 · port")] = None,
    bind: Annotated[str, typer.Option(help="监听地址，缺省为全部 · address to listen on")] = "",
    workers: Annotated[
        int,
        typer.Option(min=0, max=99, help="各 worker 的证书数 · certificates for so many workers"),
    ] = 0,
    config: Config = None,
) -> None:
    """写出 Mosquitto 的安全配置，再次运行即更新 · write or renew a secure configuration for Mosquitto."""
    log_to_stderr()
    settings = Settings.load(config)
    listener = broker.Listener(host, port or settings.gateway_broker_port, bind)
    with one_transaction(settings) as session:
        revoked = enrolment.revoked(session)
    broker.write(folder, listener, Authority.all_in(settings.authority_path), revoked, workers)
    ingest = folder.resolve() / "ingest"
    typer.echo(f'# 云端配置 · for the cloud\'s configuration\nmqtt_host = "{host[0]}"')
    typer.echo(f'mqtt_port = {listener.port}\nmqtt_ca = "{folder.resolve() / "ca.pem"}"')
    typer.echo(f'mqtt_cert = "{ingest / "cert.pem"}"\nmqtt_key = "{ingest / "key.pem"}"')
    typer.echo("# 告知网关的消息服务器 · the broker that gateways are told of")
    elsewhere = next((name for name in host if not is_here(name)), host[0])
    typer.echo(f'gateway_broker_host = "{elsewhere}"\ngateway_broker_port = {listener.port}')


def new_authority(config: Config = None) -> None:
    """更换签发机构；旧证书在到期前仍有效 · a new authority; former certificates stay valid to their end."""
    settings = Settings.load(config)
    Authority.roll(settings.authority_path)
    typer.echo(
        "已更换；请重新运行 broker-config 并重新加载消息服务器 · done; run broker-config again and reload"
    )
