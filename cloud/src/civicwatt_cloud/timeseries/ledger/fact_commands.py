"""Commands for the dated facts of money and people: bills, virtual meters, prices, closed months."""

from collections.abc import Callable

import typer
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.import_command import AsJson, Config, TableFile, finish
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.ledger.bills import import_bills
from civicwatt_protocols.logs import log_to_stderr

bills_app = typer.Typer(no_args_is_help=True)


@bills_app.callback()
def _bills() -> None:
    """账单与人工抄表 · bills and manual readings."""


@bills_app.command("import")
def bills_import(file: TableFile, config: Config = None, as_json: AsJson = False) -> None:
    """导入账单（xlsx 或 csv）；坏行列出，好行保留 · good rows are kept, bad ones listed (exit 6)."""
    settings = Settings.load(config)
    _import(settings, lambda session: import_bills(session, file, settings.zone), as_json=as_json)


def _import(settings: Settings, run: Callable[[Session], ImportReport], *, as_json: bool) -> None:
    log_to_stderr()
    with one_transaction(settings) as session:
        report = run(session)
    counts = {
        "rows": report.rows,
        "kept": report.kept,
        "added": report.added,
        "changed": report.changed,
    }
    finish(counts, report.problems, as_json=as_json)
