"""Enrolment: a key is made here and stays here; a one-time code turns its request into a certificate."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from civicwatt_edge import toml_keys
from civicwatt_edge.cloud_api import CA, CERTIFICATE, CLOUD, HTTPS_CA, KEY, CloudApi
from civicwatt_edge.commands.console import CONFIG, ConfigFile
from civicwatt_edge.config import Config
from civicwatt_protocols.toml import decode, text_of

FOLDER = "identity"  # below the gateway's data


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
    identity = config.parent / written.gateway.data / FOLDER
    answer = request_certificate(CloudApi(url, ca=ca), identity, written.gateway.id, code)
    if ca is not None:
        _write(identity, HTTPS_CA, ca.read_bytes())
    toml = "".join(f'{key} = "{value}"\n' for key, value in _cloud_file(url, answer).items())
    _write(identity, CLOUD, toml.encode())
    broker, files = answer["broker"], Path(written.gateway.data) / FOLDER
    if written.upstream:  # which of them, only a person knows
        told = toml_keys.set_keys(
            f'host = "{broker["host"]}"\nport = {broker["port"]}', "upstream.tls", _tls(files)
        )
        typer.echo(f"# 请写入对应的 [[upstream]] · for its [[upstream]]\n{told}", nl=False)
        return
    changed = configured(text, files, answer)
    decode(changed, Config, str(config))
    toml_keys.write(config, changed)
    typer.echo(f"{written.gateway.id}: 已注册 · enrolled → {broker['host']}:{broker['port']}")


def request_certificate(cloud: CloudApi, identity: Path, gateway: str, code: str) -> dict[str, Any]:
    """Make a key, have it certified, and put both in the place of what was there; a refusal changes nothing.

    Errors: those of CloudApi.call.
    """
    key, csr = make_key_and_request(gateway)
    identity.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(identity, f"{KEY}.new", key)  # before the code is spent: the disk may be full
    answer = cloud.call("POST", "/api/v1/gateway/enrol", {"code": code, "csr": csr})
    (identity / f"{KEY}.new").replace(identity / KEY)
    keep(identity, answer)
    return answer


def make_key_and_request(gateway: str) -> tuple[bytes, str]:
    """A fresh P-256 key and a certificate request in the gateway's name, both PEM."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - enrolment alone needs it
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, request_of(private, gateway)


def request_of(private: bytes, gateway: str) -> str:
    """The certificate request of a key."""
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    key = serialization.load_pem_private_key(private, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - made above, or at enrolment
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, gateway)])
    csr = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return csr.public_bytes(serialization.Encoding.PEM).decode()


def keep(identity: Path, answer: dict[str, Any]) -> None:
    """Put what the cloud issued for our key in the place of what was there."""
    _write(identity, CA, answer["ca"].encode())
    _write(identity, CERTIFICATE, answer["certificate"].encode())


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


def _write(identity: Path, name: str, data: bytes) -> None:
    """Whole or not at all, readable by its owner only; root leaves it to whom the data folder belongs."""
    draft = identity / f".{name}.draft"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if os.geteuid() == 0:
        owner = identity.parent.stat()
        os.chown(identity, owner.st_uid, owner.st_gid)
        os.chown(draft, owner.st_uid, owner.st_gid)
    draft.replace(identity / name)
