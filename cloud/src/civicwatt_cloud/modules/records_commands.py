"""`civicwatt records import` and `… export`: any registry as a workbook, on the server itself."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.directory import EVERYWHERE, Level, region_prefix
from civicwatt_cloud.kit.identity import Actor, Granted
from civicwatt_cloud.kit.import_command import AsJson, Config, TableFile, finish
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.registry import Asked
from civicwatt_cloud.kit.roles import BUSINESS
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.kit.workbooks import exporting, importing
from civicwatt_cloud.kit.workbooks.columns import targets_of
from civicwatt_cloud.kit.workbooks.importing import Verdict
from civicwatt_cloud.modules.catalogue import MODULES
from civicwatt_protocols.logs import log_to_stderr

app = typer.Typer(no_args_is_help=True)

Named = Annotated[str, typer.Argument(metavar="MODULE/ENTITY", help="如 org/person · such as org/person")]
OPERATOR = Actor(  # who has a shell on the server may do what anybody may
    None,
    "command",
    "命令行",
    tuple(Granted(role, region_prefix(EVERYWHERE), Level.NATION, "全部地区") for role in sorted(BUSINESS)),
)


@app.command("import")
def records_import(
    named: Named,
    file: TableFile,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只检查，不写入 · judge the rows and write nothing")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """导入登记表（xlsx 或 csv）；坏行列出，好行保留，可重复导入 · a repeat changes nothing (exit 6)."""
    log_to_stderr()
    entity, settings = _entity(named), Settings.load(config)
    with (
        one_transaction(settings) as session,
        typer.progressbar(length=1, label="导入 import", file=typer.get_text_stream("stderr")) as bar,
    ):

        def report(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        outcome = importing.import_file(
            _context(settings, session), entity, targets_of(MODULES), file, dry_run=dry_run, report=report
        )
    counts = {"rows": len(outcome.rows)} | {one.value: outcome.count(one) for one in Verdict}
    finish(counts, outcome.problems, as_json=as_json)


@app.command("export")
def records_export(
    named: Named,
    file: Annotated[Path, typer.Argument(help="xlsx 或 csv 文件 · xlsx or csv file")],
    config: Config = None,
) -> None:
    """导出登记表 · all records of a kind as a workbook."""
    log_to_stderr()
    entity, settings = _entity(named), Settings.load(config)
    with one_transaction(settings) as session:
        exporting.export(_context(settings, session), entity, targets_of(MODULES), Asked(), file)


def _context(settings: Settings, session: Session) -> Context:
    return Context(session, OPERATOR, settings.zone, settings.make_clock().now_us())


def _entity(named: str) -> Entity:
    known = {f"{module.key}/{entity.key}": entity for module in MODULES for entity in module.entities}
    if named not in known:
        raise typer.BadParameter(f"{named}: {', '.join(known)}")
    return known[named]
