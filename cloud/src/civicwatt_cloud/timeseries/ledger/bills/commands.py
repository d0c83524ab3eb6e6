"""`civicwatt bills …`: bills and manual readings."""

import typer

from civicwatt_cloud.kit.import_command import AsJson, Config, TableFile
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.ledger.bills.importing import import_bills
from civicwatt_cloud.timeseries.ledger.import_command import import_table

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """账单与人工抄表 · bills and manual readings."""


@app.command("import")
def import_(file: TableFile, config: Config = None, as_json: AsJson = False) -> None:
    """导入账单（xlsx 或 csv）；坏行列出，好行保留 · good rows are kept, bad ones listed (exit 6)."""
    settings = Settings.load(config)
    import_table(settings, lambda session: import_bills(session, file, settings.zone), as_json=as_json)
