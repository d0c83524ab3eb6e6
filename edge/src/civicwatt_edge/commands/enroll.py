"""`civicwatt edge enroll`: a one-time code opens the cloud to this gateway, and its file says the way."""

from pathlib import Path
from typing import Annotated, Any

import typer

from civicwatt_edge import files
from civicwatt_edge.commands import toml_keys
from civicwatt_edge.commands.console import CONFIG, ConfigFile
from civicwatt_edge.config import Config
from civicwatt_edge.identity import enrolment
from civicwatt_edge.identity.cloud_api import CA, CERTIFICATE, CLOUD, HTTPS_CA, KEY, CloudApi
from civicwatt_protocols.toml import decode, text_of


def enroll(
    url: Annotated[str, typer.Option(help="云端网址，如 https://energy.example · the cloud's address")],
    code: Annotated[str, typer.Option(help="一次性注册码 · one-time enrolment code", prompt="注册码 · code")],
    config: ConfigFile = CONFIG,
    ca: Annotated[
        Path | None, typer.Option(help="云端网页自签 CA 文件 · the web server's own authority, if it has one")
    ] = None,
) -> None:
    """以注册码接入云端：本机生成密钥，换取证书 · enrol at the cloud: the key is made here and never leaves.

    Exit codes: 3 the configuration is wrong · 4 no way to the cloud · 5 the code is wrong, used or expired.
    """
    text = text_of(config.read_bytes(), str(config))
    written = decode(text, Config, str(config))
    identity = config.parent / written.gateway.data / enrolment.FOLDER
    answer = enrolment.request_certificate(CloudApi(url, ca=ca), identity, written.gateway.id, code)
    if ca is not None:
        enrolment.write(identity, HTTPS_CA, ca.read_bytes())
    toml = "".join(f'{key} = "{value}"\n' for key, value in _cloud_file(url, answer).items())
    enrolment.write(identity, CLOUD, toml.encode())
    broker, told = answer["broker"], Path(written.gateway.data) / enrolment.FOLDER
    if written.upstream:  # which of them, only a person knows
        text = toml_keys.set_keys(
            f'host = "{broker["host"]}"\nport = {broker["port"]}', "upstream.tls", _tls(told)
        )
        typer.echo(f"# 请写入对应的 [[upstream]] · for its [[upstream]]\n{text}", nl=False)
        return
    changed = configured(text, told, answer)
    decode(changed, Config, str(config))
    files.replace(config, changed.encode())
    if written.gateway.division != answer["division"]:
        typer.echo(f"区划 division {written.gateway.division} → {answer['division']}")
    typer.echo(f"{written.gateway.id}: 已注册 · enrolled → {broker['host']}:{broker['port']}")


def configured(text: str, identity: Path, answer: dict[str, Any]) -> str:
    """The configuration with the broker, its TLS files and the division that the cloud named."""
    broker = answer["broker"]
    text = toml_keys.set_keys(text, "gateway", {"division": answer["division"]})
    text = toml_keys.set_keys(text, "broker", {"host": broker["host"], "port": broker["port"]})
    return toml_keys.set_keys(text, "broker.tls", _tls(identity))


def _tls(identity: Path) -> dict[str, str]:
    files = {"ca": CA, "cert": CERTIFICATE, "key": KEY}
    return {key: str(identity / name) for key, name in files.items()}


def _cloud_file(url: str, answer: dict[str, Any]) -> dict[str, str]:
    return {"url": url.rstrip("/"), "gateway": answer["gateway"], "division": answer["division"]}
