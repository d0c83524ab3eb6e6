"""`civicwatt meters virtual`: formulas of virtual meters."""

from civicwatt_cloud.kit.import_command import AsJson, Config, TableFile
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.ledger.import_command import import_table
from civicwatt_cloud.timeseries.ledger.virtual.importing import import_formulas


def virtual(file: TableFile, config: Config = None, as_json: AsJson = False) -> None:
    """导入虚拟表的公式 · formulas of virtual meters; bad rows are listed (exit 6)."""
    settings = Settings.load(config)
    import_table(settings, lambda session: import_formulas(session, file, settings.zone), as_json=as_json)
