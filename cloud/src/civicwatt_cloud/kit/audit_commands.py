"""`civicwatt audit …`: whether the chain is whole, and its daily anchor."""

import json
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import func, select

from civicwatt_cloud.kit import audit, audit_anchors, crypto, identity
from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.import_command import AsJson, Config
from civicwatt_cloud.kit.settings import Settings
from civicwatt_protocols.logs import log_to_stderr

app = typer.Typer(no_args_is_help=True)
REASONS = {
    "changed": "内容或散列被改动 · content or hash was changed",
    "missing": "记录缺失 · the row is gone",
    "head": "链尾与登记不符 · the last row is not the one on record",
    "anchor": "与锚点不符，此前的链被重写 · not the row that was anchored: the chain was written anew",
}
Folder = Annotated[
    Path | None, typer.Option("--anchors", help="锚点目录，缺省取设置 · folder of the anchors")
]


@app.callback()
def _group() -> None:
    """审计链 · the chain of the audit."""


@app.command()
def verify(
    anchors: Folder = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="异机保存的公钥 · the public key that was kept elsewhere")
    ] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """校验审计链与锚点，指出第一条坏记录 · check chain and anchors; names the first bad row, exit 1."""
    log_to_stderr()
    settings = Settings.load(config)
    anchored = audit_anchors.read(anchors or settings.anchors_path, key)
    with one_transaction(settings) as session:
        broken = audit.verify(session, anchored)
        rows = session.scalar(select(func.count()).select_from(Audit)) or 0
    if as_json:
        bad = broken and {"row": broken.row, "reason": broken.reason}
        typer.echo(json.dumps({"whole": broken is None, "rows": rows, "anchors": len(anchored), "bad": bad}))
    elif broken is None:
        typer.echo(f"审计链完整 · whole: {rows} 条 rows, {len(anchored)} 个锚点 anchors")
    else:
        typer.echo(f"第 {broken.row} 条 · row {broken.row}: {REASONS[broken.reason]}")
    if broken is not None:
        raise typer.Exit(1)


@app.command()
def anchor(
    to: Annotated[Path | None, typer.Option("--to", help="写到何处，缺省取设置 · where to write it")] = None,
    config: Config = None,
) -> None:
    """签发今日锚点，应存到另一台机器 · sign today's anchor; keep it on another machine."""
    log_to_stderr()
    settings = Settings.load(config)
    with one_transaction(settings) as session:
        key = crypto.own_signing_key(settings.audit_key_path)
        day = date_of(identity.real_now_us(), settings.zone).isoformat()
        path = audit_anchors.write(session, to or settings.anchors_path, key, settings.crypto, day)
    typer.echo(path)
