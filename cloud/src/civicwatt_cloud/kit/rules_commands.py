"""`civicwatt rules …`: rule rows of one's own, and what a rule says."""

from pathlib import Path
from typing import Annotated

import typer

from civicwatt_cloud.kit import audit, rules_local
from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.import_command import Config
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.kit.tables import UnreadableTable
from civicwatt_protocols.logs import log_to_stderr
from civicwatt_protocols.toml import text_of

app = typer.Typer(no_args_is_help=True)


@app.command("import")
def import_rows(
    file: Annotated[Path, typer.Argument(help="TOML：[[row]] 规则行 · rule rows")], config: Config = None
) -> None:
    """导入本地规则行；随附的规则行不变，本地的优先 · local rows hold before those that ship."""
    log_to_stderr()
    try:
        text = text_of(file.read_bytes(), str(file))
    except OSError as error:
        raise UnreadableTable(str(file)) from error
    with one_transaction(Settings.load(config)) as session:
        done = rules_local.bring_in(session, text, str(file), audit.COMMAND)
    typer.echo(f"行 rows {done.rows}  新增 added {done.added}")


@app.command()
def show(
    rule: Annotated[str, typer.Argument(help="规则编号 · id of the rule")], config: Config = None
) -> None:
    """列出一条规则的全部规则行及依据 · all rows of a rule, with source and clause."""
    log_to_stderr()
    with one_transaction(Settings.load(config)) as session:
        rows = rules_local.of(session).rows(rule)
    for row in rows:
        until = f"…{row.valid_to}" if row.valid_to else "…"
        typer.echo(f"{row.ref}  {row.word or ''}{row.value} {row.unit}  {row.valid_from}{until}")
        typer.echo(f"  {row.title} · {row.title_en}  [{row.status}]  {row.source} {row.clause}")
