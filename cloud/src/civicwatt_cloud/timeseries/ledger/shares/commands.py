"""`civicwatt directory shares` and `allocation`: who has which part of a building used together."""

import json
from typing import Annotated, Any

import typer
from sqlalchemy import select

from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.import_command import AsJson, Config, TableFile
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.ledger.errors import NotInDirectory
from civicwatt_cloud.timeseries.ledger.import_command import MonthText, import_table
from civicwatt_cloud.timeseries.ledger.months import month_of
from civicwatt_cloud.timeseries.ledger.shares.allocation import allocation as allocated_of
from civicwatt_cloud.timeseries.ledger.shares.importing import import_shares
from civicwatt_cloud.timeseries.ledger.waiting import say_what_waits
from civicwatt_protocols.logs import log_to_stderr
from civicwatt_protocols.quantity import format_micro


def shares(file: TableFile, config: Config = None, as_json: AsJson = False) -> None:
    """导入合署楼栋的分摊份额 · shares of buildings used together; bad rows are listed (exit 6)."""
    import_table(Settings.load(config), lambda session: import_shares(session, file), as_json=as_json)


def allocation(
    building: Annotated[str, typer.Argument(metavar="CODE", help="楼栋编码 · the building's code")],
    month: MonthText,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """合署楼栋某月用量的分摊 · what each institution of a building used, by its shares."""
    log_to_stderr()
    with one_transaction(Settings.load(config)) as session:
        row = session.scalar(select(Building).where(Building.code == building))
        if row is None:
            raise NotInDirectory(code=building)
        codes = dict(session.execute(select(Institution.id, Institution.code)).all())
        rows: list[dict[str, Any]] = [
            {
                "carrier": one.carrier.value,
                "title": one.carrier.zh,
                "unit": one.carrier.unit,
                "whole": format_micro(one.whole),
                "parts": {
                    codes[institution]: format_micro(micro) for institution, micro in one.parts.items()
                },
            }
            for one in allocated_of(session, row, month_of(month))
        ]
        say_what_waits(session)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif not rows:
        typer.echo(f"{building} {month}：没有已入账的用量 · nothing is booked")
    for one in [] if as_json else rows:
        parts = "  ".join(f"{code} {amount}" for code, amount in one["parts"].items())
        typer.echo("{title} {whole} {unit}:  ".format(**one) + parts)
