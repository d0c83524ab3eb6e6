"""What the commands of the ledger's rooms have in common: the month they ask for, and taking a table."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.import_command import finish
from civicwatt_cloud.kit.settings import Settings
from civicwatt_protocols.logs import log_to_stderr

MonthText = Annotated[str, typer.Argument(metavar="MONTH", help="月份 · month: 2026-10")]


def import_table(settings: Settings, enter: Callable[[Session], ImportReport], *, as_json: bool) -> None:
    """Take a table in one transaction and tell what became of its rows; exit 6 where some are bad."""
    log_to_stderr()
    with Console(stderr=True).status("导入中 · importing"), one_transaction(settings) as session:
        report = enter(session)
    counts = {
        "rows": report.rows,
        "kept": report.kept,
        "added": report.added,
        "changed": report.changed,
    }
    finish(counts, report.problems, as_json=as_json)
