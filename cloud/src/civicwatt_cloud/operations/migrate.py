"""`civicwatt cloud migrate`: bring the schema to the newest, and say from where to where."""

import json
from typing import Annotated

import typer

from civicwatt_cloud.kit.alone import alone
from civicwatt_cloud.kit.db import serving
from civicwatt_cloud.kit.import_command import AsJson, Config
from civicwatt_cloud.kit.schema import Schema, schema_at, schema_of
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.operations import parts
from civicwatt_cloud.operations.errors import SchemaBehind
from civicwatt_protocols.logs import log_to_stderr


def migrate(
    config: Config = None,
    check: Annotated[
        bool, typer.Option("--check", help="只查看，不改动；落后则退出码 1 · look only; exit 1 when behind")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """升级数据库结构到最新版本（先备份） · bring the schema to the newest (back up first)."""
    log_to_stderr()
    settings = Settings.load(config)
    before = present(settings)
    if not check and before.pending:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with alone(settings.data_dir), serving(settings), parts.database(settings) as database:
            database.upgrade()
    _tell(before, done=not check, as_json=as_json)
    if check and before.pending:
        raise SchemaBehind(current=before.current, head=before.head, pending=len(before.pending))


def present(settings: Settings) -> Schema:
    """The schema as it is; nothing is made where there is none yet. Errors: SchemaNewer, DatabaseAway."""
    if not parts.has_database(settings):
        return schema_at(None)
    with parts.database(settings) as database, database.explained(), database.reading() as session:
        return schema_of(session.connection())


def _tell(before: Schema, *, done: bool, as_json: bool) -> None:
    if as_json:
        told = {
            "from": before.current,
            "to": before.head,
            "steps": [step._asdict() for step in before.pending],
            "done": done or not before.pending,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for step in before.pending:
        typer.echo(f"{'已完成 done' if done else '待执行 pending'}: {step.revision} {step.title}")
    place = f"{before.current or '空库 empty'} → {before.head}" if before.pending else before.head
    typer.echo(f"数据库结构 · schema: {place}")
